import { type Expression, type ExpressionBuilder, type RawBuilder, type SqlBool, sql } from 'kysely'
import { prepared, slotsOf } from '../db/prepared.ts'
import type { DeliveryRow, Schema, ThreadRow } from '../db/schema.ts'
import type { Query, Store, Tx } from '../db/store.ts'
import { newId } from '../lib/id.ts'
import { overture, record } from './events.ts'
import type { Letter, Outcome } from './letter.ts'
import { markSenderWorking, senderById } from './senders.ts'
import { suppress } from './suppressions.ts'
import { learnKey } from './threads.ts'
import { mintMessageId } from './tokens.ts'

/** A card that changes again within this time is drawn once. */
const REDRAW_MS = 300
/** For how long a claim keeps others away (ms). Whoever carries longer extends it; who dies is not waited for long. */
export const LEASE_MS = 15_000
const GIVE_UP_MS = 48 * 3_600_000

/**
 * Queues a message for one thread, in the transaction of its cause. To a customer it is held for `holdMs` first, and the
 * id that their mail program will know it by is fixed now, so that no answer can come before we know it.
 */
export async function queueDelivery(
  tx: Tx,
  message: { id: string; ticketId: string },
  thread: ThreadRow,
  options: { holdMs?: number; senderId?: string | null } = {},
): Promise<string> {
  const id = newId()
  const toCustomer = thread.side === 'customer'
  const key = toCustomer && options.senderId ? mintMessageId(tx.key, id, await domainOf(tx.q, options.senderId)) : null
  const hold = options.holdMs ?? 0
  await insert(tx, {
    id,
    kind: 'message',
    thread,
    message,
    key,
    state: hold > 0 ? 'held' : 'queued',
    due_at: tx.now + hold,
  })
  if (key) {
    await learnKey(tx, { channel: thread.channel, key, threadId: thread.id, messageId: message.id })
    if (thread.root === null) {
      await tx.q
        .updateTable('threads')
        .set({ root: key })
        .where('id', '=', thread.id)
        .where('root', 'is', null)
        .execute()
      thread.root = key
    }
  }
  return id
}

async function domainOf(q: Query, senderId: string): Promise<string> {
  const { address } = await senderById(q, senderId)
  return address.slice(address.lastIndexOf('@') + 1)
}

/** The card of a new ticket: the letter that begins its thread at the desk. */
export async function queueCard(tx: Tx, ticketId: string, thread: ThreadRow): Promise<void> {
  const message = { id: null, ticketId }
  await insert(tx, { id: newId(), kind: 'card', thread, message, key: null, state: 'queued', due_at: tx.now })
}

async function insert(
  tx: Tx,
  d: Pick<DeliveryRow, 'id' | 'kind' | 'key' | 'state' | 'due_at'> & {
    thread: ThreadRow
    message: { id: string | null; ticketId: string }
  },
): Promise<void> {
  await insertDelivery(tx.q, {
    id: d.id,
    kind: d.kind,
    thread_id: d.thread.id,
    message_id: d.message.id,
    channel: d.thread.channel,
    ticket_id: d.message.ticketId,
    state: d.state,
    key: d.key,
    external_id: null,
    version: 1,
    attempts: 0,
    due_at: d.due_at,
    created_at: tx.now,
    sent_at: null,
    reason: null,
  })
  tx.wake('outbox')
}

const insertDelivery = prepared((q, row: DeliveryRow) => q.insertInto('deliveries').values(slotsOf(row, COLUMNS)))
const COLUMNS = [
  'id',
  'kind',
  'thread_id',
  'message_id',
  'channel',
  'ticket_id',
  'state',
  'key',
  'external_id',
  'version',
  'attempts',
  'due_at',
  'created_at',
  'sent_at',
  'reason',
] as const

/** The tickets whose card a transaction has asked for already; once is enough, since nobody draws before it commits. */
const redrawn = new WeakMap<Tx, Set<string>>()

