import type { Tx } from '../../db/store.ts'
import { alert, liftAlert } from '../alerts.ts'

/** Nothing more is sent from it until it works again; its team is told, and the reason is shown where people write. */
export async function markSenderBroken(tx: Tx, id: string, reason: string): Promise<void> {
  const news = await tx.q
    .updateTable('senders')
    .set({ broken_at: tx.now, broken_reason: reason })
    .where('id', '=', id)
    .where('broken_at', 'is', null)
    .returning(['address', 'team_id'])
    .executeTakeFirst()
  if (!news) return
  const text = `Nothing can be sent from ${news.address}. ${reason} Its mail waits and goes out once this is mended, in Set-up or at the mail server.`
  await alert(tx, alertOf(id), text, news.team_id)
}

/** It works (again). */
export async function markSenderWorking(tx: Tx, id: string): Promise<void> {
  const { numUpdatedRows } = await tx.q
    .updateTable('senders')
    .set({ broken_at: null, broken_reason: null })
    .where('id', '=', id)
    .where('broken_at', 'is not', null)
    .executeTakeFirst()
  if (numUpdatedRows > 0n) await liftAlert(tx, alertOf(id), 'It works again, and its mail goes out.')
}

/** The key of what is said when nothing can be sent from it. */
export function alertOf(senderId: string): string {
  return `sender:${senderId}`
}
