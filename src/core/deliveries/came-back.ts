import type { DeliveryRow } from '../../db/schema.ts'
import type { Tx } from '../../db/store.ts'
import type { BounceClass } from '../arrival.ts'
import { overture, record } from '../events.ts'
import { redrawCard, redrawMessage } from './redraw.ts'

export interface Verdict {
  reason: string // for people
  class: BounceClass
  status: string | null // RFC 3463
}

type Sent = Pick<DeliveryRow, 'id' | 'ticket_id' | 'message_id'>

/**
 * A mail that was accepted came back: whoever wrote it is told, as for one that was refused at once. False when it had
 * come back before, or was sent again since.
 */
export async function markBounced(tx: Tx, delivery: Sent, to: string, verdict: Verdict): Promise<boolean> {
  const { reason } = verdict
  const { numUpdatedRows } = await tx.q
    .updateTable('deliveries')
    .set({
      state: 'bounced',
      reason,
      bounce_class: verdict.class,
      bounce_status: verdict.status,
      bounced_at: tx.now,
    })
    .where('id', '=', delivery.id)
    .where('state', 'in', ['sent', 'queued']) // a bounce may be faster than our own note that the mail was accepted
    .executeTakeFirst()
  if (numUpdatedRows === 0n) return false
  await record(tx, delivery.ticket_id, 'mail_bounced', overture, undefined, { to, reason })
  await show(tx, delivery)
  return true
}

/** A mail that was accepted is not delivered yet: it says so until it is, or comes back. */
export async function markDelayed(tx: Tx, delivery: Sent, reason: string): Promise<void> {
  const { numUpdatedRows } = await tx.q
    .updateTable('deliveries')
    .set({ late_at: tx.now, reason: `Not delivered yet. ${reason}` })
    .where('id', '=', delivery.id)
    .where('state', '=', 'sent')
    .executeTakeFirst()
  if (numUpdatedRows === 0n) return
  await record(tx, delivery.ticket_id, 'mail_late', overture, undefined, { reason })
  await show(tx, delivery)
}

/** A mail arrived, says its recipient's mail system or program: it is late no more. */
export async function markReceived(tx: Tx, delivery: Sent): Promise<void> {
  const { numUpdatedRows } = await tx.q
    .updateTable('deliveries')
    .set({ late_at: null, reason: null })
    .where('id', '=', delivery.id)
    .where('state', '=', 'sent')
    .where('late_at', 'is not', null)
    .executeTakeFirst()
  await record(tx, delivery.ticket_id, 'mail_received', overture)
  if (numUpdatedRows > 0n) await show(tx, delivery)
}

/** On the card and on the message itself. */
async function show(tx: Tx, delivery: Sent): Promise<void> {
  await redrawCard(tx, delivery.ticket_id)
  if (delivery.message_id) await redrawMessage(tx, delivery.message_id)
}
