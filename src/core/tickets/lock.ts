import type { TicketRow } from '../../db/schema.ts'
import type { Tx } from '../../db/store.ts'
import type { Actor } from '../events.ts'
import { refuseUnlessMay } from '../permissions/may.ts'
import { lockedTicket } from './find.ts'

/**
 * The ticket, for somebody who may change it: until the end of the transaction nobody else changes it, or what is known of
 * it. Throws a Problem for others, and where it is no more.
 */
export async function lockTicket(tx: Tx, id: string, actor: Actor): Promise<TicketRow> {
  const ticket = await lockedTicket(tx, id)
  await refuseUnlessMay(tx.q, actor, 'manage', ticket)
  return ticket
}
