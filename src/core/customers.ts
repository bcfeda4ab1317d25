import { domainToUnicode } from 'node:url'
import type { ExpressionBuilder } from 'kysely'
import { containing } from '../db/like.ts'
import { prepared, preparedMany, slotsOf } from '../db/prepared.ts'
import type { Schema } from '../db/schema.ts'
import type { Query, Tx } from '../db/store.ts'
import { cut } from '../lib/cut.ts'
import { newId } from '../lib/id.ts'
import { Problem } from '../lib/problem.ts'
import { domainOf, isFreeMail } from './addresses.ts'
import { definedFor, readByKey } from './fields/known.ts'
import { touchCustomer } from './find/stale.ts'
import { tellHooks } from './hooks/heard.ts'

export interface CustomerView {
  id: string
  name: string
  address: string
  company: string | null
}

export interface Person {
  address: string
  name: string
}

/** The customer with this address; an unknown address becomes a new person, and a company when its domain is nobody's free mail. */
export async function customerFor(tx: Tx, address: string, name = ''): Promise<CustomerView> {
  return (await customersFor(tx, [{ address, name }])).get(address) as CustomerView
}

/** The same for many, by address. Of two with one address the first gives the name. */
export async function customersFor(tx: Tx, people: Person[]): Promise<Map<string, CustomerView>> {
  const customers = await customersByAddress(
    tx.q,
    people.map(p => p.address),
  )
  const fresh = new Map<string, Person>()
  for (const p of people) if (!customers.has(p.address) && !fresh.has(p.address)) fresh.set(p.address, p)
  if (!fresh.size) return customers
  const accounts = await accountsAt(
    tx.q,
    [...fresh.values()].map(p => domainOf(p.address)),
  )
  const rows: NewCustomer[] = []
  for (const { address, name } of fresh.values()) {
    const account = await accountFor(tx, address, accounts)
    const customer = { id: newId(), name: cut(name.trim(), 200) || address, address, company: account?.name ?? null }
    customers.set(address, customer)
    rows.push({
      id: customer.id,
      name: customer.name,
      account_id: account?.id ?? null,
      search: `${customer.name} ${address} ${account?.name ?? ''}`.toLowerCase(),
      address,
      created_at: tx.now,
    })
  }
  await insertCustomers(tx.q, rows)
  await insertAddresses(tx.q, rows)
  await tellHooks(
    tx,
    rows.map(({ id }) => ({ cause: 'customer_new', sourceId: id })),
  )
  return customers
}

interface NewCustomer {
  id: string
  name: string
  account_id: string | null
  search: string
  address: string
  created_at: number
}

const insertCustomers = preparedMany((q, rows: NewCustomer[]) =>
  q
    .insertInto('customers')
    .values(
      rows.map(row => slotsOf<Omit<NewCustomer, 'address'>>(row, ['id', 'name', 'account_id', 'search', 'created_at'])),
    ),
)

const insertAddresses = preparedMany((q, rows: NewCustomer[]) =>
  q
    .insertInto('addresses')
    .values(rows.map(({ address, id, created_at }) => ({ address, customer_id: id, created_at }))),
)

/** A customer of whom we knew no more than the address is called by the name that they write under. */
export async function learnName(tx: Tx, customer: CustomerView, name: string): Promise<CustomerView> {
  const shown = cut(name.trim(), 200)
  if (!shown || customer.name !== customer.address) return customer
  const search = [shown, ...(await addressesOf(tx.q, customer.id)), customer.company ?? ''].join(' ').toLowerCase()
  await tx.q.updateTable('customers').set({ name: shown, search }).where('id', '=', customer.id).execute()
  await touchCustomer(tx, customer.id)
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
  const read = readByKey(await definedFor(tx.q, 'customer'), fields)
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
  await touchCustomer(tx, customerId)
}

/** The customer with this address, as it is stored; `address` of the answer is this one. */
export async function customerByAddress(q: Query, address: string): Promise<CustomerView | undefined> {
  return (await customersByAddress(q, [address])).get(address)
}

async function customersByAddress(q: Query, addresses: string[]): Promise<Map<string, CustomerView>> {
  const { rows } = await selectByAddress(
    q,
    addresses.map(address => ({ address })),
  )
  return new Map(rows.map(r => [r.address, r]))
}

const selectByAddress = preparedMany((q, wanted: { address: string }[]) =>
  q
    .selectFrom('addresses')
    .innerJoin('customers', 'customers.id', 'addresses.customer_id')
    .leftJoin('accounts', 'accounts.id', 'customers.account_id')
    .select(['customers.id', 'customers.name', 'addresses.address', 'accounts.name as company'])
    .where(
      'addresses.address',
      'in',
      wanted.map(w => w.address),
    ),
)

/** All addresses of a customer, oldest first. */
export async function addressesOf(q: Query, customerId: string): Promise<string[]> {
  return (await selectAddresses(q, { customerId })).rows.map(r => r.address)
}

const selectAddresses = prepared((q, v: { customerId: string }) =>
  q
    .selectFrom('addresses')
    .select('address')
    .where('customer_id', '=', v.customerId)
    .orderBy('created_at')
    .orderBy('address'),
)

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
    .select(['customers.id', 'customers.name', 'accounts.name as company', oldestAddress])
    .orderBy('customers.id', 'desc')
    .limit(limit)
  for (const word of words) query = query.where('customers.search', 'like', containing(word))
  const found = await query.execute()
  return found.map(c => ({ ...c, address: c.address ?? '' }))
}

/** For a list of customers: each one's oldest address, as the column `address`. */
export function oldestAddress(e: ExpressionBuilder<Schema, 'customers'>) {
  return e
    .selectFrom('addresses')
    .select('address')
    .whereRef('addresses.customer_id', '=', 'customers.id')
    .orderBy('created_at')
    .orderBy('address')
    .limit(1)
    .as('address')
}

interface Account {
  id: string
  name: string
}

/** The companies at these domains, by domain. */
async function accountsAt(q: Query, domains: string[]): Promise<Map<string, Account>> {
  const wanted = [...new Set(domains)].map(domain => ({ domain }))
  return new Map((await selectAccounts(q, wanted)).rows.map(({ domain, ...account }) => [domain ?? '', account]))
}

const selectAccounts = preparedMany((q, wanted: { domain: string }[]) =>
  q
    .selectFrom('accounts')
    .select(['id', 'name', 'domain'])
    .where(
      'domain',
      'in',
      wanted.map(w => w.domain),
    ),
)

/** The company at this address's domain, a new one unless it is among those known; null where many have an address. */
async function accountFor(tx: Tx, address: string, known: Map<string, Account>): Promise<Account | null> {
  const domain = domainOf(address)
  if (isFreeMail(domain)) return null
  const found = known.get(domain)
  if (found) return found
  const label = domainToUnicode(domain).split('.')[0] || domain
  const account = { id: newId(), name: label.charAt(0).toUpperCase() + label.slice(1) }
  await tx.q
    .insertInto('accounts')
    .values({ ...account, domain, created_at: tx.now })
    .execute()
  await tellHooks(tx, [{ cause: 'account_new', sourceId: account.id }])
  known.set(domain, account)
  return account
}
