import type { Query, Tx } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'
import { redrawCard } from '../deliveries/redraw.ts'
import { type Actor, record } from '../events.ts'
import { lockTicket } from '../tickets/lock.ts'
import { senderById, sendersOf } from './find.ts'

/**
 * From now on the ticket's mails are sent from this address of its team, also those that wait to be sent. Throws a Problem
 * for whoever may not change the ticket, and under `sender` for one that is not the team's or that nothing can be sent from.
 */
export async function sendAs(tx: Tx, ticketId: string, senderId: string, actor: Actor): Promise<void> {
  const ticket = await lockTicket(tx, ticketId, actor)
  if (ticket.sender_id === senderId) return
  const sender = (await sendersOf(tx.q, ticket.team_id)).find(s => s.id === senderId)
  if (!sender) throw new Problem('invalid', 'This sender is not one of the team.', 'sender')
  if (sender.broken_at !== null)
    throw new Problem('conflict', `Nothing can be sent from ${sender.address}: ${sender.broken_reason}`, 'sender')
  const before = ticket.sender_id ? (await senderById(tx.q, ticket.sender_id)).address : null
  await tx.q
    .updateTable('tickets')
    .set({ sender_id: senderId, updated_at: tx.now })
    .where('id', '=', ticketId)
    .execute()
  await record(tx, ticketId, 'sender_changed', actor, { sender: before }, { sender: sender.address })
  await redrawCard(tx, ticketId)
}

/** What the customer saw a ticket's newest mail come from. */
export interface LastUsed {
  address: string
  author: string // the name
}

/** Where, and under which name, the newest mail of a ticket was sent from; null before any. */
export async function lastUsed(q: Query, ticketId: string): Promise<LastUsed | null> {
  const row = await q
    .selectFrom('deliveries as d')
    .innerJoin('senders as s', 's.id', 'd.sender_id')
    .select(['s.address', 'd.author'])
    .where('d.ticket_id', '=', ticketId)
    .where('d.key', 'is not', null)
    .where('d.state', 'in', ['queued', 'sent', 'bounced'])
    .orderBy('d.id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row ? { address: row.address, author: row.author ?? '' } : null
}
