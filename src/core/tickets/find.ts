import { prepared } from '../../db/prepared.ts'
import type { TicketRow } from '../../db/schema.ts'
import type { Query } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'

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
