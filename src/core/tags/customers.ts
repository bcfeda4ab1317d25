import { containing } from '../../db/like.ts'
import type { Query } from '../../db/store.ts'

/** The tags of a customer, by which segments choose. */
export async function tagsOfCustomer(q: Query, customerId: string): Promise<string[]> {
  const rows = await q
    .selectFrom('customer_tags')
    .select('tag')
    .where('customer_id', '=', customerId)
    .orderBy('tag')
    .execute()
  return rows.map(r => r.tag)
}

/** Tags that some customer has and that contain what was typed. */
export async function findTagsOfCustomers(q: Query, typed: string, limit = 100): Promise<string[]> {
  const rows = await q
    .selectFrom('customer_tags')
    .select('tag')
    .distinct()
    .where('tag', 'like', containing(typed.trim().replace(/\s+/g, ' ')))
    .orderBy('tag')
    .limit(limit)
    .execute()
  return rows.map(r => r.tag)
}
