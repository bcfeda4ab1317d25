import { type SqlBool, sql } from 'kysely'
import type { Tx } from '../../db/store.ts'
import { overture, record } from '../events.ts'
import { postNotice } from '../messages/notice.ts'
import { redrawCard, redrawMessage } from './redraw.ts'

const AFTER_MS = 3_600_000
const MOST = 100

/**
 * Tells, once, in the ticket's thread of each mail that could not be delivered for an hour; the message and the card say
 * so as long as it lasts. Returns how many.
 */
export async function tellOfLate(tx: Tx): Promise<number> {
  const rows = await tx.q
    .selectFrom('deliveries as d')
    .innerJoin('threads as t', 't.id', 'd.thread_id')
    .select(['d.id', 'd.ticket_id', 'd.message_id', 'd.reason'])
    .select(e => e.fn.coalesce('d.place', 't.place').as('place')) // the ticket may have another address by now
    .where(sql<SqlBool>`d.deferred_at is not null and d.late_at is null`) // in the words of the partial index
    .where('d.deferred_at', '<=', tx.now - AFTER_MS)
    .where('d.state', '=', 'queued')
    .where('d.sent_at', 'is', null)
    .where('t.side', '=', 'customer')
    .orderBy('d.deferred_at')
    .limit(MOST)
    .execute()
  for (const d of rows) {
    await tx.q.updateTable('deliveries').set({ late_at: tx.now }).where('id', '=', d.id).execute()
    await record(tx, d.ticket_id, 'mail_late', overture, undefined, { to: d.place, reason: d.reason })
    const text = `The mail to ${d.place} is not delivered yet; it is tried again and again. ${d.reason ?? ''}`
    await postNotice(tx, d.ticket_id, text.trim(), `late:${d.id}`)
    await redrawCard(tx, d.ticket_id)
    if (d.message_id) await redrawMessage(tx, d.message_id)
  }
  return rows.length
}
