import type { SuppressionRow } from '../db/schema.ts'
import type { Query, Tx } from '../db/store.ts'
import { Problem } from '../lib/problem.ts'

/** Afterwards nothing is sent to the address; the first reason stands. */
export async function suppress(tx: Tx, address: string, reason: string, source: string): Promise<void> {
  await tx.q
    .insertInto('suppressions')
    .values({ address, reason, source, created_at: tx.now })
    .onConflict(c => c.column('address').doNothing())
    .execute()
}

/** The address may be written to again. */
export async function liftSuppression(tx: Tx, address: string): Promise<void> {
  await tx.q.deleteFrom('suppressions').where('address', '=', address).execute()
}

export function suppressionOf(q: Query, address: string): Promise<SuppressionRow | undefined> {
  return q.selectFrom('suppressions').selectAll().where('address', '=', address).executeTakeFirst()
}

/** Throws a Problem under the field `customer` when the address must not be written to. */
export async function refuseSuppressed(q: Query, address: string): Promise<void> {
  const found = await suppressionOf(q, address)
  if (found) throw new Problem('forbidden', `${address} must not be written to: ${found.reason}`, 'customer')
}
