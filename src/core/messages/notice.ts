import type { Tx } from '../../db/store.ts'
import { newId } from '../../lib/id.ts'
import { queueDelivery } from '../deliveries/queue.ts'
import { fromText } from '../document.ts'
import { overture } from '../events.ts'
import { touchTicket } from '../find/stale.ts'
import { threadsOf } from '../threads.ts'
import { messageByDedupKey } from './find.ts'
import { insertMessages, rowOf } from './row.ts'

/** A word of Overture's own to the agents, in the ticket's thread, perhaps to one of them; never to the customer. */
export async function postNotice(
  tx: Tx,
  ticketId: string,
  text: string,
  dedupKey?: string,
  calls: string | null = null,
): Promise<string> {
  const known = dedupKey && (await messageByDedupKey(tx.q, dedupKey))
  if (known) return known
  const notice = { ticketId, author: overture, body: fromText(text), visibility: 'note' as const, calls }
  const row = rowOf(tx, newId(), { ...notice, ...(dedupKey && { dedupKey }) }, 'note')
  await insertMessages(tx.q, [row])
  touchTicket(tx, ticketId)
  for (const thread of await threadsOf(tx.q, ticketId))
    if (thread.side === 'desk') await queueDelivery(tx, { id: row.id, ticketId }, thread)
  return row.id
}
