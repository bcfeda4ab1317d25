import type { TicketRow } from '../../db/schema.ts'
import type { Tx } from '../../db/store.ts'
import type { Actor } from '../events.ts'
import { refuseUnlessMay } from '../permissions/may.ts'
import { ticketById } from './find.ts'

/**
 * The ticket, for somebody who may change it: until the end of the transaction nobody else changes it, or what is known of
 * it. Throws a Problem for others, and where it is no more.
 */
export async function lockTicket(tx: Tx, id: string, actor: Actor): Promise<TicketRow> {
  await tx.q
    .updateTable('tickets')
    .set(e => ({ number: e.ref('number') }))
    .where('id', '=', id)
    .execute()
  const ticket = await ticketById(tx.q, id)
  await refuseUnlessMay(tx.q, actor, 'manage', ticket)
  return ticket
}
