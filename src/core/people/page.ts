import type { CustomerRow, TicketRow } from '../../db/schema.ts'
import type { Query } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'
import { addressesOf } from '../customers.ts'
import { definedFor, shownFields } from '../fields/people.ts'
import { reached, scopeOf } from '../permissions/may.ts'
import { obstaclesTo } from '../suppressions.ts'
import { tagsOfCustomer } from '../tags/customers.ts'
import { unsubscribedAmong } from '../unsubscriptions.ts'
import { historyOfPeople, type PeopleEvent } from './history.ts'
import { type CustomerNote, customerNotes } from './notes.ts'

/** A ticket in a person's list. */
export type TheirTicket = Pick<TicketRow, 'id' | 'identifier' | 'subject' | 'status' | 'updated_at'>

/** A chat that somebody was written to with, and what became of it. */
export interface TheirChat {
  id: string
  number: number
  subject: string
  state: string
  sentAt: number | null
  answeredAt: number | null
}

/** An address; why it is not written to, a finished sentence; and the kinds of chats that it left. */
export interface TheirAddress {
  address: string
  obstacle: string | null
  left: string[] // `*`: all of them
}

/** All that we know of a customer. */
export interface PersonPage {
  id: string
  name: string
  company: { id: string; name: string } | null
  zone: string | null
  since: number
  addresses: TheirAddress[]
  tags: string[]
  fields: [name: string, value: string][]
  tickets: TheirTicket[]
  ticketCount: number // of those that the asker may see
  chats: TheirChat[]
  bounces: { at: number; reason: string }[]
  notes: CustomerNote[]
  history: PeopleEvent[] // newest first
}

const MOST_TICKETS = 10
const MOST_CHATS = 10
const MOST_BOUNCES = 3
const MOST_NOTES = 10
export const MOST_EVENTS = 10

/** A customer as an agent may see them. Throws a Problem when there is none, or they turned out to be somebody else. */
export async function personPage(q: Query, customerId: string, agentId: string): Promise<PersonPage> {
  const row = await customerRow(q, customerId)
  const addresses = await addressesOf(q, row.id)
  const seen = await ticketsSeen(q, row.id, agentId)
  return {
    id: row.id,
    name: row.name,
    company: row.account_id && row.company ? { id: row.account_id, name: row.company } : null,
    zone: row.zone,
    since: row.created_at,
    addresses: await withObstacles(q, addresses),
    tags: await tagsOfCustomer(q, row.id),
    fields: shownFields(await definedFor(q, 'customer'), row.fields),
    ...seen,
    chats: await chatsTo(q, addresses),
    bounces: await bouncesOf(q, row.id),
    notes: await customerNotes(q, row.id, MOST_NOTES),
    history: await historyOfPeople(q, row.id, MOST_EVENTS),
  }
}

async function customerRow(q: Query, id: string): Promise<CustomerRow & { company: string | null }> {
  const row = await q
    .selectFrom('customers')
    .leftJoin('accounts', 'accounts.id', 'customers.account_id')
    .selectAll('customers')
    .select('accounts.name as company')
    .where('customers.id', '=', id)
    .executeTakeFirst()
  if (!row || row.merged_into_id !== null) throw new Problem('not_found', 'This customer is no more.', 'customer')
  return row
}

async function withObstacles(q: Query, addresses: string[]): Promise<TheirAddress[]> {
  if (!addresses.length) return []
  const obstacles = await obstaclesTo(q, addresses)
  const left = await unsubscribedAmong(q, addresses)
  return addresses.map(address => ({
    address,
    obstacle: obstacles.get(address) ?? null,
    left: left.filter(u => u.address === address).map(u => u.kind),
  }))
}

async function ticketsSeen(
  q: Query,
  customerId: string,
  agentId: string,
): Promise<Pick<PersonPage, 'tickets' | 'ticketCount'>> {
  const scope = await scopeOf(q, agentId, 'view')
  const theirs = q
    .selectFrom('tickets')
    .where('customer_id', '=', customerId)
    .where('deleted_at', 'is', null)
    .where(e => reached(e, scope))
  const tickets = await theirs
    .select(['id', 'identifier', 'subject', 'status', 'updated_at'])
    .orderBy('updated_at', 'desc')
    .limit(MOST_TICKETS)
    .execute()
  const count = await theirs.select(e => e.fn.countAll().as('n')).executeTakeFirstOrThrow()
  return { tickets, ticketCount: Number(count.n) }
}

async function chatsTo(q: Query, addresses: string[]): Promise<TheirChat[]> {
  if (!addresses.length) return []
  const rows = await q
    .selectFrom('chat_recipients as r')
    .innerJoin('chats as c', 'c.id', 'r.chat_id')
    .select(['c.id', 'c.number', 'c.subject', 'r.state', 'r.sent_at', 'r.answered_at'])
    .where('r.address', 'in', addresses)
    .where('r.state', '!=', 'test')
    .where('c.state', '!=', 'draft')
    .orderBy('c.number', 'desc')
    .limit(MOST_CHATS)
    .execute()
  return rows.map(({ sent_at, answered_at, ...r }) => ({ ...r, sentAt: sent_at, answeredAt: answered_at }))
}

async function bouncesOf(q: Query, customerId: string): Promise<PersonPage['bounces']> {
  const rows = await q
    .selectFrom('deliveries as d')
    .innerJoin('tickets as t', 't.id', 'd.ticket_id')
    .select(['d.bounced_at', 'd.reason'])
    .where('t.customer_id', '=', customerId)
    .where('d.bounced_at', 'is not', null)
    .orderBy('d.bounced_at', 'desc')
    .limit(MOST_BOUNCES)
    .execute()
  return rows.map(r => ({ at: r.bounced_at as number, reason: r.reason ?? 'It came back.' }))
}
