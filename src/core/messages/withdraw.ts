import type { DeliveryRow, MessageRow } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { copiesBy } from '../copies.ts'
import { scheduleIn } from '../deliveries/queue.ts'
import { redrawAbove, redrawCard, redrawMessage } from '../deliveries/redraw.ts'
import { keepWish } from './wish.ts'

/** Makes a note of a message that is still held; false when it is not held any more. */
export async function withdrawMail(tx: Tx, m: Pick<MessageRow, 'id' | 'ticket_id' | 'opening'>): Promise<boolean> {
  if (!(await takeBack(tx, m.id))) return false
  await tx.q.updateTable('messages').set({ visibility: 'note' }).where('id', '=', m.id).execute()
  if (m.opening === 1 && !(await hasMail(tx.q, m.ticket_id))) await makeInternal(tx, m.ticket_id)
  await redrawCard(tx, m.ticket_id)
  await redrawMessage(tx, m.id)
  return true
}

/** Whether the customer has, or is about to get, anything of this ticket. */
async function hasMail(q: Query, ticketId: string): Promise<boolean> {
  const row = await q
    .selectFrom('deliveries')
    .select('id')
    .where('ticket_id', '=', ticketId)
    .where('key', 'is not', null)
    .where('state', 'in', ['queued', 'sent', 'bounced'])
    .executeTakeFirst()
  return row !== undefined
}

/** The customer was not written to after all. What else is held for them becomes a note, too. */
async function makeInternal(tx: Tx, ticketId: string): Promise<void> {
  await tx.q
    .updateTable('tickets')
    .set({ published_at: null, status: 'internal', sub_status_id: null, updated_at: tx.now })
    .where('id', '=', ticketId)
    .execute()
  await redrawAbove(tx, [ticketId])
  const held = await tx.q
    .selectFrom('deliveries')
    .select('message_id')
    .where('ticket_id', '=', ticketId)
    .where('state', '=', 'held')
    .execute()
  for (const { message_id } of held) {
    if (!message_id || !(await takeBack(tx, message_id))) continue
    await tx.q.updateTable('messages').set({ visibility: 'note' }).where('id', '=', message_id).execute()
    await redrawMessage(tx, message_id)
  }
}

/**
 * Takes back what is still held of a message; false when nothing was. Sent after all it goes to whom it was to go, and where
 * `isToWait` when it was to go.
 */
export async function takeBack(tx: Tx, messageId: string, { isToWait = false } = {}): Promise<boolean> {
  const held = await heldOf(tx.q, messageId)
  if (!(await cancelHeld(tx, messageId))) return false
  const [mail] = held.filter(d => d.scheduled_at !== null)
  const schedule = isToWait && mail ? scheduleIn(mail) : null
  await keepWish(tx, messageId, { ...copiesBy(held), schedule })
  return true
}

type Held = Pick<DeliveryRow, 'copies' | 'blind' | 'scheduled_at' | 'zone' | 'unless_answered'>

function heldOf(q: Query, messageId: string): Promise<Held[]> {
  return q
    .selectFrom('deliveries')
    .select(['copies', 'blind', 'scheduled_at', 'zone', 'unless_answered'])
    .where('message_id', '=', messageId)
    .where('state', '=', 'held')
    .execute()
}

/** Takes back for good what is still held of a message; false when nothing was. */
export async function cancelHeld(tx: Tx, messageId: string): Promise<boolean> {
  const { numUpdatedRows } = await tx.q
    .updateTable('deliveries')
    .set({ state: 'cancelled' })
    .where('message_id', '=', messageId)
    .where('state', '=', 'held')
    .executeTakeFirst()
  return numUpdatedRows > 0n
}
