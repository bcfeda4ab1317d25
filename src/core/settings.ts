import { prepared } from '../db/prepared.ts'
import type { Query, Tx } from '../db/store.ts'

/** What is kept under a name, or undefined when nothing is. */
export async function settingOf(q: Query, name: string): Promise<string | undefined> {
  return (await selectSetting(q, { name })).rows[0]?.value
}

const selectSetting = prepared((q, v: { name: string }) =>
  q.selectFrom('settings').select('value').where('name', '=', v.name),
)

/** Keeps a value under a name in place of what was there. */
export async function keepSetting(tx: Tx, name: string, value: string): Promise<void> {
  await tx.q
    .insertInto('settings')
    .values({ name, value })
    .onConflict(c => c.column('name').doUpdateSet({ value }))
    .execute()
}
