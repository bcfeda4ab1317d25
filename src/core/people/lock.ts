import type { CustomerRow } from '../../db/schema.ts'
import type { Tx } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'

/** The customer, whom nobody else changes until this transaction ends. Throws a Problem when there is none any more. */
export async function lockPerson(tx: Tx, id: string): Promise<CustomerRow> {
  const row = await tx.q
    .updateTable('customers')
    .set(e => ({ name: e.ref('name') }))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()
  if (!row || row.merged_into_id !== null) throw new Problem('not_found', 'This customer is no more.', 'customer')
  return row
}
