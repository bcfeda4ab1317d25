import type { Query, Tx } from '../../db/store.ts'
import { cut } from '../../lib/cut.ts'
import { newId } from '../../lib/id.ts'
import { gathering, Problem, Problems } from '../../lib/problem.ts'
import { isZone } from '../../lib/zone.ts'
import { accountById } from '../accounts.ts'
import { readAddress } from '../addresses.ts'
import { addAddress, addressesOf, customerByAddress } from '../customers.ts'
import type { Actor } from '../events.ts'
import { touchCustomer } from '../find/stale.ts'
import { tellHooks } from '../hooks/heard.ts'
import { refuseUnlessChangesSome } from '../permissions/may.ts'
import { recordingChanges } from './history.ts'
import { setTagsOfCustomer } from './tags.ts'

export interface PersonForm {
  name: string
  company: string | { accountId: string } // empty: none
  zone: string // IANA; empty: as the team's
  tags: string[]
  address: string // a further one; empty: none
}

export const LONGEST_PERSON_NAME = 200

/** Changes what is known of a customer. Throws Problems that name the fields. */
export async function changePerson(tx: Tx, id: string, form: PersonForm, actor: Actor): Promise<void> {
  await refuseUnlessChangesSome(tx.q, actor)
  const faults: Problem[] = []
  const gather = gathering(faults)
  const name = form.name.trim().replace(/\s+/g, ' ')
  if (!name) faults.push(new Problem('invalid', 'Give them a name.', 'name'))
  if (name.length > LONGEST_PERSON_NAME)
    faults.push(new Problem('invalid', 'A name has at most 200 characters.', 'name'))
  const zone = form.zone.trim()
  if (zone && !isZone(zone))
    faults.push(new Problem('invalid', 'Write a time zone as Europe/Amsterdam or America/New_York.', 'zone'))
  const address = await gather(() => readFurther(tx.q, id, form.address))
  if (faults.length) throw new Problems(faults)
  const whose = { owner: 'customer', id } as const
  await recordingChanges(tx, whose, actor, async () => {
    const accountId = await companyOf(tx, form.company)
    await tx.q
      .updateTable('customers')
      .set({ name, zone: zone || null, account_id: accountId })
      .where('id', '=', id)
      .execute()
    if (address) await addAddress(tx, id, address)
  })
  const tags = form.tags.filter(tag => tag.trim())
  await setTagsOfCustomer(tx, id, tags, actor)
  await refreshSearch(tx, id)
}

/** Somebody else's address is theirs until the two are merged. */
async function readFurther(q: Query, id: string, typed: string): Promise<string | null> {
  if (!typed.trim()) return null
  const { address } = readAddress(typed, 'address')
  const other = await customerByAddress(q, address)
  if (other && other.id !== id)
    throw new Problem('conflict', `${address} is ${other.name}'s. If they are one person, merge the two.`, 'address')
  return address
}

async function companyOf(tx: Tx, company: PersonForm['company']): Promise<string | null> {
  if (typeof company === 'string') return companyNamed(tx, company)
  return (await accountById(tx.q, company.accountId)).id
}

/** The company of this name, made when there is none; null for an empty one. */
export async function companyNamed(tx: Tx, typed: string): Promise<string | null> {
  const name = cut(typed.trim(), LONGEST_PERSON_NAME)
  if (!name) return null
  const known = await tx.q
    .selectFrom('accounts')
    .select('id')
    .where(e => e(e.fn('lower', ['name']), '=', name.toLowerCase()))
    .orderBy('created_at')
    .limit(1)
    .executeTakeFirst()
  if (known) return known.id
  const id = newId()
  await tx.q.insertInto('accounts').values({ id, name, domain: null, created_at: tx.now }).execute()
  await tellHooks(tx, [{ cause: 'account_new', sourceId: id }])
  return id
}

/** What a customer, and their tickets, are found by, written anew from what is known now. */
export async function refreshSearch(tx: Tx, id: string): Promise<void> {
  const row = await tx.q
    .selectFrom('customers')
    .leftJoin('accounts', 'accounts.id', 'customers.account_id')
    .select(['customers.name', 'accounts.name as company'])
    .where('customers.id', '=', id)
    .executeTakeFirstOrThrow()
  const search = [row.name, ...(await addressesOf(tx.q, id)), row.company ?? ''].join(' ').toLowerCase()
  await tx.q.updateTable('customers').set({ search }).where('id', '=', id).execute()
  await touchCustomer(tx, id)
}
