import { type SqlBool, sql } from 'kysely'
import type { AnswerTimeRow, TicketRow } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'

/** The customer answered: when it is their first answer to what we wrote first, how long it took is kept. */
export async function noteTheirAnswer(tx: Tx, ticket: TicketRow): Promise<void> {
  if (ticket.answered_at !== null || ticket.created_by === null || ticket.published_at === null) return
  await keep(tx, ticket, 'theirs', `${ticket.id}:theirs`, tx.now - ticket.published_at)
}

/** We answered the customer: how long they waited is kept, once for each time that they did. */
export async function noteOurAnswer(tx: Tx, ticket: TicketRow): Promise<void> {
  const since = await waitsSince(tx.q, ticket.id, tx.now)
  if (since !== null) await keep(tx, ticket, 'ours', `${ticket.id}:ours:${since}`, tx.now - since)
}

/** What we wrote at this moment was taken back. */
export async function forgetOurAnswer(tx: Tx, ticketId: string, writtenAt: number): Promise<void> {
  await tx.q
    .deleteFrom('answer_times')
    .where('ticket_id', '=', ticketId)
    .where('whose', '=', 'ours')
    .where('at', '=', writtenAt)
    .execute()
}

/** When the customer wrote the first of what we have not answered (ms UTC); null when nothing is open. */
async function waitsSince(q: Query, ticketId: string, now: number): Promise<number | null> {
  const row = await q
    .selectFrom('messages as m')
    .select(e => e.fn.min('m.created_at').as('at'))
    .where('m.ticket_id', '=', ticketId)
    .where('m.author_kind', '=', 'customer')
    .where('m.automatic', 'is', null)
    .where('m.deleted_at', 'is', null)
    .where(
      sql<SqlBool>`m.created_at > coalesce((select max(o.created_at) from messages as o where o.ticket_id = ${ticketId}
        and o.author_kind = 'agent' and o.visibility = 'public' and o.created_at < ${now}), 0)`,
    )
    .executeTakeFirst()
  return row?.at == null ? null : Number(row.at)
}

async function keep(
  tx: Tx,
  { id: ticket_id, team_id }: TicketRow,
  whose: AnswerTimeRow['whose'],
  id: string,
  tookMs: number,
): Promise<void> {
  await tx.q
    .insertInto('answer_times')
    .values({ id, team_id, ticket_id, whose, took_ms: Math.max(tookMs, 0), at: tx.now })
    .onConflict(c => c.column('id').doNothing())
    .execute()
}
