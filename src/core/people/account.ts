import type { Query } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'
import { oldestAddress } from '../customers.ts'
import { definedFor, shownFields } from '../fields/people.ts'
import { reached, scopeOf } from '../permissions/may.ts'
import { historyOfPeople, type PeopleEvent } from './history.ts'
import { MOST_EVENTS, type TheirTicket } from './page.ts'

/** A customer of a company. */
export interface Colleague {
  id: string
  name: string
  address: string
}

/** All that we know of a company. */
export interface AccountPage {
  id: string
  name: string
  domain: string | null
  fields: [name: string, value: string][]
  people: Colleague[]
  peopleCount: number
  tickets: TheirTicket[] // newest change first
  openCount: number // of those that the asker may see
  history: PeopleEvent[] // newest first
}

const MOST_PEOPLE = 20
const MOST_TICKETS = 10

/** A company as an agent may see it. Throws a Problem when there is none. */
export async function accountPage(q: Query, id: string, agentId: string): Promise<AccountPage> {
  const account = await q
    .selectFrom('accounts')
    .select(['id', 'name', 'domain', 'fields'])
    .where('id', '=', id)
    .executeTakeFirst()
  if (!account) throw new Problem('not_found', 'This company is no more.', 'account')
  const people = q.selectFrom('customers').where('account_id', '=', id)
  const scope = await scopeOf(q, agentId, 'view')
  const tickets = q
    .selectFrom('tickets')
    .where('customer_id', 'in', people.select('customers.id'))
    .where('deleted_at', 'is', null)
    .where(e => reached(e, scope))
  const open = await tickets
    .select(e => e.fn.countAll().as('n'))
    .where('closed_at', 'is', null)
    .executeTakeFirstOrThrow()
  return {
    ...account,
    fields: shownFields(await definedFor(q, 'account'), account.fields),
    people: await peopleAt(q, id),
    peopleCount: Number((await people.select(e => e.fn.countAll().as('n')).executeTakeFirstOrThrow()).n),
    tickets: await tickets
      .select(['id', 'identifier', 'subject', 'status', 'updated_at'])
      .orderBy('updated_at', 'desc')
      .limit(MOST_TICKETS)
      .execute(),
    openCount: Number(open.n),
    history: await historyOfPeople(q, id, MOST_EVENTS),
  }
}

async function peopleAt(q: Query, accountId: string): Promise<Colleague[]> {
  const rows = await q
    .selectFrom('customers')
    .select(['customers.id', 'customers.name', oldestAddress])
    .where('account_id', '=', accountId)
    .orderBy('id', 'desc')
    .limit(MOST_PEOPLE)
    .execute()
  return rows.map(r => ({ ...r, address: r.address ?? '' }))
}
