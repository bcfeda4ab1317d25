import { type RawBuilder, type SqlBool, sql } from 'kysely'
import { prepared, preparedFor } from '../../db/prepared.ts'
import type { DeliveryRow } from '../../db/schema.ts'
import type { Query, Store, Tx } from '../../db/store.ts'
import { redrawCard } from './redraw.ts'

/** For how long a claim keeps others away (ms). Whoever carries longer extends it; who dies is not waited for long. */
export const LEASE_MS = 15_000

/** Held or queued, in the very words of the partial indexes: with parameters in their place SQLite would not use them. */
export function waiting(table: string): RawBuilder<SqlBool> {
  return sql<SqlBool>`${sql.ref(`${table}.state`)} in ('held', 'queued')`
}

/**
 * Takes up to `limit` due deliveries, the oldest of each thread only, so that no message overtakes another; a thread's
 * card goes first. They are due again when the lease runs out. `by` narrows it to one channel, `notTo` leaves places out.
 */
export async function claimDeliveries(
  tx: Tx,
  limit: number,
  { by, notTo = [] }: { by?: string; notTo?: string[] } = {},
): Promise<DeliveryRow[]> {
  const now = tx.now
  const ids =
    by && !notTo.length
      ? (await selectDueBy(tx.q, { by, now, limit })).rows
      : await dueFor(tx.q, { now, limit })
          .$if(by !== undefined, w => w.where('d.channel', '=', by as string))
          .$if(notTo.length > 0, w => w.where('t.place', 'not in', notTo))
          .execute()
  if (!ids.length) return []
  const rows = await lease(
    tx.q,
    ids.map(d => d.id),
    { now, until: now + LEASE_MS },
  )
  return (await withoutDeleted(tx, rows)).sort((a, b) => (a.id < b.id ? -1 : 1))
}

const lease = preparedFor((q, ids, v: { now: number; until: number }) =>
  q
    .updateTable('deliveries')
    .set(e => ({ state: 'queued' as const, due_at: v.until, attempts: e('attempts', '+', 1) }))
    .where('id', 'in', ids)
    .where(waiting('deliveries'))
    .where('due_at', '<=', v.now) // another process may have been faster
    .returningAll(),
)

/** A message that was deleted while its mail waited for another try is not mailed any more. */
async function withoutDeleted(tx: Tx, rows: DeliveryRow[]): Promise<DeliveryRow[]> {
  const mails = rows.flatMap(r => (r.key !== null && r.message_id ? [r.message_id] : []))
  if (!mails.length) return rows
  const deleted = new Set((await selectDeleted(tx.q, mails)).map(m => m.id))
  const withdrawn = rows.filter(r => r.key !== null && deleted.has(r.message_id ?? ''))
  for (const row of withdrawn) {
    const state = row.sent_at === null ? 'cancelled' : 'sent' // the customer may have it, when only a copy waits
    await tx.q.updateTable('deliveries').set({ state }).where('id', '=', row.id).execute()
    await redrawCard(tx, row.ticket_id)
  }
  return rows.filter(r => !withdrawn.includes(r))
}

const selectDeleted = preparedFor((q, ids) =>
  q.selectFrom('messages').select('id').where('id', 'in', ids).where('deleted_at', 'is not', null),
)

function dueFor(q: Query, v: { now: number; limit: number }) {
  return q
    .selectFrom('deliveries as d')
    .innerJoin('threads as t', 't.id', 'd.thread_id')
    .select('d.id')
    .where(waiting('d'))
    .where('d.due_at', '<=', v.now)
    .where(e =>
      e.or([
        e('d.kind', '=', 'card'),
        e.and([
          e('t.root', 'is not', null),
          e.not(
            e.exists(
              e
                .selectFrom('deliveries as older')
                .select('older.id')
                .whereRef('older.thread_id', '=', 'd.thread_id')
                .whereRef('older.id', '<', 'd.id')
                .where('older.kind', '=', 'message')
                .where('older.sent_at', 'is', null) // what the customer has waits for copies only
                .where(o => o.or([o('older.scheduled_at', 'is', null), o('older.state', '=', 'queued')])) // its moment is to come
                .where(waiting('older')),
            ),
          ),
        ]),
      ]),
    )
    .orderBy('d.due_at')
    .orderBy('d.id')
    .limit(v.limit)
}

const selectDueBy = prepared((q, v: { by: string; now: number; limit: number }) =>
  dueFor(q, v).where('d.channel', '=', v.by),
)

/** Keeps others away from letters that are still being carried. */
export async function extendLeases(tx: Tx, ids: string[]): Promise<void> {
  await tx.q
    .updateTable('deliveries')
    .set({ due_at: tx.now + LEASE_MS })
    .where('id', 'in', ids)
    .where('state', '=', 'queued')
    .execute()
}

/** All that is queued is due now: at a start, when nobody else can be carrying it. What is held stays held. */
export async function releaseLeases(tx: Tx): Promise<void> {
  await tx.q
    .updateTable('deliveries')
    .set({ due_at: tx.now })
    .where(waiting('deliveries'))
    .where('state', '=', 'queued')
    .where('due_at', '>', tx.now)
    .execute()
}

/** When the next delivery is due (ms UTC), of those that are not due yet at `after`, or null when there is none. */
export async function nextDeliveryDue(store: Store, after = 0): Promise<number | null> {
  const { rows } = await store.read(q => selectNextDue(q, { after }))
  return rows[0]?.at ?? null
}

const selectNextDue = prepared((q, v: { after: number }) =>
  q
    .selectFrom('deliveries')
    .select(e => e.fn.min('due_at').as('at'))
    .where(waiting('deliveries'))
    .where('due_at', '>', v.after),
)

/** A place can be written to again: what waits for it is due at once. */
export async function releasePlace(tx: Tx, place: string): Promise<void> {
  const there = tx.q.selectFrom('threads').select('id').where('place', '=', place)
  await tx.q
    .updateTable('deliveries')
    .set({ due_at: tx.now })
    .where(waiting('deliveries'))
    .where('state', '=', 'queued')
    .where('thread_id', 'in', there)
    .execute()
  tx.wake('outbox')
}
