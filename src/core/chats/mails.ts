import type { ExpressionBuilder } from 'kysely'
import type { Schema } from '../../db/schema.ts'
import type { Tx } from '../../db/store.ts'
import { waiting } from '../deliveries/claim.ts'
import { redrawChat } from './redraw.ts'
import { STEP } from './step-key.ts'

/** When what is held back with its chat would be due: never, until somebody lets it go. */
const NEVER = Date.UTC(9999, 11, 31)

/** For how long a mail may be in somebody's hands after it was claimed (ms); see deliveries/claim.ts. */
const IN_HAND_MS = 30_000

/** What of a chat waits to be sent stays where it is. One that is being handed over may still arrive. */
export async function holdBack(tx: Tx, chatId: string): Promise<void> {
  await tx.q
    .updateTable('deliveries')
    .set({ state: 'held', due_at: NEVER })
    .where(waiting('deliveries'))
    .where('state', '=', 'queued')
    .where('key', 'is not', null)
    .where(isOf(chatId))
    .execute()
}

/** What was held back is due at once. */
export async function letGo(tx: Tx, chatId: string): Promise<void> {
  await tx.q
    .updateTable('deliveries')
    .set({ state: 'queued', due_at: tx.now })
    .where(waiting('deliveries'))
    .where('due_at', '=', NEVER)
    .where(isOf(chatId))
    .execute()
  tx.wake('outbox')
}

/** Nothing of a chat is sent any more: neither to those whose turn has not come, nor what waits in the outbox. */
export async function takeBack(tx: Tx, chatId: string): Promise<void> {
  await leaveOut(tx, chatId, 'queued')
  await tx.q
    .updateTable('chat_recipients')
    .set({ step_due_at: null })
    .where('chat_id', '=', chatId)
    .where('step_due_at', 'is not', null)
    .execute()
  await holdBack(tx, chatId)
}

/** Of a stopped chat: what was held back and is in nobody's hands any more never goes. */
export async function cancelHeldBack(tx: Tx, chatId: string, stoppedAt: number): Promise<void> {
  if (tx.now - stoppedAt < IN_HAND_MS) return
  await tx.q
    .updateTable('deliveries')
    .set({ state: 'cancelled', reason: STOPPED })
    .where(waiting('deliveries'))
    .where('due_at', '=', NEVER)
    .where(isOf(chatId))
    .execute()
  if (await leaveOut(tx, chatId, 'sending')) await redrawChat(tx, chatId)
}

const STOPPED = 'The chat was stopped before.'

/** Returns whether anybody was. */
async function leaveOut(tx: Tx, chatId: string, state: 'queued' | 'sending'): Promise<boolean> {
  const { numUpdatedRows } = await tx.q
    .updateTable('chat_recipients')
    .set({ state: 'left_out', reason: STOPPED })
    .where('chat_id', '=', chatId)
    .where('state', '=', state)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** That a delivery is a mail of this chat, its first or a follow-up, and none that an agent wrote to one of its customers. */
function isOf(chatId: string) {
  return (e: ExpressionBuilder<Schema, 'deliveries'>) =>
    e.exists(
      e
        .selectFrom('messages as m')
        .innerJoin('tickets as t', 't.id', 'm.ticket_id')
        .select('m.id')
        .whereRef('m.id', '=', 'deliveries.message_id')
        .where('t.chat_id', '=', chatId)
        .where(w => w.or([w('m.opening', '=', 1), w('m.dedup_key', 'like', `${STEP}%`)])),
    )
}
