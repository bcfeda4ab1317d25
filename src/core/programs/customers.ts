import { preparedFor } from '../../db/prepared.ts'
import type { Query } from '../../db/store.ts'
import { oldestAddress } from '../customers.ts'
import { definedFor, shownFields } from '../fields/known.ts'

/** A customer as programs are told of them. */
export interface CustomerRecord {
  id: string
  name: string
  address: string | null // their oldest; null: they were forgotten
  fields: [name: string, text: string][]
  createdAt: number
}

/** Customers by id. */
export async function customerRecords(q: Query, ids: readonly string[]): Promise<Map<string, CustomerRecord>> {
  if (!ids.length) return new Map()
  const rows = await selectCustomers(q, [...new Set(ids)])
  const defined = rows.some(r => r.fields) ? await definedFor(q, 'customer') : []
  return new Map(
    rows.map(({ id, name, address, fields, created_at }) => [
      id,
      { id, name, address: address ?? null, fields: shownFields(defined, fields), createdAt: created_at },
    ]),
  )
}

const selectCustomers = preparedFor((q, ids) =>
  q.selectFrom('customers').select(['id', 'name', 'fields', 'created_at', oldestAddress]).where('id', 'in', ids),
)

/** Ids of a page of the customers who can be written to, the newest first, and how many there are, up to `most`. */
export async function customersFound(
  q: Query,
  { limit, offset, most }: { limit: number; offset: number; most: number },
): Promise<{ ids: string[]; count: number }> {
  const reachable = q
    .selectFrom('customers as c')
    .select('c.id')
    .where('c.merged_into_id', 'is', null)
    .where(e => e.exists(e.selectFrom('addresses as a').select('a.address').whereRef('a.customer_id', '=', 'c.id')))
  const rows = await reachable.orderBy('c.id', 'desc').limit(limit).offset(offset).execute()
  const { n } = await q
    .selectFrom(reachable.limit(most).as('some'))
    .select(e => e.fn.countAll().as('n'))
    .executeTakeFirstOrThrow()
  return { ids: rows.map(r => r.id), count: Number(n) }
}
