import type { ThreadRow } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { queueDelivery } from '../deliveries/queue.ts'
import { threadsOf } from '../threads.ts'

/** What came in, or was said, while the desk was not to see it goes into the ticket's thread there; its opening is on the card. */
export async function showUnseen(tx: Tx, ticketId: string): Promise<void> {
  const desk = await deskOf(tx.q, ticketId)
  if (!desk) return
  for (const { id } of await unseenIn(tx.q, ticketId, desk)) await queueDelivery(tx, { id, ticketId }, desk)
}

/** The same for these alone, oldest first, such as those that came over from another ticket. */
export async function showNewest(tx: Tx, ticketId: string, ids: string[]): Promise<void> {
  const desk = await deskOf(tx.q, ticketId)
  if (!desk || !ids.length) return
  for (const { id } of await unseenIn(tx.q, ticketId, desk, ids)) await queueDelivery(tx, { id, ticketId }, desk)
}

async function deskOf(q: Query, ticketId: string): Promise<ThreadRow | undefined> {
  return (await threadsOf(q, ticketId)).find(t => t.side === 'desk')
}

function unseenIn(q: Query, ticketId: string, desk: ThreadRow, ids?: string[]): Promise<{ id: string }[]> {
  return q
    .selectFrom('messages as m')
    .leftJoin('deliveries as d', j => j.onRef('d.message_id', '=', 'm.id').on('d.thread_id', '=', desk.id))
    .select('m.id')
    .where('m.ticket_id', '=', ticketId)
    .$if(ids !== undefined, w => w.where('m.id', 'in', ids as string[]))
    .where('m.opening', '=', 0)
    .where('m.deleted_at', 'is', null)
    .where('d.id', 'is', null)
    .where(e => e.or([e('m.from_thread_id', 'is', null), e('m.from_thread_id', '!=', desk.id)]))
    .orderBy('m.id')
    .execute()
}
