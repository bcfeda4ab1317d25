import type { Status, TicketRow } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { Problem, Problems } from '../../lib/problem.ts'
import type { Actor } from '../events.ts'
import { nameInForm } from '../fields/read.ts'
import { missingToClose } from '../fields/values.ts'
import { type Changes, change, ticketFor } from './change.ts'
import { refuseMerged } from './find.ts'

/** The statuses that an agent may set by hand, beside closing. */
export const SETTABLE: Status[] = ['open', 'in_progress', 'awaiting_customer']

/** Sets a status by hand; one of a closed ticket opens it again. Throws a Problem for a status that nobody sets by hand. */
export async function setStatus(tx: Tx, id: string, status: Status, actor: Actor): Promise<void> {
  const ticket = await ticketFor(tx, id, actor)
  if (status === 'closed') return closeTicket(tx, id, '', actor)
  await refuseMerged(tx.q, ticket, 'status')
  if (!SETTABLE.includes(status)) throw new Problem('invalid', 'This status cannot be set by hand.', 'status')
  if (ticket.published_at === null && status === 'awaiting_customer')
    throw new Problem('conflict', `${ticket.identifier} is internal; no customer is asked anything.`, 'status')
  const isOpen = ticket.closed_at === null && ticket.archived_at === null && ticket.spam_at === null
  await change(tx, ticket, isOpen ? 'status_changed' : 'ticket_reopened', actor, {
    status,
    ...REOPENED,
  })
}

/** Nothing of having been put away is left. */
export const REOPENED = { closed_at: null, closed_by: null, close_reason: null, archived_at: null, spam_at: null }

/**
 * Closes a ticket with a reason. Throws Problems under the fields that an agent must fill in before; others close it all the
 * same. Closing a closed one changes nothing.
 */
export async function closeTicket(tx: Tx, id: string, reason: string, actor: Actor): Promise<void> {
  const ticket = await ticketFor(tx, id, actor)
  if (ticket.closed_at !== null) return
  if (actor.kind === 'agent') await refuseUnfilled(tx.q, ticket)
  await change(tx, ticket, 'ticket_closed', actor, {
    ...closed(tx, ticket, actor),
    close_reason: reason.trim() || null,
  })
}

async function refuseUnfilled(q: Query, ticket: TicketRow): Promise<void> {
  const missing = await missingToClose(q, ticket)
  if (!missing.length) return
  throw new Problems(
    missing.map(f => new Problem('invalid', `${f.name} must be filled in before the ticket is closed.`, nameInForm(f))),
  )
}

/** Puts a ticket out of the lists, closed. An answer opens it again like any closed one. */
export async function archiveTicket(tx: Tx, id: string, actor: Actor): Promise<void> {
  const ticket = await ticketFor(tx, id, actor)
  if (ticket.archived_at !== null) return
  await change(tx, ticket, 'ticket_archived', actor, { ...closed(tx, ticket, actor), archived_at: tx.now })
}

/** A ticket that nobody wants: out of the lists, closed, and what comes in on it is kept, but shown to nobody. */
export async function markSpam(tx: Tx, id: string, actor: Actor): Promise<void> {
  const ticket = await ticketFor(tx, id, actor)
  if (ticket.spam_at !== null) return
  await change(tx, ticket, 'ticket_marked_spam', actor, { ...closed(tx, ticket, actor), spam_at: tx.now })
}

function closed(tx: Tx, ticket: TicketRow, actor: Actor): Changes {
  if (ticket.closed_at !== null) return {}
  return { status: 'closed', closed_at: tx.now, closed_by: actor.id, queued_at: null }
}

/** Opens a closed, archived or spam ticket again; what came in while it was spam is shown now. */
export async function reopenTicket(tx: Tx, id: string, actor: Actor): Promise<void> {
  const ticket = await ticketFor(tx, id, actor)
  if (ticket.closed_at === null && ticket.archived_at === null && ticket.spam_at === null) return
  await refuseMerged(tx.q, ticket)
  await change(tx, ticket, 'ticket_reopened', actor, {
    status: ticket.assignee_id ? 'in_progress' : 'open',
    ...REOPENED,
  })
}
