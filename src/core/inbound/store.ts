import { prepared, slotsOf } from '../../db/prepared.ts'
import type { InboundRow } from '../../db/schema.ts'
import type { Tx } from '../../db/store.ts'
import { newId } from '../../lib/id.ts'
import { DESK } from '../threads.ts'

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

/** The channel learnt more of how an arrival came; that stays with it. */
export async function noteEnvelope(tx: Tx, row: InboundRow, envelope: object): Promise<void> {
  const text = JSON.stringify(envelope)
  if (text !== row.envelope)
    await tx.q.updateTable('inbound').set({ envelope: text }).where('id', '=', row.id).execute()
}

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
