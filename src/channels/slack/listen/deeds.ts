import { actorOf, agentById } from '../../../core/agents.ts'
import type { Deed } from '../../../core/reactions.ts'
import { assignTicket, takeTicket } from '../../../core/tickets/assign.ts'
import { setPriority } from '../../../core/tickets/change.ts'
import { closeByAgent } from '../../../core/tickets/close.ts'
import { ticketById } from '../../../core/tickets/find.ts'
import { openChildren } from '../../../core/tickets/relations.ts'
import { reopenTicket, setStatus } from '../../../core/tickets/status.ts'
import type { AgentRow, Priority, Status, TicketRow } from '../../../db/schema.ts'
import type { Tx } from '../../../db/store.ts'
import { button, escaped, words } from '../views/blocks.ts'
import { ids } from '../views/ids.ts'
import { type Prompt, said } from '../views/tickets/prompts.ts'
import { priorityWords, statusWords } from '../views/words.ts'

/**
 * What an emoji on the card does. Here is all that is done to a ticket without a form, by an emoji or by an instruction:
 * each says what became of it, and done twice is done once.
 */
export function doOnCard(tx: Tx, ticketId: string, deed: Exclude<Deed, 'note'>, agent: AgentRow): Promise<Prompt> {
  switch (deed) {
    case 'take':
      return take(tx, ticketId, agent)
    case 'close':
      return close(tx, ticketId, '', agent)
    case 'reopen':
      return reopen(tx, ticketId, agent)
    case 'urgent':
      return prioritise(tx, ticketId, 'urgent', agent)
  }
}

/** Whoever looks in must not take it from another: that needs a press. */
export async function take(tx: Tx, ticketId: string, agent: AgentRow): Promise<Prompt> {
  const ticket = await ticketById(tx.q, ticketId)
  const name = ticket.identifier
  if (ticket.assignee_id === agent.id) return said(`${name} is yours already.`)
  if (ticket.assignee_id) {
    const text = `${(await agentById(tx.q, ticket.assignee_id)).name} has ${name}.`
    return { text: escaped(text), blocks: [words(text, button('Take it over', ids.take, ticketId))] }
  }
  await takeTicket(tx, ticketId, agent)
  return said(`${name} is yours now.`)
}

/** Throws Problems where its form asks for something that is missing. */
export async function close(tx: Tx, ticketId: string, reason: string, agent: AgentRow): Promise<Prompt> {
  const ticket = await ticketById(tx.q, ticketId)
  if (ticket.closed_at !== null) return said(`${ticket.identifier} is closed already.`)
  await closeByAgent(tx, ticketId, reason, {}, actorOf(agent))
  const text = `You closed ${ticket.identifier}.${stillOpen(await openChildren(tx.q, ticketId))}`
  return { text, blocks: [words(text, button('Reopen', ids.reopen, ticketId))] }
}

/** Closing a ticket says nothing of those below it. */
function stillOpen(children: { identifier: string }[]): string {
  if (!children.length) return ''
  const named = children.slice(0, MOST_NAMED).map(c => c.identifier)
  const more = children.length > named.length ? ` and ${children.length - named.length} more` : ''
  return ` ⚠️ Still open below it: ${named.join(', ')}${more}.`
}

const MOST_NAMED = 10

export async function reopen(tx: Tx, ticketId: string, agent: AgentRow): Promise<Prompt> {
  const ticket = await ticketById(tx.q, ticketId)
  if (!isPutAway(ticket)) return said(`${ticket.identifier} is open.`)
  await reopenTicket(tx, ticketId, actorOf(agent))
  return said(`${ticket.identifier} is open again.`)
}

function isPutAway({ closed_at, archived_at, spam_at }: TicketRow): boolean {
  return closed_at !== null || archived_at !== null || spam_at !== null
}

export async function prioritise(tx: Tx, ticketId: string, priority: Priority, agent: AgentRow): Promise<Prompt> {
  const { identifier } = await ticketById(tx.q, ticketId)
  await setPriority(tx, ticketId, priority, actorOf(agent))
  return said(`The priority of ${identifier} is ${priorityWords[priority]} now.`)
}

export async function setTo(tx: Tx, ticketId: string, status: Status, agent: AgentRow): Promise<Prompt> {
  if (status === 'closed') return close(tx, ticketId, '', agent)
  const { identifier } = await ticketById(tx.q, ticketId)
  await setStatus(tx, ticketId, status, actorOf(agent))
  return said(`${identifier} is set to “${statusWords[status]}”.`)
}

/** Gives the ticket to somebody, or to nobody (null). */
export async function assign(tx: Tx, ticketId: string, to: AgentRow | null, agent: AgentRow): Promise<Prompt> {
  const { identifier } = await ticketById(tx.q, ticketId)
  await assignTicket(tx, ticketId, to?.id ?? null, actorOf(agent))
  if (!to) return said(`${identifier} is nobody's now.`)
  return said(to.id === agent.id ? `${identifier} is yours now.` : `${identifier} is given to ${to.name}.`)
}
