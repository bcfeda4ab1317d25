import { prepared } from '../../db/prepared.ts'
import type { TicketRow } from '../../db/schema.ts'
import type { Tx } from '../../db/store.ts'

/** We had the last word on the ticket, which is followed at the desk: from now on it waits for its customer. */
export async function beginSilence(tx: Tx, ticket: TicketRow): Promise<void> {
  if (ticket.general_at === null) return
  await upsert(tx.q, { ticketId: ticket.id, teamId: ticket.team_id, since: tx.now })
}

const upsert = prepared((q, v: { ticketId: string; teamId: string; since: number }) =>
  q
    .insertInto('silences')
    .values({ ticket_id: v.ticketId, team_id: v.teamId, since: v.since, step: 0 })
    .onConflict(c => c.column('ticket_id').doUpdateSet({ team_id: v.teamId, since: v.since, step: 0 })),
)

/** A ticket was changed: only what waits for its customer is silent. */
export async function keepSilence(tx: Tx, before: TicketRow, after: TicketRow): Promise<void> {
  const isSilent = after.status === 'awaiting_customer'
  if (isSilent && (before.status !== after.status || before.team_id !== after.team_id)) await beginSilence(tx, after)
  if (!isSilent && before.status === 'awaiting_customer') await endSilence(tx.q, { ticketId: after.id })
}

const endSilence = prepared((q, v: { ticketId: string }) =>
  q.deleteFrom('silences').where('ticket_id', '=', v.ticketId),
)
