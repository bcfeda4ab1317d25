import { dropEntry, putEntry } from '../../db/full-text.ts'
import { prepared } from '../../db/prepared.ts'
import type { Query, Store, Tx } from '../../db/store.ts'
import { facetsOf } from './facets.ts'
import { isStale, markStale, takeStale } from './stale.ts'

/** Asks with all in the index that changed until now, short of a flood of changes, the rest of which follows in a moment. */
export async function searching<T>(store: Store, ask: (q: Query) => Promise<T>): Promise<T> {
  if (await store.read(isStale)) await store.claim(tx => enterStale(tx, MOST_WAITED_FOR))
  return store.read(ask)
}

const MOST_WAITED_FOR = 200 // tickets: some 40 ms

/**
 * Writes up to `limit` entries anew, in the order of their tickets as far as can be: the index writes itself down whenever
 * one comes that is older than the last. Returns how many there were.
 */
export async function enterStale(tx: Tx, limit: number): Promise<number> {
  const taken = await takeStale(tx, limit)
  for (const id of taken) await enter(tx.q, id)
  return taken.length
}

const MOST_TEXT = 100_000 // characters of a ticket that it is found by: its beginning and the newest
const MOST_MESSAGES = 1_000

/** Only what is at the desk can be found: a chat's thousands, which nobody answered, are looked for in the chat. */
async function enter(q: Query, ticketId: string): Promise<void> {
  const [t] = (await selectTicket(q, { ticketId })).rows
  const [known] = (await selectDoc(q, { ticketId })).rows
  if (!t || t.deleted_at !== null) {
    if (known) await dropEntry(q, known.seq)
    return
  }
  if (t.general_at === null) return
  const [entry] = known ? [known] : (await insertDoc(q, { ticketId })).rows
  const head = [t.identifier, t.subject, t.customer_name, t.search, t.company ?? '']
  await putEntry(q, entry?.seq as number, [...head, await textsOf(q, ticketId)].join('\n'), await facetsOf(q, t))
}

/** All that was written, the newest first; of more than can be kept the beginning of the ticket stays. */
async function textsOf(q: Query, ticketId: string): Promise<string> {
  const texts = (await selectTexts(q, { ticketId })).rows.map(m => m.text)
  const all = texts.join('\n')
  if (all.length <= MOST_TEXT) return all
  const first = (texts.at(-1) ?? '').slice(0, MOST_TEXT / 4)
  return `${all.slice(0, MOST_TEXT - first.length)}\n${first}`
}

const selectTicket = prepared((q, v: { ticketId: string }) =>
  q
    .selectFrom('tickets as t')
    .innerJoin('customers as c', 'c.id', 't.customer_id')
    .leftJoin('accounts as a', 'a.id', 'c.account_id')
    .leftJoin('threads as h', j =>
      j.onRef('h.ticket_id', '=', 't.id').on('h.side', '=', 'customer').on('h.ended_at', 'is', null),
    )
    .selectAll('t')
    .select(['c.name as customer_name', 'c.search', 'a.name as company', 'h.channel'])
    .where('t.id', '=', v.ticketId),
)

const selectDoc = prepared((q, v: { ticketId: string }) =>
  q.selectFrom('ticket_docs').select('seq').where('ticket_id', '=', v.ticketId),
)

const insertDoc = prepared((q, v: { ticketId: string }) =>
  q.insertInto('ticket_docs').values({ ticket_id: v.ticketId }).returning('seq'),
)

const selectTexts = prepared((q, v: { ticketId: string }) =>
  q
    .selectFrom('messages')
    .select('text')
    .where('ticket_id', '=', v.ticketId)
    .where('deleted_at', 'is', null)
    .orderBy('id', 'desc')
    .limit(MOST_MESSAGES),
)

/**
 * Enters up to `limit` of the tickets that were there before the index was, the newest first. Returns how many are left,
 * roughly; 0 once all can be found.
 */
export async function enterBacklog(tx: Tx, limit: number): Promise<number> {
  const state = await tx.q.selectFrom('settings').select('value').where('name', '=', BACKLOG).executeTakeFirst()
  if (!state) return 0
  const rows = await tx.q
    .selectFrom('ticket_docs')
    .select(['seq', 'ticket_id'])
    .where('seq', '<', Number(state.value))
    .orderBy('seq', 'desc')
    .limit(limit)
    .execute()
  // by way of a mark, as all others: who changes one of them meanwhile waits, and is entered after it
  for (const { ticket_id: ticketId } of rows.toReversed()) await markStale(tx.q, { ticketId, now: tx.now })
  await enterStale(tx, limit)
  const last = rows.at(-1)
  if (last && rows.length === limit) {
    const value = String(last.seq)
    await tx.q.updateTable('settings').set({ value }).where('name', '=', BACKLOG).execute()
    return last.seq
  }
  await tx.q.deleteFrom('settings').where('name', '=', BACKLOG).execute()
  return 0
}

/** Whether older tickets cannot be found yet. */
export async function isBacklog(q: Query): Promise<boolean> {
  return (await q.selectFrom('settings').select('name').where('name', '=', BACKLOG).executeTakeFirst()) !== undefined
}

const BACKLOG = 'find_backlog'
