import { prepared, slotsOf } from '../../db/prepared.ts'
import type { InboundRow, InboundState } from '../../db/schema.ts'
import type { Tx } from '../../db/store.ts'
import { DESK } from '../threads.ts'
import { type NewInbound, storeInbound } from './store.ts'

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
