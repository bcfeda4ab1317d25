import { addressIn } from '../../../core/addresses.ts'
import { type Document, fromText, isEmpty } from '../../../core/document.ts'
import { customerNamed, teamNamed } from '../../../core/programs/named.ts'
import { fingerprintOf } from '../../../core/programs/once.ts'
import type { TicketByProgram } from '../../../core/tickets/open-by-program.ts'
import type { AgentRow } from '../../../db/schema.ts'
import type { Query } from '../../../db/store.ts'
import { gathering, Problem, Problems } from '../../../lib/problem.ts'
import { spelled } from '../../refuse.ts'
import { readContent } from '../content.ts'
import { asGiven } from '../faults.ts'
import { agentIn } from '../people/agent.ts'
import type { NewThenaTicket } from './new-ticket.ts'
import { assigneeIn, factsIn, fieldsIn, namesOf, priorityIn } from './read-ticket.ts'
import { statusIn } from './status.ts'

/** A new ticket as core takes it, and how its caller spells what may be wrong with it. */
interface ReadTicket {
  form: TicketByProgram
  names: Record<string, string>
}

/** Reads what is asked for. Throws Problems that name all that is at fault. */
export async function readNewTicket(
  q: Query,
  body: NewThenaTicket,
  agent: AgentRow,
  readHtml: (html: string) => Document,
): Promise<ReadTicket> {
  const faults: Problem[] = []
  const gather = gathering(faults)
  const team = await gather(() => asGiven({ team: 'teamId' }, () => teamNamed(q, body.teamId)))
  const fields = team && (await gather(() => fieldsIn(q, team.id, body)))
  const assignee = await gather(() => assigneeIn(q, given(body)))
  const closer = await gather(() => (body.closedById ? agentIn(q, body.closedById, 'closedById') : agent))
  const priority = await gather(() => priorityIn(body))
  if (team) await gather(() => statusIn(q, team.id, body))
  const customer = await gather(() => customerIn(q, body))
  const words = await gather(() => wordsIn(body, readHtml))
  if (faults.length || !team || !fields || !closer || !customer || !words) throw new Problems(faults)
  const { text, description, messageField } = words
  const key = keyFor(body)
  const form: TicketByProgram = {
    ...{ teamId: team.id, agent, subject: body.title, body: text, description },
    ...{ customer, accountId: body.accountId ?? null, formId: body.formId ?? null },
    ...(priority && { priority }),
    assigneeId: assignee?.id ?? null,
    ...wayOf(body),
    fields: fields.given,
    tags: body.tags ?? [],
    dueAt: body.dueDate ? Date.parse(body.dueDate) : null,
    ...(body.createdAt && { createdAt: Date.parse(body.createdAt) }),
    closed: body.closedAt ? { at: Date.parse(body.closedAt), by: closer } : null,
    uploads: body.commentAttachmentIds ?? [],
    isRouted: body.performRouting === true,
    once: key === null ? null : { key, fingerprint: fingerprintOf(body) },
    facts: {
      source: 'API',
      ...factsIn(body),
      ...(description === null && body.description && { description: body.description }),
    },
    messageFacts: messageFactsIn(body),
  }
  return { form, names: { ...namesOf(fields), message: messageField } }
}

/** Under what a ticket is known, so that the same one is opened once; null when its program says nothing. */
export function keyFor({ deDuplicationKey }: Pick<NewThenaTicket, 'deDuplicationKey'>): string | null {
  return deDuplicationKey ? `thena:${deDuplicationKey}` : null
}

/** A null says no more than nothing of a ticket that is yet to be opened. */
function given(body: NewThenaTicket): { assignedAgentId?: string; assignedAgentEmail?: string } {
  if (body.assignedAgentId) return { assignedAgentId: body.assignedAgentId }
  return body.assignedAgentEmail ? { assignedAgentEmail: body.assignedAgentEmail } : {}
}

/** Mailed only where that is asked for; private, or for other channels, it is for the team alone; else it is the customer's own. */
export function wayOf({ isPrivate, isProactive, proactiveChannels }: NewThenaTicket): {
  email: boolean
  isTheirs?: true
} {
  if (isPrivate) return { email: false }
  if (isProactive) return { email: proactiveChannels?.includes('email') ?? false }
  return { email: false, isTheirs: true }
}

interface Words {
  text: Document
  description: string | null // beside the message
  messageField: string
}

/** The comment is the message, with the description beside it; without one the description is, or, where nothing is mailed, the title. */
export function wordsIn(body: NewThenaTicket, readHtml: (html: string) => Document): Words {
  const { commentContent: content, commentContentHtml: contentHtml, commentContentJson: contentJson } = body
  const names = { content: 'commentContent', contentHtml: 'commentContentHtml', contentJson: 'commentContentJson' }
  const comment = readNamed(names, () => readContent({ content, contentHtml, contentJson }, readHtml))
  if (!isEmpty(comment)) return { text: comment, description: body.description || null, messageField: 'commentContent' }
  const message = fromText(body.description ?? '')
  const text = isEmpty(message) && !wayOf(body).email ? fromText(body.title) : message
  return { text, description: null, messageField: 'description' }
}

function readNamed<T>(names: Record<string, string>, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof Problem) || !error.field) throw error
    throw new Problem(error.code, error.message, spelled(error.field, names))
  }
}

/** By their address, or by their id alone. Throws a Problem when that address is not theirs whose id it is. */
async function customerIn(
  q: Query,
  { customerId, requestorEmail }: NewThenaTicket,
): Promise<TicketByProgram['customer']> {
  if (!customerId) return { typed: requestorEmail ?? '' }
  const named = await asGiven({ customer: 'customerId' }, () => customerNamed(q, customerId))
  if (requestorEmail == null) return { id: named.id }
  const address = addressIn(requestorEmail)
  const theirs = address && (await customerNamed(q, address).catch(() => undefined))
  if (address && (!theirs || theirs.id !== named.id))
    throw new Problem('invalid', `${address} is not an address of this customer.`, 'customerId')
  return { typed: requestorEmail }
}

function messageFactsIn(body: NewThenaTicket): Record<string, unknown> {
  const facts = {
    metadata: body.commentMetadata,
    impersonatedUserName: body.commentImpersonatedUserName,
    impersonatedUserEmail: body.commentImpersonatedUserEmail,
    impersonatedUserAvatar: body.commentImpersonatedUserAvatar,
  }
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value != null))
}
