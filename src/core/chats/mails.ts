import type { Tx } from '../../db/store.ts'

/** When what is held back with its chat would be due: never, until somebody lets it go. */
const NEVER = Date.UTC(9999, 11, 31)

/** For how long a mail may be in somebody's hands after it was claimed (ms); see deliveries/claim.ts. */
const IN_HAND_MS = 30_000

/** What of a chat waits to be sent stays where it is. One that is being handed over may still arrive. */
export async function holdBack(tx: Tx, chatId: string): Promise<void> {
  await tx.q
    .updateTable('deliveries')
    .set({ state: 'held', due_at: NEVER })
    .where('ticket_id', 'in', onTheirWay(tx, chatId))
    .where('key', 'is not', null)
    .where('state', '=', 'queued')
    .execute()
}

/** What was held back is due at once. */
export async function letGo(tx: Tx, chatId: string): Promise<void> {
  await tx.q
    .updateTable('deliveries')
    .set({ state: 'queued', due_at: tx.now })
    .where('ticket_id', 'in', onTheirWay(tx, chatId))
    .where('state', '=', 'held')
    .where('due_at', '=', NEVER)
    .execute()
  tx.wake('outbox')
}

/** Nothing of a chat is sent any more: neither to those whose turn has not come, nor what waits in the outbox. */
export async function takeBack(tx: Tx, chatId: string): Promise<void> {
  await tx.q
    .updateTable('chat_recipients')
    .set({ state: 'left_out', reason: 'The chat was stopped before.' })
    .where('chat_id', '=', chatId)
    .where('state', '=', 'queued')
    .execute()
  await tx.q
    .updateTable('chat_recipients')
    .set({ step_due_at: null })
    .where('chat_id', '=', chatId)
    .where('step_due_at', 'is not', null)
    .execute()
  await holdBack(tx, chatId)
}

/** Of a stopped chat: what was held back and is in nobody's hands any more never goes. Returns whether that was all. */
export async function cancelHeldBack(tx: Tx, chatId: string, stoppedAt: number): Promise<boolean> {
  if (tx.now - stoppedAt < IN_HAND_MS) return (await anyOnTheirWay(tx, chatId)) === false
  await tx.q
    .updateTable('deliveries')
    .set({ state: 'cancelled', reason: 'The chat was stopped before.' })
    .where('ticket_id', 'in', onTheirWay(tx, chatId))
    .where('state', '=', 'held')
    .execute()
  await tx.q
    .updateTable('chat_recipients')
    .set({ state: 'left_out', reason: 'The chat was stopped before.' })
    .where('chat_id', '=', chatId)
    .where('state', '=', 'sending')
    .execute()
  return true
}

async function anyOnTheirWay(tx: Tx, chatId: string): Promise<boolean> {
  const row = await tx.q
    .selectFrom('chat_recipients')
    .select('id')
    .where('chat_id', '=', chatId)
    .where('state', '=', 'sending')
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

function onTheirWay(tx: Tx, chatId: string) {
  return tx.q
    .selectFrom('chat_recipients')
    .select('ticket_id')
    .where('chat_id', '=', chatId)
    .where('state', '=', 'sending')
    .where('ticket_id', 'is not', null)
    .$castTo<{ ticket_id: string }>()
}
