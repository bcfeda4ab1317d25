import type { Query, Tx } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'
import type { Actor } from '../events.ts'
import { refreshSearch } from './edit.ts'
import { recordingChanges } from './history.ts'

/** Throws a Problem under `account` when there is no such company. */
export async function refuseAccount(q: Query, id: string): Promise<void> {
  const row = await q.selectFrom('accounts').select('id').where('id', '=', id).executeTakeFirst()
  if (!row) throw new Problem('not_found', 'This company is no more.', 'account')
}

/**
 * Afterwards the customer is one of this company. Throws a Problem under `account` when there is none such, and for a
 * customer who was known (`isKnown`) as another's: that is for people to change.
 */
export async function joinAccount(
  tx: Tx,
  customerId: string,
  accountId: string,
  actor: Actor,
  { isKnown }: { isKnown: boolean },
): Promise<void> {
  await refuseAccount(tx.q, accountId)
  const { account_id, company } = await tx.q
    .selectFrom('customers as c')
    .leftJoin('accounts as a', 'a.id', 'c.account_id')
    .select(['c.account_id', 'a.name as company'])
    .where('c.id', '=', customerId)
    .executeTakeFirstOrThrow()
  if (account_id === accountId) return
  if (account_id !== null && isKnown)
    throw new Problem('invalid', `This customer is one of ${company}, another company.`, 'account')
  await recordingChanges(tx, { owner: 'customer', id: customerId }, actor, async () => {
    await tx.q.updateTable('customers').set({ account_id: accountId }).where('id', '=', customerId).execute()
  })
  await refreshSearch(tx, customerId)
}
