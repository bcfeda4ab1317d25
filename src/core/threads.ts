import { prepared, preparedMany, slotsOf } from '../db/prepared.ts'
import type { KeyRow, Side, ThreadRow } from '../db/schema.ts'
import type { Query, Tx } from '../db/store.ts'
import { newId } from '../lib/id.ts'
import { newThreadToken } from './tokens.ts'

/** Where agents work and where customers are reached. A further channel is a further customer's thread, not a change here. */
export const DESK = 'slack'
export const MAIL = 'email'

export interface NewThread {
  ticketId: string
  channel: string
  side: Side
  place: string
  root?: string
}

/** Begins tickets' presence, each in one place. The root comes later: with the first letter that is carried there. */
export async function beginThreads(tx: Tx, threads: NewThread[]): Promise<ThreadRow[]> {
  const rows = threads.map(thread => ({
    id: newId(),
    ticket_id: thread.ticketId,
    channel: thread.channel,
    side: thread.side,
    place: thread.place,
    root: thread.root ?? null,
    token: newThreadToken(),
    created_at: tx.now,
    ended_at: null,
  }))
  await insertThreads(tx.q, rows)
  return rows
}

const insertThreads = preparedMany((q, rows: ThreadRow[]) =>
  q
    .insertInto('threads')
    .values(
      rows.map(row =>
        slotsOf(row, ['id', 'ticket_id', 'channel', 'side', 'place', 'root', 'token', 'created_at', 'ended_at']),
      ),
    ),
)

/** Where a ticket is followed now. */
export async function threadsOf(q: Query, ticketId: string): Promise<ThreadRow[]> {
  return (await threadsOfAll(q, [ticketId])).get(ticketId) ?? []
}

/** Where tickets are followed, by ticket. */
export async function threadsOfAll(q: Query, ticketIds: string[]): Promise<Map<string, ThreadRow[]>> {
  const { rows } = await selectThreads(
    q,
    ticketIds.map(ticketId => ({ ticketId })),
  )
  const found = new Map<string, ThreadRow[]>()
  for (const row of rows) found.set(row.ticket_id, [...(found.get(row.ticket_id) ?? []), row])
  return found
}

const selectThreads = preparedMany((q, tickets: { ticketId: string }[]) =>
  q
    .selectFrom('threads')
    .selectAll()
    .where(
      'ticket_id',
      'in',
      tickets.map(t => t.ticketId),
    )
    .where('ended_at', 'is', null)
    .orderBy('id'),
)

/** The thread of a ticket on one side; each has one there, beside those that ended. */
export async function threadOf(q: Query, ticketId: string, side: Side): Promise<ThreadRow> {
  return q
    .selectFrom('threads')
    .selectAll()
    .where('ticket_id', '=', ticketId)
    .where('side', '=', side)
    .where('ended_at', 'is', null)
    .orderBy('id')
    .executeTakeFirstOrThrow()
}

/** The ticket is followed elsewhere from now on; what answers this thread still finds it. */
export async function endThread(tx: Tx, id: string): Promise<void> {
  await tx.q.updateTable('threads').set({ ended_at: tx.now }).where('id', '=', id).execute()
}

/** The thread with this root in this place, such as the Slack thread under a card. */
export function threadByRoot(q: Query, channel: string, place: string, root: string): Promise<ThreadRow | undefined> {
  return q
    .selectFrom('threads')
    .selectAll()
    .where('channel', '=', channel)
    .where('place', '=', place)
    .where('root', '=', root)
    .executeTakeFirst()
}

export interface NewKey {
  channel: string
  key: string
  threadId: string
  messageId: string | null
}

/** Remembers by what a far side knows a message, so that what refers to it finds the thread. The first one stands. */
export function learnKey(tx: Tx, entry: NewKey): Promise<void> {
  return learnKeys(tx, [entry])
}

/** The same for many messages. */
export async function learnKeys(tx: Tx, entries: NewKey[]): Promise<void> {
  await insertKeys(
    tx.q,
    entries.map(({ channel, key, threadId, messageId }) => {
      return { channel, key, thread_id: threadId, message_id: messageId, created_at: tx.now }
    }),
  )
}

/** Whether something of a thread is done for the first time, such as an instruction that may come in twice; from now on it is known. */
export async function isFirst(tx: Tx, what: { channel: string; key: string; threadId: string }): Promise<boolean> {
  const { channel, key, threadId } = what
  const row = { channel, key, thread_id: threadId, message_id: null, created_at: tx.now }
  const { numAffectedRows } = await insertKeys(tx.q, [row])
  return (numAffectedRows ?? 0n) > 0n
}

const insertKeys = preparedMany((q, rows: KeyRow[]) =>
  q
    .insertInto('keys')
    .values(rows.map(row => slotsOf(row, ['channel', 'key', 'thread_id', 'message_id', 'created_at'])))
    .onConflict(c => c.columns(['channel', 'key']).doNothing()),
)

/** The message that a far side knows by this key. */
export async function messageByKey(q: Query, channel: string, key: string): Promise<string | null> {
  const [row] = (await selectMessage(q, { channel, key })).rows
  return row?.message_id ?? null
}

const selectMessage = prepared((q, v: { channel: string; key: string }) =>
  q.selectFrom('keys').select('message_id').where('channel', '=', v.channel).where('key', '=', v.key),
)

/** The desk's threads of tickets that are not closed, the most lately changed first. */
export async function openDeskThreads(q: Query, limit: number): Promise<{ place: string; root: string }[]> {
  const newest = q
    .selectFrom('tickets')
    .select(['id', 'updated_at'])
    .where('deleted_at', 'is', null)
    .where('closed_at', 'is', null)
    .orderBy('updated_at', 'desc')
    .limit(limit)
  const rows = await q
    .selectFrom(newest.as('t'))
    .innerJoin('threads', 'threads.ticket_id', 't.id')
    .select(['threads.place', 'threads.root'])
    .where('threads.side', '=', 'desk')
    .where('threads.root', 'is not', null)
    .where('threads.ended_at', 'is', null)
    .orderBy('t.updated_at', 'desc')
    .execute()
  return rows.flatMap(({ place, root }) => (root === null ? [] : [{ place, root }]))
}
