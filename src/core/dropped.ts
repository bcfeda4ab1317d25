import { type SqlBool, sql } from 'kysely'
import type { InboundRow } from '../db/schema.ts'
import type { Store, Tx } from '../db/store.ts'
import { Problem } from '../lib/problem.ts'

const AT_ONCE = 100 // in one transaction, so that nobody waits long
const DAY_MS = 24 * 3_600_000

/**
 * Lets go of the bytes of mails that came in more than so many days ago and are dealt with; 0 keeps them for ever. What was
 * read from them stays, as does the row, by whose key the same mail is never taken in again. What waits in the tray stays
 * whole. Returns how many mails it were.
 */
export async function dropOldMail(store: Store, keepDays: number): Promise<number> {
  if (keepDays === 0) return 0
  let count = 0
  for (;;) {
    const dropped = await store.write(tx => dropSome(tx, tx.now - keepDays * DAY_MS))
    count += dropped
    if (dropped < AT_ONCE) return count
  }
}

/** In the very words of the partial index, and with no `=`, for which SQLite would take the index of all arrivals. */
const kept = sql<SqlBool>`dropped_at is null and channel <> 'slack' and state in ('recorded', 'ignored')`

async function dropSome(tx: Tx, before: number): Promise<number> {
  const old = await tx.q
    .selectFrom('inbound')
    .select('id')
    .where(kept)
    .where('received_at', '<', before)
    .orderBy('received_at')
    .limit(AT_ONCE)
    .execute()
  if (!old.length) return 0
  await tx.q
    .updateTable('inbound')
    .set({ raw: Buffer.alloc(0), dropped_at: tx.now })
    .where(
      'id',
      'in',
      old.map(o => o.id),
    )
    .execute()
  return old.length
}

/** The bytes of an arrival. Throws a Problem when they were let go. */
export function rawOf(row: Pick<InboundRow, 'raw' | 'dropped_at'>): Buffer {
  if (row.dropped_at === null) return row.raw
  const day = new Date(row.dropped_at).toISOString().slice(0, 10)
  throw new Problem(
    'conflict',
    `The mail itself is kept no more since ${day} (MAIL_KEEP_DAYS), so it cannot be read again.`,
  )
}
