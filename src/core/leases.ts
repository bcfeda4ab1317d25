import type { Tx } from '../db/store.ts'

/** For how long a claim of what the desk is to show keeps others away (ms). */
export const LEASE_MS = 15_000

/** Whatever waits to be said, each row with its `due_at` and `attempts`. */
type Queue = 'alerts' | 'desk_posts' | 'chat_posts' | 'answer_posts'

/** Takes a row that is due; nobody else gets it before the lease runs out. False when another process was faster. */
export async function lease(
  tx: Tx,
  queue: Queue,
  row: { id: string; attempts: number },
  ms = LEASE_MS,
): Promise<boolean> {
  const { numUpdatedRows } = await tx.q
    .updateTable(queue as 'desk_posts')
    .set({ due_at: tx.now + ms, attempts: row.attempts + 1 })
    .where('id', '=', row.id)
    .where('due_at', '<=', tx.now)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Keeps others away from what is still being shown at the desk: alerts, posts, and the cards of chats, by their ids. */
export async function extendLeases(tx: Tx, ids: string[]): Promise<void> {
  const until = tx.now + LEASE_MS
  for (const queue of ['alerts', 'desk_posts', 'chat_posts'] as const)
    await tx.q
      .updateTable(queue as 'desk_posts')
      .set({ due_at: until })
      .where('id', 'in', ids)
      .where('due_at', 'is not', null)
      .execute()
  await tx.q
    .updateTable('chats')
    .set({ card_due_at: until })
    .where('id', 'in', ids)
    .where('card_due_at', 'is not', null)
    .execute()
}
