import { agentNamed } from '../../../core/api/named.ts'
import { fieldsFor } from '../../../core/fields/define.ts'
import type { Field } from '../../../core/fields/field.ts'
import { folded, type Given, nameInForm } from '../../../core/fields/read.ts'
import type { AgentRow, Priority } from '../../../db/schema.ts'
import type { Query } from '../../../db/store.ts'
import { Problem } from '../../../lib/problem.ts'
import { type Held, NAMES, type ThenaTicketFields } from './new-ticket.ts'
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

/** The agent of this id or address, who is still here. Throws a Problem under the field. */
export async function agentIn(q: Query, name: string, field: string): Promise<AgentRow> {
  const agent = await agentNamed(q, name).catch(error => {
    throw error instanceof Problem ? new Problem('invalid', error.message, field) : error
  })
  if (agent.deactivated_at !== null) throw new Problem('invalid', `${agent.name} is no longer here.`, field)
  return agent
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

/** What is given for fields of the team's own, and how the caller spells each: faults name the very element. */
export interface GivenFields {
  given: Given
  names: Record<string, string>
}

/** Throws a Problem that names the element for a field that the team does not have. */
export async function fieldsIn(
  q: Query,
  teamId: string,
  { customFieldValues, customFields }: Pick<ThenaTicketFields, 'customFieldValues' | 'customFields'>,
): Promise<GivenFields> {
  const all: [place: string, name: string, held: Held[]][] = [
    ...Object.entries(customFields ?? {}).map(([name, value]): [string, string, Held[]] => [
      `customFields.${name}`,
      name,
      [value],
    ]),
    ...(customFieldValues ?? []).map(({ fieldId, customFieldId, value, data }, i): [string, string, Held[]] => [
      `customFieldValues.${i}`,
      fieldId ?? customFieldId ?? '',
      data ? data.map(d => d.value) : [value ?? null],
    ]),
  ]
  const found: GivenFields = { given: {}, names: {} }
  if (!all.length) return found
  const fields = (await fieldsFor(q, { owner: 'ticket', teamId })).filter(f => f.archivedAt === null)
  for (const [place, name, held] of all) {
    const field = fields.find(f => f.id === name) ?? fields.find(f => f.key === name || folded(f.name) === folded(name))
    if (!field) throw new Problem('invalid', `The team has no field “${name.slice(0, 60)}”.`, place)
    found.given[field.id] = await textsOf(q, field, held, place)
    found.names[nameInForm(field)] = place
  }
  return found
}

async function textsOf(q: Query, field: Field, held: Held[], place: string): Promise<string[]> {
  const texts = held.flat().flatMap(value => (value === null ? [] : [String(value)]))
  if (field.kind !== 'user') return texts
  const people = await Promise.all(texts.map(text => text.trim() && agentIn(q, text, place)))
  return people.flatMap(agent => (agent ? [agent.id] : []))
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
