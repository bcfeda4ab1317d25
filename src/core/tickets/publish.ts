import type { Tx } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'
import type { Actor } from '../events.ts'
import { queueToCustomers } from '../messages/mail.ts'
import { takeWish } from '../messages/wish.ts'
import { refuseUnlessSends } from '../permissions/may.ts'
import { usableSender } from '../senders/usual.ts'
import { threadOf } from '../threads.ts'
import { change } from './change.ts'
import { refuseMerged, ticketById } from './find.ts'

/**
 * Makes an internal ticket public: its first message goes to the customer after the hold, or as its author wished. One way,
 * since a mail cannot be called back. Throws a Problem when it is public already or cannot be sent.
 */
export async function publishTicket(tx: Tx, id: string, actor: Actor): Promise<void> {
  const ticket = await ticketById(tx.q, id)
  await refuseUnlessSends(tx.q, actor, ticket)
  await refuseMerged(tx.q, ticket)
  if (ticket.published_at !== null) throw new Problem('conflict', `${ticket.identifier} is public already.`)
  const opening = await tx.q
    .selectFrom('messages')
    .selectAll()
    .where('ticket_id', '=', id)
    .where('opening', '=', 1)
    .executeTakeFirstOrThrow()
  const won = await tx.q
    .updateTable('tickets')
    .set({ published_at: tx.now })
    .where('id', '=', id)
    .where('published_at', 'is', null) // only one of us, or the customer had it twice
    .executeTakeFirst()
  if (won.numUpdatedRows === 0n) throw new Problem('conflict', `${ticket.identifier} is public already.`)
  const thread = await threadOf(tx.q, id, 'customer')
  const { id: senderId } = await usableSender(tx.q, ticket.team_id, ticket.sender_id)
  const wish = await takeWish(tx, opening.id)
  const isToCome = !!wish.schedule && wish.schedule.at > tx.now
  const to = {
    published_at: tx.now,
    sender_id: senderId,
    status: isToCome ? 'scheduled' : 'awaiting_customer',
  } as const
  await tx.q.updateTable('messages').set({ visibility: 'public' }).where('id', '=', opening.id).execute()
  await change(tx, ticket, 'ticket_published', actor, to)
  const author: Actor = { kind: opening.author_kind, id: opening.author_id, name: opening.author_name }
  await queueToCustomers(tx, [{ id: opening.id, ticketId: id, ticket: { ...ticket, ...to }, author, ...wish, thread }])
}
