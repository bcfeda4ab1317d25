import type { AccountRow, FormRow, SubStatusRow } from '../../db/schema.ts'
import type { Query } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'
import { accountById } from '../accounts.ts'
import { asciiDomain } from '../addresses.ts'
import { fieldById } from '../fields/define.ts'
import type { Field } from '../fields/field.ts'
import { formById } from '../fields/forms.ts'
import { folded } from '../fields/read.ts'
import { subStatusById } from '../tickets/sub-statuses.ts'

// The same for what people set up: what they call it will do where only one is called so.

/** The company with this id or domain. Throws a Problem under `account` when there is none. */
export async function accountNamed(q: Query, name: string): Promise<AccountRow> {
  const domain = asciiDomain(name.trim())
  const found = await q.selectFrom('accounts').selectAll().where('domain', '=', domain).executeTakeFirst()
  return found ?? accountById(q, name)
}

/** The field with this id or key. Throws a Problem when there is none, or there are several. */
export async function fieldNamed(q: Query, name: string): Promise<Field> {
  const rows = await q.selectFrom('fields').select('id').where('key', '=', name.toLowerCase()).limit(2).execute()
  return fieldById(q, onlyOne(rows, name))
}

/** The form with this id, or of those that can be chosen the one with this name. Throws a Problem as fieldNamed does. */
export async function formNamed(q: Query, name: string): Promise<FormRow> {
  const rows = await q.selectFrom('forms').select(['id', 'name']).where('archived_at', 'is', null).execute()
  return formById(q, onlyOne(called(rows, name), name))
}

/** The sub-status with this id or name. Throws a Problem as fieldNamed does. */
export async function subStatusNamed(q: Query, name: string): Promise<SubStatusRow> {
  const rows = await q.selectFrom('sub_statuses').select(['id', 'name']).execute()
  return subStatusById(q, onlyOne(called(rows, name), name))
}

function called<R extends { name: string }>(rows: R[], name: string): R[] {
  return rows.filter(r => folded(r.name) === folded(name))
}

/** The id of the only one of these; an id that names itself where there is none. */
function onlyOne(rows: { id: string }[], name: string): string {
  if (rows.length > 1) throw new Problem('conflict', 'Several are called so. Say which by its id.')
  return rows[0]?.id ?? name
}
