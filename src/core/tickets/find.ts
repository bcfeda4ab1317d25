import { prepared } from '../../db/prepared.ts'
import type { TicketRow } from '../../db/schema.ts'
import type { Query } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'
import { searchCustomers } from '../customers.ts'

/** The ticket, deleted ones excepted; throws a Problem when there is none. */
export async function ticketById(q: Query, id: string): Promise<TicketRow> {
  const [ticket] = (await selectTicket(q, { id })).rows
  if (!ticket) throw new Problem('not_found', 'This ticket is no more.')
  return ticket
}

const selectTicket = prepared((q, v: { id: string }) =>
  q.selectFrom('tickets').selectAll().where('id', '=', v.id).where('deleted_at', 'is', null),
)

export async function ticketByIdentifier(q: Query, identifier: string): Promise<TicketRow> {
  const ticket = await q
    .selectFrom('tickets')
    .selectAll()
    .where('identifier', '=', identifier.toUpperCase())
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
  if (!ticket) throw new Problem('not_found', `There is no ticket ${identifier.toUpperCase()}.`)
  return ticket
}

/** The ticket that was opened under this key, if one was. */
export function ticketByDedupKey(q: Query, key: string): Promise<TicketRow | undefined> {
  return q.selectFrom('tickets').selectAll().where('dedup_key', '=', key).executeTakeFirst()
}

const MOST_CUSTOMERS = 20

/** Ids of the newest tickets with the customers whose name, address or company contains all the words typed. */
export async function ticketsAbout(q: Query, typed: string, limit: number): Promise<string[]> {
  const customers = await searchCustomers(q, typed, MOST_CUSTOMERS)
  if (!customers.length) return []
  const rows = await q
    .selectFrom('tickets')
    .select('id')
    .where(
      'customer_id',
      'in',
      customers.map(c => c.id),
    )
    .where('deleted_at', 'is', null)
    .where('spam_at', 'is', null)
    .orderBy('updated_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
  return rows.map(r => r.id)
}
