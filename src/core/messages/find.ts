import type { ExpressionBuilder } from 'kysely'
import { preparedFor } from '../../db/prepared.ts'
import type { MessageRow, Schema } from '../../db/schema.ts'
import type { Query } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'

/** The message, also a deleted one. Throws a Problem when there is none. */
export async function messageById(q: Query, id: string): Promise<MessageRow> {
  const m = await q.selectFrom('messages').selectAll().where('id', '=', id).executeTakeFirst()
  if (!m) throw new Problem('not_found', 'This message is no more.')
  return m
}

/** What these messages say, by id; deleted ones are missing. */
export async function messageTexts(q: Query, ids: string[]): Promise<Map<string, string>> {
  if (!ids.length) return new Map()
  return new Map((await selectTexts(q, ids)).map(m => [m.id, m.text]))
}

const selectTexts = preparedFor((q, ids) =>
  q.selectFrom('messages').select(['id', 'text']).where('id', 'in', ids).where('deleted_at', 'is', null),
)

/** Ids of a page of what people said on a ticket, notes with it, the oldest first, and how much there is, up to `most`. */
export async function messagesSaid(
  q: Query,
  ticketId: string,
  { limit, offset, most }: { limit: number; offset: number; most: number },
): Promise<{ ids: string[]; count: number }> {
  const said = q
    .selectFrom('messages')
    .select('id')
    .where('ticket_id', '=', ticketId)
    .where('author_kind', '!=', 'system')
    .where('deleted_at', 'is', null)
  const rows = await said.orderBy('id').limit(limit).offset(offset).execute()
  const { n } = await q
    .selectFrom(said.limit(most).as('some'))
    .select(e => e.fn.countAll().as('n'))
    .executeTakeFirstOrThrow()
  return { ids: rows.map(r => r.id), count: Number(n) }
}

const OF_PROGRAMS = 'thena:'

/** The key of a message that a program posts, as it is kept: what the program calls it may speak of whomever it is for. */
export function programKey(key: string): string {
  return `${OF_PROGRAMS}${key}`
}

/** Whether a message has such a key, as a condition. */
export function hasProgramKey(e: ExpressionBuilder<Schema, 'messages'>) {
  return e('dedup_key', 'like', `${OF_PROGRAMS}%`)
}

/** The id of the message that was posted under this key, if one was. */
export async function messageByDedupKey(q: Query, key: string): Promise<string | undefined> {
  return (await q.selectFrom('messages').select('id').where('dedup_key', '=', key).executeTakeFirst())?.id
}

/**
 * Ids of a ticket's messages that wait for an agent, oldest first: those neither sent nor kept as a note, and those whose
 * mail failed for good.
 */
export async function messagesToSettle(q: Query, ticketId: string, limit = 15): Promise<string[]> {
  const failed = q
    .selectFrom('deliveries')
    .innerJoin('threads', 'threads.id', 'deliveries.thread_id')
    .select('deliveries.message_id')
    .where('deliveries.ticket_id', '=', ticketId)
    .where('threads.side', '=', 'customer')
    .where('deliveries.state', 'in', ['failed', 'bounced'])
  const rows = await q
    .selectFrom('messages')
    .select('id')
    .where('ticket_id', '=', ticketId)
    .where('deleted_at', 'is', null)
    .where(e => e.or([e('visibility', '=', 'undecided'), e('id', 'in', failed as never)]))
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map(r => r.id)
}

/** The address that the customer's own newest mail came from, automatic and doubtful ones left out; null before any. */
export async function wroteFrom(q: Query, ticketId: string): Promise<string | null> {
  const row = await q
    .selectFrom('messages')
    .select('author_address')
    .where('ticket_id', '=', ticketId)
    .where('author_kind', '=', 'customer')
    .where('automatic', 'is', null)
    .where('doubt', 'is', null)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.author_address ?? null
}

/** The newest messages that came in from outside, newest first: who wrote them, and why they belong to this ticket. */
export function matchesOf(q: Query, ticketId: string, limit = 5) {
  return q
    .selectFrom('messages')
    .select(['id', 'author_name', 'author_address', 'matched_by', 'automatic', 'kind', 'doubt', 'created_at'])
    .where('ticket_id', '=', ticketId)
    .where('matched_by', 'is not', null)
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
}
