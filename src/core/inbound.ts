import { type SqlBool, sql } from 'kysely'
import { prepared, preparedFor, slotsOf } from '../db/prepared.ts'
import type { InboundRow, InboundState } from '../db/schema.ts'
import type { Query, Store, Tx } from '../db/store.ts'
import { newId } from '../lib/id.ts'
import { DESK } from './threads.ts'

export interface NewInbound {
  channel: string
  key: string // the same key again is the same arrival
  raw: Buffer
  envelope?: object // the channel's own facts about how it came
}

/**
 * Stores what came in, before it is understood; afterwards it may be acknowledged. Returns false when the same key was
 * stored before, which is as good: the first one stands.
 */
export async function storeInbound(tx: Tx, arrival: NewInbound): Promise<boolean> {
  const isNew = await insert(tx, arrival, { state: 'pending', settled_at: null })
  tx.wake('inbox')
  return isNew
}

/**
 * Whether something comes from the desk for the first time that may come in twice and is done at once, such as a submitted
 * form; from now on it is known. Who asks while another does it waits for the other.
 */
export function isFirstTime(tx: Tx, key: string): Promise<boolean> {
  return insert(tx, { channel: DESK, key, raw: Buffer.alloc(0) }, { state: 'recorded', settled_at: tx.now })
}

async function insert(
  tx: Tx,
  { channel, key, raw, envelope = {} }: NewInbound,
  is: Pick<InboundRow, 'state' | 'settled_at'>,
): Promise<boolean> {
  const { numAffectedRows } = await insertInbound(tx.q, {
    id: newId(),
    channel,
    key,
    raw,
    envelope: JSON.stringify(envelope),
    ...is,
    reason: null,
    attempts: 0,
    due_at: tx.now,
    received_at: tx.now,
    message_id: null,
    about: null,
    team_id: null,
    kind: null,
    rule: null,
    dropped_at: null,
    from_address: null,
    passed_at: null,
    banned_by: null,
    ticket_id: null,
    given_by: null,
  })
  return numAffectedRows > 0n
}

const insertInbound = prepared((q, row: InboundRow) =>
  q
    .insertInto('inbound')
    .values(slotsOf(row, COLUMNS))
    .onConflict(c => c.columns(['channel', 'key']).doNothing()),
)
const COLUMNS = [
  'id',
  'channel',
  'key',
  'raw',
  'envelope',
  'state',
  'reason',
  'attempts',
  'due_at',
  'received_at',
  'settled_at',
  'message_id',
  'about',
  'team_id',
  'kind',
  'rule',
  'dropped_at',
  'from_address',
  'passed_at',
  'banned_by',
  'ticket_id',
  'given_by',
] as const

/** What came in by a channel since a moment (ms UTC), oldest first. */
export function inboundSince(q: Query, channel: string, since: number): Promise<Pick<InboundRow, 'id' | 'raw'>[]> {
  return q
    .selectFrom('inbound')
    .select(['id', 'raw'])
    .where('channel', '=', channel)
    .where('received_at', '>=', since)
    .orderBy('id')
    .limit(1_000)
    .execute()
}

/** Stores what came in but cannot be understood, where people see it. False when the same key was stored before. */
export async function storeSetAside(
  tx: Tx,
  arrival: NewInbound,
  why: { reason: string; about: About },
): Promise<boolean> {
  if (!(await storeInbound(tx, arrival))) return false
  const row = await tx.q
    .selectFrom('inbound')
    .select('id')
    .where('channel', '=', arrival.channel)
    .where('key', '=', arrival.key)
    .executeTakeFirstOrThrow()
  await settleInbound(tx, row.id, { state: 'quarantined', ...why })
  return true
}

/** In the very words of the partial index: with a parameter in its place SQLite would not use it. */
const pending = sql<SqlBool>`state = 'pending'`

/** For how long a claim keeps others away (ms). */
export const INBOUND_LEASE_MS = 15_000

/** Takes up to `limit` arrivals that are due, oldest first; nobody else gets them before the lease runs out. */
export async function claimInbound(tx: Tx, limit: number): Promise<InboundRow[]> {
  const now = tx.now
  const due = (await selectDue(tx.q, { now, limit })).rows
  if (!due.length) return []
  const rows = await lease(
    tx.q,
    due.map(d => d.id),
    { now, until: now + INBOUND_LEASE_MS },
  )
  return rows.sort((a, b) => (a.id < b.id ? -1 : 1))
}

const selectDue = prepared((q, v: { now: number; limit: number }) =>
  q
    .selectFrom('inbound')
    .select('id')
    .where(pending)
    .where('due_at', '<=', v.now)
    .orderBy('due_at')
    .orderBy('id')
    .limit(v.limit),
)

const lease = preparedFor((q, ids, v: { now: number; until: number }) =>
  q
    .updateTable('inbound')
    .set(e => ({ due_at: v.until, attempts: e('attempts', '+', 1) }))
    .where('id', 'in', ids)
    .where(pending)
    .where('due_at', '<=', v.now)
    .returningAll(),
)

