import type { ThreadRow } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'
import { addAddress, addressesOf } from '../customers.ts'
import { redrawCard } from '../deliveries/redraw.ts'
import { type Actor, record } from '../events.ts'
import { threadOf } from '../threads.ts'
import { ticketById } from './find.ts'

/**
 * From now on the ticket's mail goes to this address of its customer; what is queued goes where it was sent. Throws a
 * Problem under `to` for an address that is not the customer's.
 */
export async function writeTo(tx: Tx, ticketId: string, address: string, actor: Actor): Promise<void> {
  const thread = await threadOf(tx.q, ticketId, 'customer')
  if (address === thread.place) return
  const { customer_id } = await ticketById(tx.q, ticketId)
  if (!(await addressesOf(tx.q, customer_id)).includes(address))
    throw new Problem('invalid', `${address} is not an address of this customer.`, 'to')
  await moveThread(tx, thread, address, actor)
  await redrawCard(tx, ticketId)
}

/** The thread goes on at another address, which is the customer's from now on unless it is somebody else's. */
export async function moveThread(tx: Tx, thread: ThreadRow, to: string, actor: Actor): Promise<void> {
  await tx.q.updateTable('threads').set({ place: to }).where('id', '=', thread.id).execute()
  const { customer_id } = await ticketById(tx.q, thread.ticket_id)
  await addAddress(tx, customer_id, to)
  await record(tx, thread.ticket_id, 'address_changed', actor, { address: thread.place }, { address: to })
}

/** Where the ticket's customer can be written to: the address that its mail goes to first, then their others. */
export async function addressesFor(q: Query, ticketId: string): Promise<string[]> {
  const { place } = await threadOf(q, ticketId, 'customer')
  const { customer_id } = await ticketById(q, ticketId)
  return [...new Set([place, ...(await addressesOf(q, customer_id))])]
}
