import { prepared } from '../../db/prepared.ts'
import type { Tx } from '../../db/store.ts'

/** A card is drawn at most so often (ms). */
export const REDRAW_MS = 3_000

/** Has the chat's card drawn, within a few seconds; many changes are drawn once. A draft has none. */
export async function redrawChat(tx: Tx, chatId: string): Promise<void> {
  const { numAffectedRows } = await setCardDue(tx.q, { chatId, now: tx.now, later: tx.now + REDRAW_MS })
  if (numAffectedRows > 0n) tx.wake('outbox')
}

const setCardDue = prepared((q, v: { chatId: string; now: number; later: number }) =>
  q
    .updateTable('chats')
    .set(e => ({
      card_due_at: e
        .case()
        .when(e.and([e('card_id', 'is', null), e('card_attempts', '=', 0)]))
        .then(e.cast<number>(e.val(v.now), 'bigint')) // PostgreSQL cannot tell
        .else(e.cast<number>(e.val(v.later), 'bigint'))
        .end(),
    }))
    .where('id', '=', v.chatId)
    .where('card_due_at', 'is', null)
    .where('state', '!=', 'draft'),
)