/** Has the ticket's card drawn anew, whole, soon; several changes within a moment are drawn once. */
export async function redrawCard(tx: Tx, ticketId: string): Promise<void> {
  const drawn = redrawn.get(tx) ?? new Set()
  if (drawn.has(ticketId)) return
  redrawn.set(tx, drawn.add(ticketId))
  await redraw(tx, e => e.and([e('ticket_id', '=', ticketId), e('kind', '=', 'card')]))
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

export async function redrawCardsOfTeam(tx: Tx, teamId: string): Promise<void> {
  const open = tx.q.selectFrom('tickets').select('id').where('team_id', '=', teamId).where('closed_at', 'is', null)
  await redraw(tx, e => e.and([e('kind', '=', 'card'), e('ticket_id', 'in', open)]))
}

async function redraw(
  tx: Tx,
  which: (e: ExpressionBuilder<Schema, 'deliveries'>) => Expression<SqlBool>,
): Promise<void> {
  await tx.q
    .updateTable('deliveries')
    .set(e => ({
      version: e('version', '+', 1),
      // one that is on its way is carried again once it settles, since its version is then behind
      due_at: e
        .case()
        .when('state', 'in', ['sent', 'failed'])
        .then(tx.now + REDRAW_MS)
        .else(e.ref('due_at'))
        .end(),
      attempts: e.case().when('state', 'in', ['sent', 'failed']).then(0).else(e.ref('attempts')).end(),
      state: 'queued' as const,
    }))
    .where('state', 'in', ['queued', 'sent', 'failed'])
    .where(which)
    .execute()
  tx.wake('outbox')
}

/** A mark for a message that came from this thread, drawn by the message's state. One a message. */
export async function queueMark(tx: Tx, message: { id: string; ticketId: string }, thread: ThreadRow): Promise<void> {
  await insert(tx, { id: newId(), kind: 'mark', thread, message, key: null, state: 'queued', due_at: tx.now })
}

/** Held or queued, in the very words of the partial indexes: with parameters in their place SQLite would not use them. */
function waiting(table: string): RawBuilder<SqlBool> {
  return sql<SqlBool>`${sql.ref(`${table}.state`)} in ('held', 'queued')`
}

/**
 * Takes up to `limit` due deliveries, the oldest of each thread only, so that no message overtakes another; a thread's
 * card goes first. They are due again when the lease runs out. `by` narrows it to one channel, `notTo` leaves places out.
 */
export async function claimDeliveries(
  tx: Tx,
  limit: number,
  { by, notTo = [] }: { by?: string; notTo?: string[] } = {},
): Promise<DeliveryRow[]> {
  const now = tx.now
  const ids =
    by && !notTo.length
      ? (await selectDueBy(tx.q, { by, now, limit })).rows
      : await dueFor(tx.q, { now, limit })
          .$if(by !== undefined, w => w.where('d.channel', '=', by as string))
          .$if(notTo.length > 0, w => w.where('t.place', 'not in', notTo))
          .execute()
  if (!ids.length) return []
  const rows = await tx.q
    .updateTable('deliveries')
    .set(e => ({ state: 'queued' as const, due_at: tx.now + LEASE_MS, attempts: e('attempts', '+', 1) }))
    .where(
      'id',
      'in',
      ids.map(d => d.id),
    )
    .where(waiting('deliveries'))
    .where('due_at', '<=', tx.now) // another process may have been faster
    .returningAll()
    .execute()
  return (await withoutDeleted(tx, rows)).sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** A message that was deleted while its mail waited for another try is not mailed any more. */
async function withoutDeleted(tx: Tx, rows: DeliveryRow[]): Promise<DeliveryRow[]> {
  const mails = rows.flatMap(r => (r.key !== null && r.message_id ? [r.message_id] : []))
  if (!mails.length) return rows
  const found = await tx.q
    .selectFrom('messages')
    .select('id')
    .where('id', 'in', mails)
    .where('deleted_at', 'is not', null)
    .execute()
  const deleted = new Set(found.map(m => m.id))
  const withdrawn = rows.filter(r => r.key !== null && deleted.has(r.message_id ?? ''))
  for (const row of withdrawn) {
    await tx.q.updateTable('deliveries').set({ state: 'cancelled' }).where('id', '=', row.id).execute()
    await redrawCard(tx, row.ticket_id)
  }
  return rows.filter(r => !withdrawn.includes(r))
}

function dueFor(q: Query, v: { now: number; limit: number }) {
  return q
    .selectFrom('deliveries as d')
    .innerJoin('threads as t', 't.id', 'd.thread_id')
    .select('d.id')
    .where(waiting('d'))
    .where('d.due_at', '<=', v.now)
    .where(e =>
      e.or([
        e('d.kind', '=', 'card'),
        e.and([
          e('t.root', 'is not', null),
          e.not(
            e.exists(
              e
                .selectFrom('deliveries as older')
                .select('older.id')
                .whereRef('older.thread_id', '=', 'd.thread_id')
                .whereRef('older.id', '<', 'd.id')
                .where('older.kind', '=', 'message')
                .where(waiting('older')),
            ),
          ),
        ]),
      ]),
    )
    .orderBy('d.due_at')
    .orderBy('d.id')
    .limit(v.limit)
}

const selectDueBy = prepared((q, v: { by: string; now: number; limit: number }) =>
  dueFor(q, v).where('d.channel', '=', v.by),
)

/** Keeps others away from letters that are still being carried. */
export async function extendLeases(tx: Tx, ids: string[]): Promise<void> {
  await tx.q
    .updateTable('deliveries')
    .set({ due_at: tx.now + LEASE_MS })
    .where('id', 'in', ids)
    .where('state', '=', 'queued')
    .execute()
}

/** All that is queued is due now: at a start, when nobody else can be carrying it. What is held stays held. */
export async function releaseLeases(tx: Tx): Promise<void> {
  await tx.q
    .updateTable('deliveries')
    .set({ due_at: tx.now })
    .where(waiting('deliveries'))
    .where('state', '=', 'queued')
    .where('due_at', '>', tx.now)
    .execute()
}

/** When the next delivery is due (ms UTC), of those that are not due yet at `after`, or null when there is none. */
export async function nextDeliveryDue(store: Store, after = 0): Promise<number | null> {
  const { rows } = await store.read(q => selectNextDue(q, { after }))
  return rows[0]?.at ?? null
}

const selectNextDue = prepared((q, v: { after: number }) =>
  q
    .selectFrom('deliveries')
    .select(e => e.fn.min('due_at').as('at'))
    .where(waiting('deliveries'))
    .where('due_at', '>', v.after),
)

/** Writes down what became of a letter. Twice the same changes nothing. */
export async function settle(tx: Tx, letter: Letter, outcome: Outcome): Promise<void> {
  if ('sent' in outcome) return settleSent(tx, letter, outcome.sent)
  if ('refused' in outcome) return settleRefused(tx, letter, outcome.refused)
  if (tx.now - letter.createdAt > GIVE_UP_MS && letter.key !== null)
    return settleRefused(tx, letter, { reason: `It could not be delivered for two days: ${outcome.retry.reason}` })
  await tx.q
    .updateTable('deliveries')
    .set({ due_at: tx.now + (outcome.retry.afterMs ?? backOff(letter.attempts)), reason: outcome.retry.reason })
    .where('id', '=', letter.id)
    .where('state', '=', 'queued')
    .execute()
  tx.wake('outbox')
}

/** 1 s, 2 s, 4 s ... 10 min: an outage of seconds is over in seconds, one of hours costs little. */
function backOff(attempts: number): number {
  return Math.min(1_000 * 2 ** (attempts - 1), 600_000)
}

async function settleSent(tx: Tx, letter: Letter, sent: { id: string; root?: string }): Promise<void> {
  const { numAffectedRows } = await markSent(tx.q, {
    id: letter.id,
    version: letter.version,
    externalId: sent.id,
    now: tx.now,
  })
  if (numAffectedRows === 0n) return
  if (letter.key !== null && letter.key !== sent.id) await learnSentKey(tx, letter, sent.id)
  if (sent.root && letter.thread.root === null)
    await tx.q
      .updateTable('threads')
      .set({ root: sent.root })
      .where('id', '=', letter.thread.id)
      .where('root', 'is', null)
      .execute()
  if (letter.thread.side === 'customer') {
    if (letter.ticket.sender?.broken) await markSenderWorking(tx, letter.ticket.sender.id)
    await show(tx, letter)
  }
  tx.wake('outbox')
}

const markSent = prepared((q, v: { id: string; version: number; externalId: string; now: number }) =>
  q
    .updateTable('deliveries')
    .set(e => ({
      // a newer version than the one carried is due at once
      state: e
        .case()
        .when('version', '=', v.version)
        .then('sent' as const)
        .else('queued' as const)
        .end(),
      due_at: v.now,
      external_id: v.externalId,
      sent_at: e.fn.coalesce('sent_at', e.val(v.now)),
      reason: null,
    }))
    .where('id', '=', v.id)
    .where('state', '=', 'queued'),
)

/** Some mail servers put an id of their own in place of ours; answers will then name theirs. */
async function learnSentKey(tx: Tx, letter: Letter, key: string): Promise<void> {
  await learnKey(tx, {
    channel: letter.channel,
    key,
    threadId: letter.thread.id,
    messageId: letter.message?.id ?? null,
  })
}

async function settleRefused(
  tx: Tx,
  letter: Letter,
  refused: { reason: string; broken?: 'sender' | 'place' | 'address' },
): Promise<void> {
  const { numUpdatedRows } = await tx.q
    .updateTable('deliveries')
    .set({ state: 'failed', reason: refused.reason })
    .where('id', '=', letter.id)
    .where('state', '=', 'queued')
    .executeTakeFirst()
  if (numUpdatedRows === 0n || letter.thread.side !== 'customer') return
  if (refused.broken === 'address') await suppress(tx, letter.thread.place, refused.reason, 'smtp')
  await record(tx, letter.ticket.id, 'delivery_failed', overture, undefined, {
    to: letter.thread.place,
    reason: refused.reason,
  })
  await show(tx, letter)
}

/** A mail that was accepted came back. False when no mail of this key was accepted in this thread. */
export async function markBounced(tx: Tx, threadId: string, key: string, reason: string): Promise<boolean> {
  const row = await tx.q
    .updateTable('deliveries')
    .set({ state: 'bounced', reason })
    .where('thread_id', '=', threadId)
    .where('key', '=', key)
    .where('state', '=', 'sent')
    .returning(['ticket_id', 'message_id'])
    .executeTakeFirst()
  if (!row) return false
  await record(tx, row.ticket_id, 'mail_bounced', overture, undefined, { reason })
  await redrawCard(tx, row.ticket_id)
  if (row.message_id) await redrawMessage(tx, row.message_id)
  return true
}

/** The desk sees what became of a mail: on the card, and on the message itself. */
async function show(tx: Tx, letter: Letter): Promise<void> {
  await redrawCard(tx, letter.ticket.id)
  if (letter.message && !letter.message.opening) await redrawMessage(tx, letter.message.id)
}

/** A place can be written to again: what waits for it is due at once. */
export async function releasePlace(tx: Tx, place: string): Promise<void> {
  const there = tx.q.selectFrom('threads').select('id').where('place', '=', place)
  await tx.q
    .updateTable('deliveries')
    .set({ due_at: tx.now })
    .where(waiting('deliveries'))
    .where('state', '=', 'queued')
    .where('thread_id', 'in', there)
    .execute()
  tx.wake('outbox')
}
