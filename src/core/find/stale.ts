import { prepared, preparedFor } from '../../db/prepared.ts'
import type { Query, Tx } from '../../db/store.ts'

// An entry is written after what changed, not with it: an answer is not to wait for the index, and of several changes within
// a moment one entry comes. What changed leaves a mark in its own transaction, so none is forgotten.

/**
 * Something of the ticket changed that it can be found by: its entry in the index is written anew in a moment. Every change
 * of a ticket is an event, and writing that one down calls this.
 */
export function touchTicket(tx: Tx, ticketId: string): void {
  tx.atEnd(`find:${ticketId}`, async () => {
    await markStale(tx.q, { ticketId, now: tx.now })
    tx.wake('index')
  })
}

/** Something of a customer changed that their tickets can be found by. */
export async function touchCustomer(tx: Tx, customerId: string): Promise<void> {
  const theirs = tx.q
    .selectFrom('tickets')
    .select(e => ['id', e.val(tx.now).as('stale_at')])
    .where('customer_id', '=', customerId)
    .where('general_at', 'is not', null)
  await tx.q
    .insertInto('stale_entries')
    .columns(['ticket_id', 'stale_at'])
    .expression(theirs)
    .onConflict(c => c.column('ticket_id').doUpdateSet({ stale_at: tx.now }))
    .execute()
  tx.wake('index')
}

/** It is marked again where it was: whoever writes the entry meanwhile waits for this change, and sees it. */
export const markStale = prepared((q, v: { ticketId: string; now: number }) =>
  q
    .insertInto('stale_entries')
    .values({ ticket_id: v.ticketId, stale_at: v.now })
    .onConflict(c => c.column('ticket_id').doUpdateSet({ stale_at: v.now })),
)

/** Whether an entry is to be written anew. */
export async function isStale(q: Query): Promise<boolean> {
  return (await selectStale(q, { limit: 1 })).rows.length > 0
}

/** Takes up to `limit` marks away: their tickets, in the order in which they came to be. Nobody else gets them. */
export async function takeStale(tx: Tx, limit: number): Promise<string[]> {
  const { rows } = await selectStale(tx.q, { limit })
  if (!rows.length) return []
  const taken = await removeMarks(
    tx.q,
    rows.map(r => r.ticket_id),
  )
  return taken.map(t => t.ticket_id).sort()
}

const selectStale = prepared((q, v: { limit: number }) =>
  q.selectFrom('stale_entries').select('ticket_id').orderBy('ticket_id').limit(v.limit),
)

const removeMarks = preparedFor((q, ids) =>
  q.deleteFrom('stale_entries').where('ticket_id', 'in', ids).returning('ticket_id'),
)
