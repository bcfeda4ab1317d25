import { sql } from 'kysely'
import type { Query } from '../db/store.ts'
import { idAt } from '../lib/id.ts'
import { waiting } from './deliveries/claim.ts'

/** How old something is that waits; `to_come`: it waits for a moment that somebody chose. */
export type Age = 'to_come' | 'under_1m' | 'under_10m' | 'under_1h' | 'over_1h'

/** Deliveries that wait, counted. */
export interface WaitingDeliveries {
  channel: string
  state: string
  age: Age
  count: number
}

const MINUTE = 60_000

/** Since when a delivery waits: since it was written, or since the moment that its author chose (ms UTC). */
const since = sql<number>`coalesce(deliveries.scheduled_at, deliveries.created_at)`

/** How many deliveries wait, by channel, state and age. */
export async function deliveriesWaiting(q: Query, now: number): Promise<WaitingDeliveries[]> {
  const age = sql<Age>`case when ${since} > ${sql.lit(now)} then 'to_come' when ${since} > ${sql.lit(now - MINUTE)} then 'under_1m'
    when ${since} > ${sql.lit(now - 10 * MINUTE)} then 'under_10m' when ${since} > ${sql.lit(now - 60 * MINUTE)} then 'under_1h'
    else 'over_1h' end`
  const rows = await q
    .selectFrom('deliveries')
    .select(e => ['channel', 'state', age.as('age'), e.fn.countAll<number>().as('count')])
    .where(waiting('deliveries'))
    .groupBy(['channel', 'state', age])
    .execute()
  return rows.map(r => ({ ...r, count: Number(r.count) }))
}

/**
 * For how long the oldest delivery has waited that should be out (ms); 0 when none does. Those for which the far side said
 * "later" are left out: that is no fault of ours, and may take days.
 */
export async function longestWait(q: Query, now: number): Promise<number> {
  const row = await q
    .selectFrom('deliveries')
    .select(e => e.fn.min(since).as('at'))
    .where(waiting('deliveries'))
    .where('deferred_at', 'is', null)
    .where(since, '<=', now)
    .executeTakeFirst()
  return row?.at == null ? 0 : now - Number(row.at)
}

const HOUR_MS = 60 * MINUTE

/** What came in during the last hour, by channel and what became of it; `kind` tells of mails what made them. */
export async function cameIn(
  q: Query,
  now: number,
): Promise<{ channel: string; result: string; kind: string | null; count: number }[]> {
  const rows = await q
    .selectFrom('inbound')
    .select(e => ['channel', 'state as result', 'kind', e.fn.countAll<number>().as('count')])
    .where('id', '>=', idAt(now - HOUR_MS)) // an id tells when it was made, and has an index
    .groupBy(['channel', 'state', 'kind'])
    .execute()
  return rows.map(r => ({ ...r, count: Number(r.count) }))
}

const QUEUES = ['alerts', 'chat_posts', 'desk_posts', 'erasures', 'deeds'] as const

/** How much waits in each queue beside the outbox. */
export async function queueDepths(q: Query): Promise<Record<string, number>> {
  const depths: Record<string, number> = {}
  for (const table of QUEUES) {
    const { n } = await q
      .selectFrom(table as 'alerts')
      .select(e => e.fn.countAll<number>().as('n'))
      .where('due_at', 'is not', null)
      .executeTakeFirstOrThrow()
    depths[table] = Number(n)
  }
  depths.inbound = Number(
    (
      await q
        .selectFrom('inbound')
        .select(e => e.fn.countAll<number>().as('n'))
        .where(sql<boolean>`state = 'pending'`) // in the words of the partial index
        .executeTakeFirstOrThrow()
    ).n,
  )
  const posts = await q
    .selectFrom('hook_deliveries')
    .select(e => e.fn.countAll<number>().as('n'))
    .where(sql<boolean>`state = 'queued'`) // likewise
    .executeTakeFirstOrThrow()
  depths.webhooks = Number(posts.n)
  const stale = await q
    .selectFrom('stale_entries')
    .select(e => e.fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow()
  depths.index = Number(stale.n)
  return depths
}
