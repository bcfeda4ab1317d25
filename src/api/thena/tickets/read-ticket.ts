import { fieldsFor } from '../../../core/fields/define.ts'
import type { AgentRow, Priority } from '../../../db/schema.ts'
import type { Query } from '../../../db/store.ts'
import { Problem } from '../../../lib/problem.ts'
import { type FieldValues, type GivenFields, givenIn } from '../custom-field-values.ts'
import { agentIn } from '../people/agent.ts'
import { NAMES, type ThenaTicketFields } from './new-ticket.ts'
import { PRIORITIES } from './ticket.ts'

type Named = Pick<ThenaTicketFields, 'assignedAgentId' | 'assignedAgentEmail'>

/** Who is to have the ticket; undefined when nobody is named, null when nobody is to have it. Throws a Problem with the field. */
export async function assigneeIn(
  q: Query,
  { assignedAgentId, assignedAgentEmail }: Named,
): Promise<AgentRow | null | undefined> {
  const [field, name] =
    assignedAgentId !== undefined ? ['assignedAgentId', assignedAgentId] : ['assignedAgentEmail', assignedAgentEmail]
  return name ? agentIn(q, name, field as string) : name === undefined ? undefined : null
}

/** The priority by id or name, whatever the case; undefined when none is named. Throws a Problem with the field. */
export function priorityIn({
  priorityId,
  priorityName,
  priority,
}: Pick<ThenaTicketFields, 'priorityId' | 'priorityName' | 'priority'>): Priority | undefined {
  const [field, given] = priorityId
    ? ['priorityId', priorityId]
    : priorityName
      ? ['priorityName', priorityName]
      : ['priority', priority]
  if (!given) return undefined
  const wanted = given.trim().toLowerCase()
  if (Object.keys(PRIORITIES).includes(wanted)) return wanted as Priority
  throw new Problem('invalid', `There is no such priority. There are ${Object.values(PRIORITIES).join(', ')}.`, field)
}

/** What is given for the team's own fields. Throws Problems that name the elements for which it has none. */
export async function fieldsIn(q: Query, teamId: string, wanted: FieldValues): Promise<GivenFields> {
  const fields = await fieldsFor(q, { owner: 'ticket', teamId })
  return givenIn(
    q,
    fields.filter(f => f.archivedAt === null),
    wanted,
  )
}

/** What we keep as it was given, and give back. */
export function factsIn(t: ThenaTicketFields): Record<string, unknown> {
  const { submitterEmail, sentimentId, typeId, type, metadata, source, aiGeneratedTitle, aiGeneratedSummary } = t
  const facts = { submitterEmail, sentimentId, typeId, type, metadata, source, aiGeneratedTitle, aiGeneratedSummary }
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined && value !== ''))
}

/** How this request spells what core finds at fault. */
export function namesOf({ names }: GivenFields): Record<string, string> {
  return { ...NAMES, ...names }
}
