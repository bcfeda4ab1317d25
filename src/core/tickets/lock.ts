import type { TicketRow } from '../../db/schema.ts'
import type { Tx } from '../../db/store.ts'
import type { Actor } from '../events.ts'
import { refuseUnlessMay } from '../permissions/may.ts'
import { ticketById } from './find.ts'

/**
 * The ticket, which nobody else changes from now on until this transaction ends: who does the same at the same moment waits,
 * and then sees what was done. Throws a Problem when there is none, and, where an actor is named, when they may not change it.
 */
export async function lockTicket(tx: Tx, id: string, actor?: Actor): Promise<TicketRow> {
  await tx.q
    .updateTable('tickets')
    .set(e => ({ updated_at: e.ref('updated_at') }))
    .where('id', '=', id)
    .execute()
  const ticket = await ticketById(tx.q, id)
  if (actor) await refuseUnlessMay(tx.q, actor, 'manage', ticket)
  return ticket
}
