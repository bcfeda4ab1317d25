import type { Tx } from '../../db/store.ts'
import { queueDelivery } from '../deliveries/queue.ts'
import { threadsOf } from '../threads.ts'

/** What came in, or was said, while the desk was not to see it goes into the ticket's thread there; its opening is on the card. */
export async function showUnseen(tx: Tx, ticketId: string): Promise<void> {
  const desk = (await threadsOf(tx.q, ticketId)).find(t => t.side === 'desk')
  if (!desk) return
  const unseen = await tx.q
    .selectFrom('messages as m')
    .leftJoin('deliveries as d', j => j.onRef('d.message_id', '=', 'm.id').on('d.thread_id', '=', desk.id))
    .select('m.id')
    .where('m.ticket_id', '=', ticketId)
    .where('m.opening', '=', 0)
    .where('m.deleted_at', 'is', null)
    .where('d.id', 'is', null)
    .where(e => e.or([e('m.from_thread_id', 'is', null), e('m.from_thread_id', '!=', desk.id)]))
    .orderBy('m.id')
    .execute()
  for (const { id } of unseen) await queueDelivery(tx, { id, ticketId }, desk)
}
