import { prepared } from '../../db/prepared.ts'
import type { DeliveryRow } from '../../db/schema.ts'
import type { Tx } from '../../db/store.ts'
import { clockWords } from '../../lib/zone.ts'
import { record } from '../events.ts'
import { messageById } from '../messages/find.ts'
import { postNotice } from '../messages/notice.ts'
import { withdrawMail } from '../messages/withdraw.ts'

/**
 * The customer wrote in a ticket: the mails that were to go there unless they did are notes now, and their authors are
 * told in the thread.
 */
export async function cancelScheduled(tx: Tx, ticketId: string, customer: string): Promise<void> {
  const { rows } = await selectUnlessAnswered(tx.q, { ticketId })
  for (const delivery of rows) await cancel(tx, delivery, `${customer} wrote first`)
}

const selectUnlessAnswered = prepared((q, v: { ticketId: string }) =>
  q
    .selectFrom('deliveries')
    .selectAll()
    .where('ticket_id', '=', v.ticketId)
    .where('state', '=', 'held')
    .where('unless_answered', '=', 1),
)

/** The customer wrote of their own accord: first mails that were still to go to them are notes, too. */
export async function cancelScheduledOpenings(
  tx: Tx,
  { id, name }: { id: string; name: string },
  inTicket: string,
): Promise<void> {
  const rows = await tx.q
    .selectFrom('deliveries as d')
    .innerJoin('tickets as t', 't.id', 'd.ticket_id')
    .selectAll('d')
    .where('t.customer_id', '=', id)
    .where('t.closed_at', 'is', null)
    .where('t.deleted_at', 'is', null)
    .where('t.status', '=', 'scheduled')
    .where('d.state', '=', 'held')
    .where('d.unless_answered', '=', 1)
    .execute()
  for (const delivery of rows) await cancel(tx, delivery, `${name} wrote first, in ${inTicket}`)
}

async function cancel(tx: Tx, delivery: DeliveryRow, because: string): Promise<void> {
  const m = await messageById(tx.q, delivery.message_id ?? '')
  if (!(await withdrawMail(tx, m))) return
  const author = { kind: m.author_kind, id: m.author_id, name: m.author_name }
  const at = clockWords(delivery.scheduled_at ?? tx.now, delivery.zone ?? 'UTC')
  const text = `${because}, so the mail that was to go to them (${at}, ${delivery.zone}) was not sent. It is kept as a note.`
  await record(tx, delivery.ticket_id, 'schedule_cancelled', author, undefined, { message: m.id })
  await postNotice(tx, delivery.ticket_id, text, `unless:${delivery.id}`, m.author_id)
}
