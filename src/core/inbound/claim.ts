import { type SqlBool, sql } from 'kysely'
import { prepared, preparedFor } from '../../db/prepared.ts'
import type { InboundRow } from '../../db/schema.ts'
import type { Store, Tx } from '../../db/store.ts'

/** In the very words of the partial index: with a parameter in its place SQLite would not use it. */
const pending = sql<SqlBool>`state = 'pending'`

/** For how long a claim keeps others away (ms). */
export const INBOUND_LEASE_MS = 15_000

/** Takes up to `limit` arrivals that are due, oldest first; nobody else gets them before the lease runs out. */
export async function claimInbound(tx: Tx, limit: number): Promise<InboundRow[]> {
  const now = tx.now
  const due = (await selectDue(tx.q, { now, limit })).rows
  if (!due.length) return []
  const rows = await lease(
    tx.q,
    due.map(d => d.id),
    { now, until: now + INBOUND_LEASE_MS },
  )
  return rows.sort((a, b) => (a.id < b.id ? -1 : 1))
}

const selectDue = prepared((q, v: { now: number; limit: number }) =>
  q
    .selectFrom('inbound')
    .select('id')
    .where(pending)
    .where('due_at', '<=', v.now)
    .orderBy('due_at')
    .orderBy('id')
    .limit(v.limit),
)

const lease = preparedFor((q, ids, v: { now: number; until: number }) =>
  q
    .updateTable('inbound')
    .set(e => ({ due_at: v.until, attempts: e('attempts', '+', 1) }))
    .where('id', 'in', ids)
    .where(pending)
    .where('due_at', '<=', v.now)
    .returningAll(),
)

/** Keeps others away from arrivals that are still being understood. */
export async function extendInboundLeases(tx: Tx, ids: string[]): Promise<void> {
  await tx.q
    .updateTable('inbound')
    .set({ due_at: tx.now + INBOUND_LEASE_MS })
    .where('id', 'in', ids)
    .where(pending)
    .execute()
}

/** All that is pending is due now: at a start, when nobody else can be at it. */
export async function releaseInboundLeases(tx: Tx): Promise<void> {
  await tx.q.updateTable('inbound').set({ due_at: tx.now }).where(pending).where('due_at', '>', tx.now).execute()
}

/** When the next pending arrival is due (ms UTC), or null when there is none. */
export async function nextInboundDue(store: Store): Promise<number | null> {
  const { rows } = await store.read(q => selectNextDue(q, {}))
  return rows[0]?.at ?? null
}

const selectNextDue = prepared(q =>
  q
    .selectFrom('inbound')
    .select(e => e.fn.min('due_at').as('at'))
    .where(pending),
)
