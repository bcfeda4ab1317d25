import type { Tx } from '../db/store.ts'

/** Rows that wait until their time comes. */
type Waiting = 'alerts' | 'chat_posts' | 'desk_posts' | 'erasures' | 'hook_deliveries'

/** For how long a claim of what the desk is to show keeps others away (ms). */
export const LEASE_MS = 15_000

/** Takes rows that are due; nobody else gets them for so long (ms). Returns those that no other process was faster with. */
export async function lease<Row extends { id: string; attempts: number }>(
  tx: Tx,
  table: Waiting,
  due: Row[],
  ms: number,
): Promise<Row[]> {
  if (!due.length) return []
  const ids = due.map(row => row.id)
  const won = await tx.q
    .updateTable(table)
    .set(e => ({ due_at: tx.now + ms, attempts: e('attempts', '+', 1) }))
    .where('id', 'in', ids)
    .where('due_at', '<=', tx.now)
    .returning('id')
    .execute()
  const ours = new Set(won.map(row => row.id))
  return due.filter(row => ours.has(row.id)).map(row => ({ ...row, attempts: row.attempts + 1 }))
}

/** Keeps others away from what is still being shown at the desk: alerts, posts, and the cards of chats, by their ids. */
export async function extendLeases(tx: Tx, ids: string[]): Promise<void> {
  const until = tx.now + LEASE_MS
  for (const table of ['alerts', 'desk_posts', 'chat_posts'] as const)
    await tx.q
      .updateTable(table as Waiting)
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
