import { domainToUnicode } from 'node:url'
import { containing } from '../db/like.ts'
import { prepared, slotsOf } from '../db/prepared.ts'
import type { Query, Tx } from '../db/store.ts'
import { cut } from '../lib/cut.ts'
import { newId } from '../lib/id.ts'
import { Problem } from '../lib/problem.ts'
import { domainOf, isFreeMail } from './addresses.ts'
import { readByKey } from './fields/people.ts'
import { touchCustomer } from './find/entry.ts'

export interface CustomerView {
  id: string
  name: string
  address: string
  company: string | null
}

/** The customer with this address; an unknown address becomes a new person, and a company when its domain is nobody's free mail. */
export async function customerFor(tx: Tx, address: string, name = ''): Promise<CustomerView> {
  const known = await customerByAddress(tx.q, address)
  if (known) return known
  const shown = cut(name.trim(), 200) || address
  const account = await accountFor(tx, address)
  const id = newId()
  await insertCustomer(tx.q, {
    id,
    name: shown,
    account_id: account?.id ?? null,
    search: `${shown} ${address} ${account?.name ?? ''}`.toLowerCase(),
    created_at: tx.now,
  })
  await insertAddress(tx.q, { address, customer_id: id, created_at: tx.now })
  return { id, name: shown, address, company: account?.name ?? null }
}

const insertCustomer = prepared(
  (q, row: { id: string; name: string; account_id: string | null; search: string; created_at: number }) =>
    q.insertInto('customers').values(slotsOf(row, ['id', 'name', 'account_id', 'search', 'created_at'])),
)

const insertAddress = prepared((q, row: { address: string; customer_id: string; created_at: number }) =>
  q.insertInto('addresses').values(slotsOf(row, ['address', 'customer_id', 'created_at'])),
)

/** A customer of whom we knew no more than the address is called by the name that they write under. */
export async function learnName(tx: Tx, customer: CustomerView, name: string): Promise<CustomerView> {
  const shown = cut(name.trim(), 200)
  if (!shown || customer.name !== customer.address) return customer
  const search = [shown, ...(await addressesOf(tx.q, customer.id)), customer.company ?? ''].join(' ').toLowerCase()
  await tx.q.updateTable('customers').set({ name: shown, search }).where('id', '=', customer.id).execute()
  touchCustomer(tx, customer.id)
  return { ...customer, name: shown }
}

/**
 * What else is known of a customer: tags that are added, fields that are set, each in place of what it was before. Throws
 * Problems for what a field that is defined cannot hold.
 */
export async function learnFacts(
  tx: Tx,
  customerId: string,
  { tags = [], fields = {} }: { tags?: string[]; fields?: Record<string, string> },
): Promise<void> {
  const rows = tags.map(tag => ({ customer_id: customerId, tag: tag.trim().toLowerCase() }))
  if (rows.length)
    await tx.q
      .insertInto('customer_tags')
      .values(rows)
      .onConflict(c => c.doNothing())
      .execute()
  if (!Object.keys(fields).length) return
  const known = await tx.q.selectFrom('customers').select('fields').where('id', '=', customerId).executeTakeFirst()
  const read = await readByKey(tx.q, 'customer', fields)
  const merged = JSON.stringify({ ...JSON.parse(known?.fields ?? '{}'), ...read })
  await tx.q.updateTable('customers').set({ fields: merged }).where('id', '=', customerId).execute()
}

/** Afterwards the address is a further one of the customer's, by which they are found. Somebody else's stays theirs. */
export async function addAddress(tx: Tx, customerId: string, address: string): Promise<void> {
  const { numInsertedOrUpdatedRows } = await tx.q
    .insertInto('addresses')
    .values({ address, customer_id: customerId, created_at: tx.now })
    .onConflict(c => c.column('address').doNothing())
    .executeTakeFirst()
  if (!numInsertedOrUpdatedRows) return
  await tx.q
    .updateTable('customers')
    .set(e => ({ search: e('search', '||', ` ${address}`) }))
    .where('id', '=', customerId)
    .execute()
  touchCustomer(tx, customerId)
}

/** The customer with this address, as it is stored; `address` of the answer is this one. */
export async function customerByAddress(q: Query, address: string): Promise<CustomerView | undefined> {
  return (await selectByAddress(q, { address })).rows[0]
}

const selectByAddress = prepared((q, v: { address: string }) =>
  q
    .selectFrom('addresses')
    .innerJoin('customers', 'customers.id', 'addresses.customer_id')
    .leftJoin('accounts', 'accounts.id', 'customers.account_id')
    .select(['customers.id', 'customers.name', 'addresses.address', 'accounts.name as company'])
    .where('addresses.address', '=', v.address),
)

/** All addresses of a customer, oldest first. */
export async function addressesOf(q: Query, customerId: string): Promise<string[]> {
  const rows = await q
    .selectFrom('addresses')
    .select('address')
    .where('customer_id', '=', customerId)
    .orderBy('created_at')
    .orderBy('address')
    .execute()
  return rows.map(r => r.address)
}

/** The customer, with their oldest address. Throws a Problem when there is none. */
export async function customerById(q: Query, id: string): Promise<CustomerView> {
  const customer = await q
    .selectFrom('customers')
    .innerJoin('addresses', 'addresses.customer_id', 'customers.id')
    .leftJoin('accounts', 'accounts.id', 'customers.account_id')
    .select(['customers.id', 'customers.name', 'addresses.address', 'accounts.name as company'])
    .where('customers.id', '=', id)
    .orderBy('addresses.created_at')
    .executeTakeFirst()
  if (!customer) throw new Problem('not_found', 'This customer is no more.', 'customer')
  return customer
}

/** Up to `limit` customers whose name, address or company contains all the words typed, newest first. */
export async function searchCustomers(q: Query, typed: string, limit = 20): Promise<CustomerView[]> {
  const words = typed.split(/\s+/).filter(Boolean).slice(0, 5)
  let query = q
    .selectFrom('customers')
    .leftJoin('accounts', 'accounts.id', 'customers.account_id')
    .select(e => [
      'customers.id',
      'customers.name',
      'accounts.name as company',
      e
        .selectFrom('addresses')
        .select('address')
        .whereRef('addresses.customer_id', '=', 'customers.id')
        .orderBy('created_at')
        .limit(1)
        .as('address'),
    ])
    .orderBy('customers.id', 'desc')
    .limit(limit)
  for (const word of words) query = query.where('customers.search', 'like', containing(word))
  const found = await query.execute()
  return found.map(c => ({ ...c, address: c.address ?? '' }))
}

const selectAccount = prepared((q, v: { domain: string }) =>
  q.selectFrom('accounts').select(['id', 'name']).where('domain', '=', v.domain),
)

async function accountFor(tx: Tx, address: string): Promise<{ id: string; name: string } | undefined> {
  const domain = domainOf(address)
  if (isFreeMail(domain)) return undefined
  const [known] = (await selectAccount(tx.q, { domain })).rows
  if (known) return known
  const label = domainToUnicode(domain).split('.')[0] || domain
  const account = { id: newId(), name: label.charAt(0).toUpperCase() + label.slice(1) }
  await tx.q
    .insertInto('accounts')
    .values({ ...account, domain, created_at: tx.now })
    .execute()
  return account
}
