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

const MOST_MERGES = 20

/** The ticket where what belongs to one goes on, also for a deleted one: itself, or the one that it was merged into. */
export async function homeOf(q: Query, id: string): Promise<TicketRow> {
  let ticket = await anyTicket(q, id)
  for (let steps = 0; ticket.merged_into_id !== null && steps < MOST_MERGES; steps++)
    ticket = await anyTicket(q, ticket.merged_into_id)
  return ticket
}

/** The ticket, also a deleted one: its mails are not to become another. */
export async function anyTicket(q: Query, id: string): Promise<TicketRow> {
  const [ticket] = (await selectAnyTicket(q, { id })).rows
  if (!ticket) throw new Error(`The ticket ${id} is not there.`)
  return ticket
}

const selectAnyTicket = prepared((q, v: { id: string }) => q.selectFrom('tickets').selectAll().where('id', '=', v.id))

/** Throws a Problem that says where a merged ticket goes on: nothing more is done with it itself. */
export async function refuseMerged(q: Query, ticket: TicketRow, field?: string): Promise<void> {
  if (ticket.merged_into_id === null) return
  const { identifier } = await homeOf(q, ticket.id)
  throw new Problem('conflict', `${ticket.identifier} was merged into ${identifier}; it goes on there.`, field)
}
