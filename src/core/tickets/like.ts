import { entriesOf, wordsIn } from '../../db/full-text.ts'
import { beginning } from '../../db/like.ts'
import type { Query } from '../../db/store.ts'
import { searchCustomers } from '../customers.ts'
import { visibleTerms } from '../find/visible.ts'
import { reached, reaches, reachesAll, type Scope } from '../permissions/may.ts'
import { teams } from '../teams.ts'

/** A ticket as it is offered while somebody types. */
export interface TicketChoice {
  id: string
  identifier: string
  subject: string
  customer: string
  isClosed: boolean
}

const MOST_CUSTOMERS = 5
const MOST_WORDS = 10

/**
 * Up to `limit` tickets whose identifier or subject begins with what was typed, whose customer it names, or that have its
 * words anywhere, the last one perhaps only begun; with nothing typed those of the customer of ticket `than`. That one
 * itself, deleted and merged ones are left out, and those that `scope` does not reach.
 */
export async function ticketsLike(
  q: Query,
  typed: string,
  { than, scope, limit = 20 }: { than: string | null; scope?: Scope; limit?: number },
): Promise<TicketChoice[]> {
  const text = typed.trim()
  const ids = text ? [...(await byIdentifier(q, text)), ...(await bySubject(q, text, limit, scope))] : []
  if (ids.length < limit) ids.push(...(await byCustomer(q, text, than, limit, scope)))
  if (ids.length < limit) ids.push(...(await byWords(q, text, limit, scope)))
  const wanted = [...new Set(ids)].filter(id => id !== than).slice(0, limit)
  const found = new Map((await choices(q, wanted, scope)).map(c => [c.id, c]))
  return wanted.flatMap(id => found.get(id) ?? [])
}

/** `SUP-1` also finds SUP-10 to SUP-19; a number alone is looked for in each team. */
async function byIdentifier(q: Query, text: string): Promise<string[]> {
  const [, prefix, number] = /^(?:([a-z][a-z0-9]{1,9})-)?(\d{1,9})$/i.exec(text) ?? []
  if (!number) return []
  const prefixes = prefix ? [prefix.toUpperCase()] : (await teams(q)).map(t => t.prefix)
  const numbers = [number, ...Array.from({ length: 10 }, (_, digit) => `${number}${digit}`)]
  const rows = await q
    .selectFrom('tickets')
    .select('id')
    .where(
      'identifier',
      'in',
      prefixes.flatMap(p => numbers.map(n => `${p}-${n}`)),
    )
    .orderBy('number')
    .execute()
  return rows.map(r => r.id)
}

async function bySubject(q: Query, text: string, limit: number, scope?: Scope): Promise<string[]> {
  const rows = await offered(q, scope)
    .where(beginning(q, 'subject', text))
    .limit(limit)
    .execute()
  return rows.map(r => r.id)
}

/** Those that can be offered: however many others there are, they take nobody's place. */
function offered(q: Query, scope: Scope | undefined) {
  return q
    .selectFrom('tickets')
    .select('id')
    .where('deleted_at', 'is', null)
    .where('merged_into_id', 'is', null)
    .where('general_at', 'is not', null)
    .$if(scope !== undefined && !reachesAll(scope), s => s.where(e => reached(e, scope as Scope)))
}

const SHORTEST = 3 // letters: fewer begin too many words

async function byWords(q: Query, text: string, limit: number, scope?: Scope): Promise<string[]> {
  const words = wordsIn(text).slice(0, MOST_WORDS)
  if ((words.at(-1)?.length ?? 0) < SHORTEST) return []
  const wanted = words.map((word, i) => ({ word: [word], ...(i === words.length - 1 && { isBegun: true }) }))
  const all = [...visibleTerms(scope ? [scope] : []), ...wanted]
  return (await entriesOf(q, { all }, { limit })).map(e => e.id)
}

async function byCustomer(
  q: Query,
  text: string,
  than: string | null,
  limit: number,
  scope?: Scope,
): Promise<string[]> {
  const customers = text ? (await searchCustomers(q, text, MOST_CUSTOMERS)).map(c => c.id) : await customerOf(q, than)
  const ids: string[] = []
  for (const id of customers) {
    const rows = await offered(q, scope)
      .where('customer_id', '=', id)
      .orderBy('updated_at', 'desc')
      .limit(limit)
      .execute()
    ids.push(...rows.map(r => r.id))
  }
  return ids
}

async function customerOf(q: Query, ticketId: string | null): Promise<string[]> {
  if (!ticketId) return []
  const row = await q.selectFrom('tickets').select('customer_id').where('id', '=', ticketId).executeTakeFirst()
  return row ? [row.customer_id] : []
}

async function choices(q: Query, ids: string[], scope?: Scope): Promise<TicketChoice[]> {
  if (!ids.length) return []
  const rows = await q
    .selectFrom('tickets as t')
    .innerJoin('customers as c', 'c.id', 't.customer_id')
    .select([
      't.id',
      't.identifier',
      't.subject',
      't.closed_at',
      't.team_id',
      't.assignee_id',
      't.created_by',
      'c.name',
    ])
    .where('t.id', 'in', ids)
    .where('t.deleted_at', 'is', null)
    .where('t.merged_into_id', 'is', null)
    .where('t.general_at', 'is not', null)
    .execute()
  const seen = scope ? rows.filter(r => reaches(scope, r)) : rows
  return seen.map(r => ({
    id: r.id,
    identifier: r.identifier,
    subject: r.subject,
    customer: r.name,
    isClosed: r.closed_at !== null,
  }))
}
