import { preparedFor } from '../../db/prepared.ts'
import type { AccountRow, CustomerRow } from '../../db/schema.ts'
import type { Query } from '../../db/store.ts'
import { definedFor, type HeldField, heldIn } from '../fields/known.ts'
import { type Facts, factsOf } from './facts.ts'

/** A customer as programs are told of them. */
export interface ContactRecord {
  row: CustomerRow
  account: { id: string; name: string } | null
  addresses: string[] // oldest first, never empty
  tags: string[]
  fields: HeldField[]
  changedAt: number
}

/** A company as programs are told of it. */
export interface AccountRecord {
  row: AccountRow
  fields: HeldField[]
  facts: Facts
  changedAt: number
}

/** Which customers are wanted; all that is given must hold. */
export interface ContactFilter {
  address?: string | undefined
  accountId?: string | undefined
  tag?: string | undefined
}

export interface Span {
  offset: number
  limit: number
}

/** A part of the customers, those whom we knew first before others; those who turned out to be another, or were forgotten, are left out. */
export async function contactRecords(q: Query, filter: ContactFilter, span: Span): Promise<ContactRecord[]> {
  const rows = await q
    .selectFrom('customers as c')
    .select('c.id')
    .where('c.search', '!=', '') // theirs begins with their name and addresses; nobody is left of the others
    .$if(filter.address !== undefined, c =>
      c.where(
        'c.id',
        'in',
        q
          .selectFrom('addresses')
          .select('customer_id')
          .where('address', '=', filter.address as string),
      ),
    )
    .$if(filter.accountId !== undefined, c => c.where('c.account_id', '=', filter.accountId as string))
    .$if(filter.tag !== undefined, c =>
      c.where(
        'c.id',
        'in',
        q
          .selectFrom('customer_tags')
          .select('customer_id')
          .where('tag', '=', filter.tag as string),
      ),
    )
    .orderBy('c.id')
    .offset(span.offset)
    .limit(span.limit)
    .execute()
  return contactsWith(
    q,
    rows.map(r => r.id),
  )
}

/** These customers, in this order. */
export async function contactsWith(q: Query, ids: string[]): Promise<ContactRecord[]> {
  if (!ids.length) return []
  const rows = new Map((await selectContacts(q, ids)).map(r => [r.id, r]))
  const addresses = grouped(await selectAddresses(q, ids), r => r.address)
  const tags = grouped(await selectTags(q, ids), r => r.tag)
  const changed = await changesOf(q, ids)
  const fields = await definedFor(q, 'customer')
  return ids.flatMap(id => {
    const found = rows.get(id)
    if (!found) return []
    const { account_name, ...row } = found
    return {
      row,
      account: row.account_id ? { id: row.account_id, name: account_name ?? '' } : null,
      addresses: addresses.get(id) ?? [],
      tags: tags.get(id) ?? [],
      fields: heldIn(fields, row.fields),
      changedAt: changed.get(id) ?? row.created_at,
    }
  })
}

/** A part of the companies, those that we knew first before others. */
export async function accountRecords(q: Query, filter: { domain?: string | undefined }, span: Span) {
  const rows = await q
    .selectFrom('accounts')
    .select('id')
    .$if(filter.domain !== undefined, a => a.where('domain', '=', filter.domain as string))
    .orderBy('id')
    .offset(span.offset)
    .limit(span.limit)
    .execute()
  return accountsWith(
    q,
    rows.map(r => r.id),
  )
}

/** These companies, in this order. */
export async function accountsWith(q: Query, ids: string[]): Promise<AccountRecord[]> {
  if (!ids.length) return []
  const rows = new Map((await selectAccounts(q, ids)).map(r => [r.id, r]))
  const changed = await changesOf(q, ids)
  const facts = await factsOf(q, ids)
  const fields = await definedFor(q, 'account')
  return ids.flatMap(id => {
    const row = rows.get(id)
    if (!row) return []
    const changedAt = changed.get(id) ?? row.created_at
    return { row, fields: heldIn(fields, row.fields), facts: facts.get(id) ?? {}, changedAt }
  })
}

function grouped<R extends { customer_id: string }>(rows: R[], of: (row: R) => string): Map<string, string[]> {
  const found = new Map<string, Set<string>>()
  for (const row of rows) {
    const set = found.get(row.customer_id) ?? new Set()
    found.set(row.customer_id, set.add(of(row)))
  }
  return new Map([...found].map(([id, set]) => [id, [...set]]))
}

async function changesOf(q: Query, ids: string[]): Promise<Map<string, number>> {
  return new Map((await selectChanges(q, ids)).map(r => [r.owner_id, Number(r.at)]))
}

const selectContacts = preparedFor((q, ids) =>
  q
    .selectFrom('customers as c')
    .leftJoin('accounts as a', 'a.id', 'c.account_id')
    .selectAll('c')
    .select('a.name as account_name')
    .where('c.id', 'in', ids),
)

const selectAddresses = preparedFor((q, ids) =>
  q
    .selectFrom('addresses')
    .select(['customer_id', 'address'])
    .where('customer_id', 'in', ids)
    .orderBy('created_at')
    .orderBy('address'),
)

const selectTags = preparedFor((q, ids) =>
  q.selectFrom('customer_tags').select(['customer_id', 'tag']).where('customer_id', 'in', ids).orderBy('tag'),
)

const selectAccounts = preparedFor((q, ids) => q.selectFrom('accounts').selectAll().where('id', 'in', ids))

const selectChanges = preparedFor((q, ids) =>
  q
    .selectFrom('people_events')
    .select(e => ['owner_id', e.fn.max('at').as('at')])
    .where('owner_id', 'in', ids)
    .groupBy('owner_id'),
)
