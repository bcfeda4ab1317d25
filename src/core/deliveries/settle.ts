import { prepared } from '../../db/prepared.ts'
import type { Tx } from '../../db/store.ts'
import { overture, record } from '../events.ts'
import type { Letter, Outcome } from '../letter.ts'
import { markSenderWorking } from '../senders.ts'
import { suppress } from '../suppressions.ts'
import { learnKey } from '../threads.ts'
import { redrawCard, redrawMessage } from './redraw.ts'

const GIVE_UP_MS = 48 * 3_600_000

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

/** The desk sees what became of a mail: on the card, and on the message itself. */
async function show(tx: Tx, letter: Letter): Promise<void> {
  await redrawCard(tx, letter.ticket.id)
  if (letter.message && !letter.message.opening) await redrawMessage(tx, letter.message.id)
}
