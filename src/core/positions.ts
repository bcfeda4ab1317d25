import type { Tx } from '../db/store.ts'

/** Rows that people put in order, from 1 on. */
type Ordered = 'fields' | 'forms' | 'assignment_rules' | 'sla_policies'

/** One of these rows, given in their order, stands before the one that stood above it; the first one stays the first. */
export async function moveUp(tx: Tx, table: Ordered, rows: { id: string }[], id: string): Promise<void> {
  const order = rows.map(r => r.id)
  const at = order.indexOf(id)
  if (at < 1) return
  order.splice(at - 1, 0, ...order.splice(at, 1))
  for (const [i, one] of order.entries())
    await tx.q
      .updateTable(table)
      .set({ position: i + 1 })
      .where('id', '=', one)
      .execute()
}
