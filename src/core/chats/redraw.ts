import { prepared } from '../../db/prepared.ts'
import type { Tx } from '../../db/store.ts'

/** A card is drawn at most so often (ms). */
export const REDRAW_MS = 3_000

/** Has the chat's card drawn, within a few seconds; many changes are drawn once. A draft has none. */
export async function redrawChat(tx: Tx, chatId: string): Promise<void> {
  const { numAffectedRows } = await setCardDue(tx.q, { chatId, now: tx.now, later: tx.now + REDRAW_MS })
  if (numAffectedRows > 0n) tx.wake('desk')
}

const setCardDue = prepared((q, v: { chatId: string; now: number; later: number }) =>
  q
    .updateTable('chats')
    .set(e => {
      const at = (moment: number) => e.cast<number>(e.val(moment), 'bigint') // PostgreSQL takes what a case gives for text
      return { card_due_at: e.case().when('card_id', 'is', null).then(at(v.now)).else(at(v.later)).end() }
    })
    .where('id', '=', v.chatId)
    .where('card_due_at', 'is', null)
    .where('state', '!=', 'draft'),
)
