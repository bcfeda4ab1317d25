import { preparedMany, slotsOf } from '../db/prepared.ts'
import type { AuthorKind, EventRow } from '../db/schema.ts'
import type { Query, Tx } from '../db/store.ts'
import { newId } from '../lib/id.ts'
import { touchTicket } from './find/stale.ts'
import { tellHooks } from './hooks/heard.ts'

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
  await recordAll(tx, kind, actor, [{ ticketId, ...(before && { before }), ...(after && { after }) }])
  touchTicket(tx, ticketId)
}

/** The same, when it happened to many tickets at once that are not at the desk yet, where nobody finds them. */
export async function recordAll(
  tx: Tx,
  kind: string,
  actor: Actor,
  changes: { ticketId: string; before?: object; after?: object }[],
): Promise<void> {
  const rows = changes.map(({ ticketId, before, after }) => ({
    id: newId(),
    ticket_id: ticketId,
    kind,
    actor_kind: actor.kind,
    actor_id: actor.id,
    actor_name: actor.name,
    before: before ? JSON.stringify(before) : null,
    after: after ? JSON.stringify(after) : null,
    at: tx.now,
  }))
  await insertEvents(tx.q, rows)
  await tellHooks(
    tx,
    rows.map(row => ({ cause: 'event', sourceId: row.id, ticketId: row.ticket_id })),
  )
}

const insertEvents = preparedMany((q, rows: EventRow[]) =>
  q
    .insertInto('events')
    .values(
      rows.map(row =>
        slotsOf(row, ['id', 'ticket_id', 'kind', 'actor_kind', 'actor_id', 'actor_name', 'before', 'after', 'at']),
      ),
    ),
)

/** The newest events of a ticket, newest first; `before` is the last one of the page before. */
export function historyOf(q: Query, ticketId: string, limit = 50, before: string | null = null): Promise<EventRow[]> {
  return q
    .selectFrom('events')
    .selectAll()
    .where('ticket_id', '=', ticketId)
    .$if(before !== null, s => s.where('id', '<', before as string))
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
}
