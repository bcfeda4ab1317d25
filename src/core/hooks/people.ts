import type { AuthorKind } from '../../db/schema.ts'
import type { Query } from '../../db/store.ts'
import { oldestAddress } from '../customers.ts'

/** Who did something, as programs are told. */
export interface ToldActor {
  kind: AuthorKind
  id: string | null
  name: string
  email: string | null
}

export interface ToldPerson {
  id: string
  name: string
  address: string | null // null: it was forgotten, or is another's by now
  accountId: string | null
  account: string | null
  createdAt: number
}

/** Customers by id, as they are now. */
export async function personsOf(q: Query, ids: string[]): Promise<Map<string, ToldPerson>> {
  if (!ids.length) return new Map()
  const rows = await q
    .selectFrom('customers as c')
    .leftJoin('accounts as a', 'a.id', 'c.account_id')
    .select(['c.id', 'c.name', 'c.account_id as accountId', 'a.name as account', 'c.created_at as createdAt'])
    .where('c.id', 'in', ids)
    .execute()
  const addresses = await oldestAddresses(q, ids)
  return new Map(rows.map(r => [r.id, { ...r, address: addresses.get(r.id) ?? null }]))
}

/** Finds the addresses of those who did something, where they are not known. */
export async function addressActors(q: Query, actors: ToldActor[]): Promise<void> {
  const unknown = actors.filter(a => a.id !== null && a.email === null)
  const idsOf = (kind: AuthorKind) => [...new Set(unknown.filter(a => a.kind === kind).map(a => a.id as string))]
  const known = await oldestAddresses(q, idsOf('customer'))
  const agents = idsOf('agent')
  if (agents.length) {
    const rows = await q.selectFrom('agents').select(['id', 'email']).where('id', 'in', agents).execute()
    for (const { id, email } of rows) if (email) known.set(id, email)
  }
  for (const actor of unknown) actor.email = known.get(actor.id as string) ?? null
}

async function oldestAddresses(q: Query, customerIds: string[]): Promise<Map<string, string>> {
  if (!customerIds.length) return new Map()
  const rows = await q.selectFrom('customers').select(['id', oldestAddress]).where('id', 'in', customerIds).execute()
  return new Map(rows.flatMap(r => (r.address === null ? [] : [[r.id, r.address]])))
}
