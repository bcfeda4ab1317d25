import type { Tx } from '../../db/store.ts'
import { chatTicketClosed } from '../chats/became.ts'
import { waiting } from '../deliveries/claim.ts'
import { redrawCard } from '../deliveries/redraw.ts'
import { type Actor, record } from '../events.ts'
import { anyTicket } from '../receive/ticket.ts'

/**
 * Deletes a ticket: nobody finds or opens it any more, nothing more of it is sent, and a line stands in place of its card.
 * What its mails are known by stays, so that none of them, and no answer, ever becomes a ticket again. Twice is once.
 */
export async function deleteTicket(tx: Tx, id: string, actor: Actor): Promise<void> {
  const ticket = await anyTicket(tx.q, id)
  const { numUpdatedRows } = await tx.q
    .updateTable('tickets')
    .set({ deleted_at: tx.now, updated_at: tx.now, queued_at: null })
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
  if (numUpdatedRows === 0n) return
  await record(tx, id, 'ticket_deleted', actor, { deleted_at: null }, { deleted_at: tx.now })
  await cancelAll(tx, id)
  if (ticket.chat_id && ticket.closed_at === null) await chatTicketClosed(tx, id, tx.now)
  await redrawCard(tx, id)
}

/** A card that was never posted need not be, either. */
async function cancelAll(tx: Tx, ticketId: string): Promise<void> {
  await tx.q
    .updateTable('deliveries')
    .set({ state: 'cancelled', reason: 'The ticket was deleted before.' })
    .where('ticket_id', '=', ticketId)
    .where(waiting('deliveries'))
    .where(e => e.or([e('kind', '!=', 'card'), e('external_id', 'is', null)]))
    .execute()
}
