import { containing } from '../db/like.ts'
import type { AccountRow } from '../db/schema.ts'
import type { Query } from '../db/store.ts'
import { Problem } from '../lib/problem.ts'

/** Up to `limit` companies whose name or domain contains what was typed, by name. */
export function searchAccounts(q: Query, typed: string, limit: number): Promise<Pick<AccountRow, 'id' | 'name'>[]> {
  const like = containing(typed.trim())
  return q
    .selectFrom('accounts')
    .select(['id', 'name'])
    .where(e => e.or([e(e.fn('lower', ['name']), 'like', like), e('domain', 'like', like)]))
    .orderBy('name')
    .limit(limit)
    .execute()
}

/** The id of a customer's company; null when they have none. */
export async function accountOf(q: Query, customerId: string): Promise<string | null> {
  const customer = await q.selectFrom('customers').select('account_id').where('id', '=', customerId).executeTakeFirst()
  return customer?.account_id ?? null
}

/** The company. Throws a Problem under `account` when there is none. */
export async function accountById(q: Query, id: string): Promise<AccountRow> {
  const account = await q.selectFrom('accounts').selectAll().where('id', '=', id).executeTakeFirst()
  if (!account) throw new Problem('not_found', 'This company is no more.', 'account')
  return account
}