/** Keeps others away from arrivals that are still being understood. */
export async function extendInboundLeases(tx: Tx, ids: string[]): Promise<void> {
  await tx.q
    .updateTable('inbound')
    .set({ due_at: tx.now + INBOUND_LEASE_MS })
    .where('id', 'in', ids)
    .where(pending)
    .execute()
}

/** All that is pending is due now: at a start, when nobody else can be at it. */
export async function releaseInboundLeases(tx: Tx): Promise<void> {
  await tx.q.updateTable('inbound').set({ due_at: tx.now }).where(pending).where('due_at', '>', tx.now).execute()
}

/** What the tray shows of a mail that belongs nowhere. */
export interface About {
  from: string
  subject: string
  text: string
}

/** What makes an arrival that was settled pending again, as if it had just come in. */
export function pendingAgain(tx: Tx) {
  return { state: 'pending' as const, attempts: 0, due_at: tx.now, settled_at: null, reason: null }
}

/** Ends an arrival: recorded as a message, or put aside with the reason. A second settling changes nothing. */
export async function settleInbound(
  tx: Tx,
  id: string,
  to: {
    state: Exclude<InboundState, 'pending'>
    reason?: string
    messageId?: string
    about?: About
    kind?: string
    rule?: string
    from?: string
  },
): Promise<void> {
  await markSettled(tx.q, {
    id,
    state: to.state,
    reason: to.reason ?? null,
    message_id: to.messageId ?? null,
    about: to.about ? JSON.stringify(to.about) : null,
    kind: to.kind ?? null,
    rule: to.rule ?? null,
    from_address: to.from ?? null,
    settled_at: tx.now,
  })
}

type Settled = 'state' | 'reason' | 'message_id' | 'about' | 'settled_at' | 'kind' | 'rule' | 'from_address'
const markSettled = prepared((q, v: Pick<InboundRow, 'id' | Settled>) =>
  q
    .updateTable('inbound')
    .set(slotsOf(v, ['state', 'reason', 'message_id', 'about', 'settled_at', 'kind', 'rule', 'from_address']))
    .where('id', '=', v.id)
    .where('state', '=', 'pending'),
)

/** The channel learnt more of how an arrival came; that stays with it. */
export async function noteEnvelope(tx: Tx, row: InboundRow, envelope: object): Promise<void> {
  const text = JSON.stringify(envelope)
  if (text !== row.envelope)
    await tx.q.updateTable('inbound').set({ envelope: text }).where('id', '=', row.id).execute()
}

/** By then (about two minutes) whoever waits for an arrival is told, and a mail is put aside. */
export const MOST_ATTEMPTS = 8
/** What comes from the desk is understood with Slack's help, and Slack may be away for hours. */
const DESK_PATIENCE_MS = 24 * 3_600_000

/** Puts a failed arrival off (1 s, 2 s, 4 s ... 1 min), or aside: a mail after eight tries, one of the desk after a day. */
export async function postponeInbound(tx: Tx, row: InboundRow, reason: string): Promise<'later' | 'quarantined'> {
  const isPatient = row.channel === DESK && tx.now - row.received_at < DESK_PATIENCE_MS
  if (row.attempts >= MOST_ATTEMPTS && !isPatient) {
    await settleInbound(tx, row.id, { state: 'quarantined', reason })
    return 'quarantined'
  }
  const wait = Math.min(1_000 * 2 ** (row.attempts - 1), 60_000)
  await tx.q
    .updateTable('inbound')
    .set({ due_at: tx.now + wait, reason })
    .where('id', '=', row.id)
    .execute()
  return 'later'
}

/** When the next pending arrival is due (ms UTC), or null when there is none. */
export async function nextInboundDue(store: Store): Promise<number | null> {
  const { rows } = await store.read(q => selectNextDue(q, {}))
  return rows[0]?.at ?? null
}

const selectNextDue = prepared(q =>
  q
    .selectFrom('inbound')
    .select(e => e.fn.min('due_at').as('at'))
    .where(pending),
)

const KEEP_DESK_EVENTS_MS = 3 * 24 * 3_600_000

/** Forgets events of the desk that were acted on days ago; Slack delivers none again so late. Mails are kept. */
export async function pruneInbound(tx: Tx): Promise<void> {
  await tx.q
    .deleteFrom('inbound')
    .where('channel', '=', DESK)
    .where('state', 'in', ['recorded', 'ignored'])
    .where('received_at', '<', tx.now - KEEP_DESK_EVENTS_MS)
    .execute()
}

/** When the newest arrival of a channel came in (ms UTC), or null when none did. */
export async function lastInboundAt(q: Query, channel: string): Promise<number | null> {
  const row = await q
    .selectFrom('inbound')
    .select(e => e.fn.max('received_at').as('at'))
    .where('channel', '=', channel)
    .executeTakeFirst()
  return row?.at ?? null
}
