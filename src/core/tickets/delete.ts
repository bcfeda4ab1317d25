import type { Tx } from '../../db/store.ts'
import type { Actor } from '../events.ts'
import { refuseUnlessMay } from '../permissions/may.ts'
import { change } from './change.ts'
import { anyTicket } from './find.ts'

/**
 * Deletes a ticket as a tombstone: it is in no list, nothing of it that waits is sent, and its card says who deleted it.
 * Its Message-IDs stay, so that none of its mails is ever taken in again. Deleting it again changes nothing.
 * Throws a Problem for an agent who may not change it.
 */
export async function deleteTicket(tx: Tx, id: string, actor: Actor): Promise<void> {
  await refuseUnlessMay(tx.q, actor, 'manage', await anyTicket(tx.q, id))
  const won = await tx.q
    .updateTable('tickets')
    .set({ deleted_at: tx.now })
    .where('id', '=', id)
    .where('deleted_at', 'is', null) // only one of us
    .executeTakeFirst()
  if (won.numUpdatedRows === 0n) return
  const ticket = { ...(await anyTicket(tx.q, id)), deleted_at: null }
  await tx.q
    .updateTable('deliveries')
    .set({ state: 'cancelled', reason: `${ticket.identifier} was deleted.` })
    .where('ticket_id', '=', id)
    .where('kind', '!=', 'card')
    .where('state', 'in', ['held', 'queued'])
    .execute()
  await change(tx, ticket, 'ticket_deleted', actor, {
    deleted_at: tx.now,
    deleted_by: actor.name,
    ...(ticket.closed_at === null && {
      status: 'closed' as const,
      closed_at: tx.now,
      closed_by: actor.id,
      queued_at: null,
    }),
  })
}
