import { prepared } from '../db/prepared.ts'
import type { Query } from '../db/store.ts'
import { domainOf, isFreeMail } from './addresses.ts'
import { customerByAddress } from './customers.ts'

const DAY_MS = 24 * 3_600_000
const DAYS = 7
const MOST = 20
const MOST_COLLEAGUES = 1_000 // of a customer; of an account with more, the newest

/** A ticket in which somebody else writes to the same customer, or to a colleague of theirs. */
export interface Collision {
  ticketId: string
  identifier: string
  customer: string
  isColleague: boolean // of the customer, at the same account
  by: string | null // the agent who wrote last; null: nobody has yet, the customer wrote first
  at: number // when
}

/** Whom somebody is about to write to. */
export type Addressee = { id: string } | { address: string }

/**
 * The tickets in which somebody other than this agent writes to the addressee: open ones, and those in which somebody
 * wrote in the last week; and those in which somebody wrote in the last week to another at the same account. The most
 * lately changed first. With `since` only what was written after it counts. Ten thousand tickets cost no more than ten.
 */
export async function collisionsWith(
  q: Query,
  addressee: Addressee,
  agentId: string | null,
  now: number,
  { since }: { since?: number } = {},
): Promise<Collision[]> {
  const { customerId, accountId } = await whoIs(q, addressee)
  const after = since ?? now - DAYS * DAY_MS
  const own = customerId
    ? [
        ...(since === undefined ? (await selectOpen(q, { customerId })).rows : []),
        ...(await selectChanged(q, { customerId, after })).rows,
      ]
    : []
  const others = accountId ? (await selectOfAccount(q, { accountId, customerId: customerId ?? '', after })).rows : []
  const found: Collision[] = []
  const seen = new Set<string>()
  for (const ticket of [...own, ...others]) {
    if (seen.has(ticket.id)) continue
    seen.add(ticket.id)
    const [last] = (await selectLast(q, { ticketId: ticket.id })).rows
    const isColleague = ticket.customer_id !== customerId
    const isLately = last !== undefined && last.created_at > after
    const waits = !last && ticket.closed_at === null && since === undefined && ticket.assignee_id !== agentId
    const isOpen = since === undefined && !isColleague && ticket.closed_at === null
    if (last ? last.author_id === agentId || !(isLately || isOpen) : !waits) continue
    found.push({
      ticketId: ticket.id,
      identifier: ticket.identifier,
      customer: ticket.customer,
      isColleague,
      by: last?.author_name ?? null,
      at: last?.created_at ?? ticket.updated_at,
    })
  }
  return found.sort((a, b) => Number(a.isColleague) - Number(b.isColleague) || b.at - a.at)
}

async function whoIs(q: Query, addressee: Addressee): Promise<{ customerId: string | null; accountId: string | null }> {
  const id = 'id' in addressee ? addressee.id : (await customerByAddress(q, addressee.address))?.id
  if (id) {
    const row = await q.selectFrom('customers').select('account_id').where('id', '=', id).executeTakeFirst()
    return { customerId: id, accountId: row?.account_id ?? null }
  }
  const domain = 'address' in addressee ? domainOf(addressee.address) : ''
  if (!domain || isFreeMail(domain)) return { customerId: null, accountId: null }
  const account = await q.selectFrom('accounts').select('id').where('domain', '=', domain).executeTakeFirst()
  return { customerId: null, accountId: account?.id ?? null }
}

function tickets(q: Query) {
  return q
    .selectFrom('tickets as t')
    .innerJoin('customers as c', 'c.id', 't.customer_id')
    .select(['t.id', 't.identifier', 't.customer_id', 't.assignee_id', 't.closed_at', 't.updated_at'])
    .select('c.name as customer')
    .where('t.deleted_at', 'is', null)
    .where('t.general_at', 'is not', null)
    .where('t.published_at', 'is not', null)
    .where('t.spam_at', 'is', null)
    .orderBy('t.updated_at', 'desc')
    .limit(MOST)
}

const selectOpen = prepared((q, v: { customerId: string }) =>
  tickets(q).where('t.customer_id', '=', v.customerId).where('t.closed_at', 'is', null),
)

const selectChanged = prepared((q, v: { customerId: string; after: number }) =>
  tickets(q).where('t.customer_id', '=', v.customerId).where('t.updated_at', '>', v.after),
)

const selectOfAccount = prepared((q, v: { accountId: string; customerId: string; after: number }) =>
  tickets(q)
    .where('t.customer_id', 'in', e =>
      e
        .selectFrom('customers as k')
        .select('k.id')
        .where('k.account_id', '=', v.accountId)
        .where('k.id', '!=', v.customerId)
        .orderBy('k.id', 'desc')
        .limit(MOST_COLLEAGUES),
    )
    .where('t.updated_at', '>', v.after),
)

/** What we wrote to the customer last. */
const selectLast = prepared((q, v: { ticketId: string }) =>
  q
    .selectFrom('messages')
    .select(['author_id', 'author_name', 'created_at'])
    .where('ticket_id', '=', v.ticketId)
    .where('author_kind', '=', 'agent')
    .where('visibility', '=', 'public')
    .where('deleted_at', 'is', null)
    .orderBy('id', 'desc')
    .limit(1),
)

/** `Ann wrote to Jane yesterday in SUP-41`, without a full stop. */
export function collisionWords({ by, customer, identifier, at }: Collision, now: number): string {
  const when = daysAgo(at, now)
  if (by === null) return `${customer} wrote to us ${when} in ${identifier}, and nobody has answered`
  return `${by} wrote to ${customer} ${when} in ${identifier}`
}

function daysAgo(at: number, now: number): string {
  const hours = Math.floor((now - at) / 3_600_000)
  if (hours < 1) return 'just now'
  if (hours < 24) return hours === 1 ? 'an hour ago' : `${hours} hours ago`
  const days = Math.floor(hours / 24)
  return days === 1 ? 'yesterday' : `${days} days ago`
}
