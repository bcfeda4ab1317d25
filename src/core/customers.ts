import { prepared, slotsOf } from '../db/prepared.ts'
import type { Query, Tx } from '../db/store.ts'
import { newId } from '../lib/id.ts'
import { Problem } from '../lib/problem.ts'

export interface CustomerView {
  id: string
  name: string
  address: string
  company: string | null
}

/**
 * Reads an address that a person typed: `jane@acme.test`, or `Jane Doe <jane@acme.test>`. The address comes back in lower
 * case; throws a Problem under the field when it is none.
 */
export function readAddress(typed: string, field = 'customer'): { address: string; name: string } {
  const text = typed.trim()
  const bracketed = /^(.*)<([^<>]+)>$/s.exec(text)
  const address = (bracketed?.[2] ?? text).trim().toLowerCase()
  const name = (bracketed?.[1] ?? '').trim().replace(/^["']|["']$/g, '')
  if (!isAddress(address)) throw new Problem('invalid', 'That is not an email address.', field)
  return { address, name }
}

const ADDRESS =
  /^[^\s@<>(),;:"[\]\\\p{Cc}]{1,64}@(?=.{4,253}$)[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?(?:\.[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?)+$/u

export function isAddress(text: string): boolean {
  return text.length <= 320 && ADDRESS.test(text) && !text.includes('..')
}

/** The customer with this address; an unknown address becomes a new person, and a company when its domain is nobody's free mail. */
export async function customerFor(tx: Tx, address: string, name = ''): Promise<CustomerView> {
  const known = await customerByAddress(tx.q, address)
  if (known) return known
  const shown = name.trim().slice(0, 200) || address
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
  const shown = name.trim().slice(0, 200)
  if (!shown || customer.name !== customer.address) return customer
  const search = `${shown} ${customer.address} ${customer.company ?? ''}`.toLowerCase()
  await tx.q.updateTable('customers').set({ name: shown, search }).where('id', '=', customer.id).execute()
  return { ...customer, name: shown }
}

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
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean).slice(0, 5)
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
  for (const word of words) query = query.where('customers.search', 'like', `%${escapeLike(word)}%`)
  const found = await query.execute()
  return found.map(c => ({ ...c, address: c.address ?? '' }))
}

/** `%` and `_` would match anything; a customer is seldom looked for by them, so they match any one character. */
function escapeLike(word: string): string {
  return word.replace(/[%_\\]/g, '_')
}

const FREE_MAIL = new Set([
  'gmail.com',
  'googlemail.com',
  'outlook.com',
  'hotmail.com',
  'live.com',
  'msn.com',
  'yahoo.com',
  'icloud.com',
  'me.com',
  'aol.com',
  'gmx.de',
  'gmx.net',
  'gmx.com',
  'web.de',
  'mail.ru',
  'yandex.ru',
  'proton.me',
  'protonmail.com',
  'qq.com',
  '163.com',
  't-online.de',
  'orange.fr',
  'free.fr',
  'libero.it',
  'zoho.com',
  'fastmail.com',
  'hey.com',
])

/** Whether anybody can have an address at this domain: who is there is no company of its own. */
export function isFreeMail(domain: string): boolean {
  return FREE_MAIL.has(domain)
}

const selectAccount = prepared((q, v: { domain: string }) =>
  q.selectFrom('accounts').select(['id', 'name']).where('domain', '=', v.domain),
)

async function accountFor(tx: Tx, address: string): Promise<{ id: string; name: string } | undefined> {
  const domain = address.slice(address.lastIndexOf('@') + 1)
  if (isFreeMail(domain)) return undefined
  const [known] = (await selectAccount(tx.q, { domain })).rows
  if (known) return known
  const label = domain.split('.')[0] ?? domain
  const account = { id: newId(), name: label.charAt(0).toUpperCase() + label.slice(1) }
  await tx.q
    .insertInto('accounts')
    .values({ ...account, domain, created_at: tx.now })
    .execute()
  return account
}
