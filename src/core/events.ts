import { prepared, slotsOf } from '../db/prepared.ts'
import type { AuthorKind, EventRow } from '../db/schema.ts'
import type { Query, Tx } from '../db/store.ts'
import { newId } from '../lib/id.ts'
import { touchTicket } from './find/entry.ts'

/** Who did something. */
export interface Actor {
  kind: AuthorKind
  id: string | null
  name: string
}

export const overture: Actor = { kind: 'system', id: null, name: 'Overture' }

/** Writes down what happened to a ticket: who, when, and the changed fields before and after. */
export async function record(
  tx: Tx,
  ticketId: string,
  kind: string,
  actor: Actor,
  before?: object,
  after?: object,
): Promise<void> {
  await insertEvent(tx.q, {
    id: newId(),
    ticket_id: ticketId,
    kind,
    actor_kind: actor.kind,
    actor_id: actor.id,
    actor_name: actor.name,
    before: before ? JSON.stringify(before) : null,
    after: after ? JSON.stringify(after) : null,
    at: tx.now,
  })
  touchTicket(tx, ticketId)
}

const insertEvent = prepared((q, row: EventRow) =>
  q
    .insertInto('events')
    .values(slotsOf(row, ['id', 'ticket_id', 'kind', 'actor_kind', 'actor_id', 'actor_name', 'before', 'after', 'at'])),
)

/** The newest events of a ticket, newest first. */
export function historyOf(q: Query, ticketId: string, limit = 50): Promise<EventRow[]> {
  return q
    .selectFrom('events')
    .selectAll()
    .where('ticket_id', '=', ticketId)
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
}
