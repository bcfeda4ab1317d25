import type { Tx } from '../../db/store.ts'

/** A card is drawn at most so often (ms). */
export const REDRAW_MS = 3_000

/** Has the chat's card drawn, within a few seconds; many changes are drawn once. A draft has none. */
export async function redrawChat(tx: Tx, chatId: string): Promise<void> {
  const { numUpdatedRows } = await tx.q
    .updateTable('chats')
    .set(e => ({
      card_due_at: e
        .case()
        .when('card_id', 'is', null)
        .then(tx.now)
        .else(tx.now + REDRAW_MS)
        .end(),
    }))
    .where('id', '=', chatId)
    .where('card_due_at', 'is', null)
    .where('state', '!=', 'draft')
    .executeTakeFirst()
  if (numUpdatedRows > 0n) tx.wake('outbox')
}
