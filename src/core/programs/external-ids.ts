import { prepared, preparedFor } from '../../db/prepared.ts'
import type { Query, Tx } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'

/** Another system that programs bring customers from; `proto_external` is what whoever uses Proto calls them. */
export type System = 'sendbird' | 'proto' | 'proto_external'

/** The id of the customer whom the system knows as this; undefined when it told us of nobody so named. */
export async function customerKnownAs(q: Query, system: System, externalId: string): Promise<string | undefined> {
  return (await selectOwner(q, { system, externalId })).rows[0]?.customer_id
}

const selectOwner = prepared((q, v: { system: System; externalId: string }) =>
  q
    .selectFrom('external_ids')
    .select('customer_id')
    .where('system', '=', v.system)
    .where('external_id', '=', v.externalId),
)

/**
 * From now on the system's id finds the customer, beside those that found them before. Saying it again changes nothing.
 * Throws a Problem under `external_id` when it is somebody else's.
 */
export async function knowAs(tx: Tx, system: System, externalId: string, customerId: string): Promise<void> {
  await tx.q
    .insertInto('external_ids')
    .values({ system, external_id: externalId, customer_id: customerId, created_at: tx.now })
    .onConflict(c => c.columns(['system', 'external_id']).doNothing())
    .execute()
  if ((await customerKnownAs(tx.q, system, externalId)) !== customerId)
    throw new Problem('conflict', 'Another customer is known by this id.', 'external_id')
}

/** From now on this id of the system finds the customer, and no other one of it does; null: none does. Throws as knowAs does. */
export async function knowOnlyAs(tx: Tx, system: System, externalId: string | null, customerId: string): Promise<void> {
  await tx.q
    .deleteFrom('external_ids')
    .where('system', '=', system)
    .where('customer_id', '=', customerId)
    .$if(externalId !== null, d => d.where('external_id', '!=', externalId as string))
    .execute()
  if (externalId !== null) await knowAs(tx, system, externalId, customerId)
}

/** What the system calls each of these customers: the first that it said, by customer; nothing for those whom it never named. */
export async function externalIdOf(
  q: Query,
  system: System,
  customerIds: readonly string[],
): Promise<Map<string, string>> {
  if (!customerIds.length) return new Map()
  const rows = await selectNames(q, customerIds, { system })
  const oldestLast = rows.sort((a, b) => b.created_at - a.created_at || (a.external_id < b.external_id ? 1 : -1))
  return new Map(oldestLast.map(r => [r.customer_id, r.external_id]))
}

const selectNames = preparedFor((q, ids, v: { system: System }) =>
  q
    .selectFrom('external_ids')
    .select(['customer_id', 'external_id', 'created_at'])
    .where('customer_id', 'in', ids)
    .where('system', '=', v.system),
)
