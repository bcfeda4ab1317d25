import type { Tx } from '../db/store.ts'

/** Rows that wait until their time comes. */
type Waiting = 'alerts' | 'answer_posts' | 'chat_posts' | 'desk_posts' | 'erasures'

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
