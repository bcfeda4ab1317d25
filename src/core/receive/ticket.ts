import { prepared } from '../../db/prepared.ts'
import type { ThreadRow, TicketRow } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { threadOf } from '../threads.ts'
import { anyTicket } from '../tickets/find.ts'

const MOST_STEPS = 20

/** A ticket and its customer's thread. */
export interface Place {
  ticket: TicketRow
  thread: ThreadRow
}

/** Where a mail belongs now that answers this thread: in the ticket that its own was merged into, or that goes on from it. */
export async function currentPlace(tx: Tx, thread: ThreadRow): Promise<Place & { way: string }> {
  let ticket = await anyTicket(tx.q, thread.ticket_id)
  let way = ''
  for (let steps = 0; steps < MOST_STEPS; steps++) {
    const next = await successor(tx.q, ticket)
    if (!next) break
    way += ` ${ticket.identifier} ${next.how} ${next.ticket.identifier}.`
    ticket = next.ticket
  }
  return { ticket, thread: way ? await threadOf(tx.q, ticket.id, 'customer') : thread, way }
}

async function successor(q: Query, ticket: TicketRow): Promise<{ ticket: TicketRow; how: string } | undefined> {
  if (ticket.merged_into_id) return { ticket: await anyTicket(q, ticket.merged_into_id), how: 'was merged into' }
  if (ticket.closed_at === null) return undefined
  const [next] = (await selectContinuing(q, { id: ticket.id })).rows
  return next && { ticket: next, how: 'goes on as' }
}

const selectContinuing = prepared((q, v: { id: string }) =>
  q
    .selectFrom('tickets')
    .selectAll()
    .where('continues_id', '=', v.id)
    .where('deleted_at', 'is', null)
    .orderBy('id', 'desc')
    .limit(1),
)
