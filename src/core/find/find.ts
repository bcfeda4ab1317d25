import { countEntries, entriesOf, type Window } from '../../db/full-text.ts'
import type { AgentRow, Priority, Status } from '../../db/schema.ts'
import type { Query, Store } from '../../db/store.ts'
import type { Action } from '../permissions/grants.ts'
import { searching } from './entry.ts'
import type { Filter } from './filter.ts'
import { type Asker, askedBy } from './terms.ts'
import { isVisible, visibleTo } from './visible.ts'

/** How many can stand on a page. */
export const PAGE_SIZES = [10, 20, 50] as const

/** Where a page begins: after an entry (older ones), or before one (newer ones). */
export interface PageAt {
  after?: number
  before?: number
}

/** A page of what was found, the newest ticket first. */
export interface FoundPage {
  tickets: FoundTicket[]
  newer: number | null // give it back as `before` for the page before this one
  older: number | null // give it back as `after` for the page that follows
}

/** A ticket as a line shows it. */
export interface FoundTicket {
  seq: number
  id: string
  identifier: string
  subject: string
  status: Status
  priority: Priority
  createdAt: number
  updatedAt: number
  answeredAt: number | null
  closedAt: number | null
  customer: { name: string; company: string | null }
  assignee: string | null // name
  team: string
}

/**
 * Who looks, as an agent; the moment and time zone that relative days and days are meant in. `also`: what they want to do
 * with the tickets beside, so that only those are found with which they may.
 */
export async function askerOf(q: Query, agent: AgentRow, now: number, also: Action[] = []): Promise<Asker> {
  return { visible: await visibleTo(q, agent, also), me: agent.id, now, zone: agent.zone ?? 'UTC' }
}

/**
 * A page of the tickets that the filter finds and the asker may see, the newest first. By key, so that any page is as fast
 * as the first.
 */
export async function findTickets(
  q: Query,
  filter: Filter,
  asker: Asker,
  { after, before, limit }: PageAt & { limit: number },
): Promise<FoundPage> {
  const { term, narrow } = await askedBy(q, filter, asker)
  const at = { ...(after !== undefined && { after }), ...(before !== undefined && { before }) }
  const found = await entriesOf(q, term, { ...at, limit: limit + 1 }, narrow)
  const isMore = found.length > limit
  if (before !== undefined && !isMore && found.length < limit) return findTickets(q, filter, asker, { limit }) // what came since fills the first page
  const page = before === undefined ? found.slice(0, limit) : found.slice(-limit)
  const hasNewer = before === undefined ? after !== undefined : isMore
  const hasOlder = before === undefined ? isMore : true
  return {
    tickets: await linesOf(q, page),
    newer: hasNewer ? (page[0]?.seq ?? null) : null,
    older: hasOlder ? (page.at(-1)?.seq ?? null) : null,
  }
}

/**
 * Ids of the tickets from so many on, for those who count their pages: all that come before are gone through, so that
 * `offset` is better bounded. The newest first, or the oldest.
 */
export async function ticketsFrom(
  q: Query,
  filter: Filter,
  asker: Asker,
  { offset, limit, oldestFirst = false }: { offset: number; limit: number; oldestFirst?: boolean },
): Promise<string[]> {
  const { term, narrow } = await askedBy(q, filter, asker)
  const found = await entriesOf(q, term, { limit: offset + limit, ...(oldestFirst && { before: 0 }) }, narrow)
  const inOrder = oldestFirst ? found.reverse() : found
  return inOrder.slice(offset).map(f => f.id)
}

/** How many there are, up to `most`; more are not counted, since nobody waits for that. */
export async function countFound(q: Query, filter: Filter, asker: Asker, most: number): Promise<number> {
  const { term, narrow } = await askedBy(q, filter, asker)
  return countEntries(q, term, most, narrow)
}

/**
 * Ids of all tickets that the filter finds, at most `most`, the newest first, some at a time: whatever becomes of them
 * meanwhile, each comes once, and what comes in meanwhile does not.
 */
export async function* eachFound(store: Store, filter: Filter, asker: Asker, most: number): AsyncIterable<string[]> {
  let [left, after] = [most, undefined as number | undefined]
  while (left > 0) {
    const window: Window = { limit: Math.min(left, AT_ONCE), ...(after !== undefined && { after }) }
    const found = await searching(store, async q => {
      const { term, narrow } = await askedBy(q, filter, asker)
      return entriesOf(q, term, window, narrow)
    })
    if (found.length) yield found.map(f => f.id)
    if (found.length < window.limit) return
    left -= found.length
    after = found.at(-1)?.seq
  }
}

const AT_ONCE = 100

/** The tickets of these entries that are still there and that the asker may see, the newest first. */
export async function ticketsAt(q: Query, seqs: number[], { visible }: Pick<Asker, 'visible'>): Promise<string[]> {
  if (!seqs.length) return []
  const rows = await q
    .selectFrom('ticket_docs as d')
    .innerJoin('tickets as t', 't.id', 'd.ticket_id')
    .select(['t.id', 't.identifier', 't.team_id', 't.assignee_id', 't.created_by'])
    .where('d.seq', 'in', seqs)
    .orderBy('d.seq', 'desc')
    .execute()
  return rows.filter(t => isVisible(visible, t)).map(t => t.id)
}

async function linesOf(q: Query, found: { seq: number; id: string }[]): Promise<FoundTicket[]> {
  if (!found.length) return []
  const ids = found.map(f => f.id)
  const rows = await q
    .selectFrom('tickets as t')
    .innerJoin('customers as c', 'c.id', 't.customer_id')
    .innerJoin('teams', 'teams.id', 't.team_id')
    .leftJoin('accounts', 'accounts.id', 'c.account_id')
    .leftJoin('agents as a', 'a.id', 't.assignee_id')
    .select(['t.id', 't.identifier', 't.subject', 't.status', 't.priority'])
    .select(['t.created_at', 't.updated_at', 't.answered_at', 't.closed_at'])
    .select(['c.name as customer', 'accounts.name as company', 'a.name as assignee', 'teams.name as team'])
    .where('t.id', 'in', ids)
    .where('t.deleted_at', 'is', null)
    .execute()
  const byId = new Map(rows.map(r => [r.id, r]))
  return found.flatMap(({ seq, id }) => {
    const r = byId.get(id)
    if (!r) return []
    return [
      {
        seq,
        id,
        identifier: r.identifier,
        subject: r.subject,
        status: r.status,
        priority: r.priority,
        createdAt: r.created_at,
        updatedAt: r.updated_at,
        answeredAt: r.answered_at,
        closedAt: r.closed_at,
        customer: { name: r.customer, company: r.company },
        assignee: r.assignee,
        team: r.team,
      },
    ]
  })
}
