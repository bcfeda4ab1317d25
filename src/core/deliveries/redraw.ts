import type { Expression, ExpressionBuilder, SqlBool } from 'kysely'
import { preparedMany } from '../../db/prepared.ts'
import type { Schema } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'

/** A card that changes again within this time is drawn once. */
const REDRAW_MS = 300

/** The tickets whose card a transaction has asked for already; once is enough, since nobody draws before it commits. */
const asked = new WeakMap<Tx, Set<string>>()

/** Has the ticket's card drawn anew, whole, soon; several changes within a moment are drawn once. */
export function redrawCard(tx: Tx, ticketId: string): Promise<void> {
  return redrawCards(tx, [ticketId])
}

/** The same for many tickets; one without a card at the desk has nothing to draw. */
export async function redrawCards(tx: Tx, ticketIds: string[]): Promise<void> {
  const drawn = asked.get(tx) ?? new Set()
  const undrawn = [...new Set(ticketIds)].filter(id => !drawn.has(id))
  if (!undrawn.length) return
  for (const id of undrawn) drawn.add(id)
  asked.set(tx, drawn)
  const due = tx.now + REDRAW_MS
  const { numAffectedRows } = await redrawMany(
    tx.q,
    undrawn.map(ticketId => ({ ticketId, due })),
  )
  if (numAffectedRows > 0n) tx.wake('outbox')
}

const redrawMany = preparedMany((q, tickets: { ticketId: string; due: number }[]) =>
  redrawn(q, tickets[0]?.due ?? 0)
    .where(
      'ticket_id',
      'in',
      tickets.map(t => t.ticketId),
    )
    .where('kind', '=', 'card'),
)

/** Has the cards drawn anew of those tickets that these are part of: they say how far these are. */
export async function redrawAbove(tx: Tx, ticketIds: string[]): Promise<void> {
  const rows = await tx.q
    .selectFrom('tickets')
    .select('parent_id')
    .distinct()
    .where('id', 'in', ticketIds)
    .where('parent_id', 'is not', null)
    .execute()
  await redrawCards(
    tx,
    rows.map(r => r.parent_id as string),
  )
}

/** Has all that shows a message at the desk shown anew: our own post of it, or the mark on the one that came from there. */
export async function redrawMessage(tx: Tx, messageId: string): Promise<void> {
  await redraw(tx, e =>
    e.and([
      e('message_id', '=', messageId),
      e('key', 'is', null), // what went to a customer is never sent again
    ]),
  )
}

/** Has the cards of all tickets of a team drawn anew that are not closed. */
export async function redrawCardsOfTeam(tx: Tx, teamId: string): Promise<void> {
  const open = tx.q.selectFrom('tickets').select('id').where('team_id', '=', teamId).where('closed_at', 'is', null)
  await redraw(tx, e => e.and([e('kind', '=', 'card'), e('ticket_id', 'in', open)]))
}

/** Has the cards of all tickets drawn anew whose ids the query asks for. */
export async function redrawCardsIn(tx: Tx, tickets: Expression<{ id: string }>): Promise<void> {
  await redraw(tx, e => e.and([e('kind', '=', 'card'), e('ticket_id', 'in', tickets as never)]))
}

async function redraw(
  tx: Tx,
  which: (e: ExpressionBuilder<Schema, 'deliveries'>) => Expression<SqlBool>,
): Promise<void> {
  await redrawn(tx.q, tx.now + REDRAW_MS)
    .where(which)
    .execute()
  tx.wake('outbox')
}

function redrawn(q: Query, due: number) {
  return q
    .updateTable('deliveries')
    .set(e => ({
      version: e('version', '+', 1),
      // one that is on its way is carried again once it settles, since its version is then behind
      due_at: e.case().when('state', 'in', ['sent', 'failed']).then(due).else(e.ref('due_at')).end(),
      attempts: e.case().when('state', 'in', ['sent', 'failed']).then(0).else(e.ref('attempts')).end(),
      state: 'queued' as const,
    }))
    .where('state', 'in', ['queued', 'sent', 'failed'])
}
