import type { Query, Tx } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'
import { readAddress } from '../addresses.ts'
import { type CustomerView, customerById, customerFor } from '../customers.ts'
import { redrawCard } from '../deliveries/redraw.ts'
import { refuseForgotten } from '../erase/forgotten.ts'
import { type Actor, record } from '../events.ts'
import { postNotice } from '../messages/notice.ts'
import { isOwnAddress } from '../senders/find.ts'
import { refuseUnreachable } from '../suppressions.ts'
import { beginThreads, endThread, MAIL, threadOf } from '../threads.ts'
import { refuseMerged } from './find.ts'
import { lockTicket } from './lock.ts'

/**
 * Makes a ticket another customer's: from now on its mail goes to them, in a thread of their own that knows nothing of the
 * one before. What is queued already goes to whom it was written to, and an answer of the one before still comes in here,
 * as a stranger's. The same customer again changes nothing. Throws a Problem under `customer`.
 */
export async function changeCustomer(
  tx: Tx,
  id: string,
  to: { id: string } | { typed: string },
  actor: Actor,
): Promise<void> {
  const ticket = await lockTicket(tx, id, actor)
  await refuseMerged(tx.q, ticket, 'customer')
  const customer = await customerIn(tx, to, ticket.published_at !== null)
  if (customer.id === ticket.customer_id) return
  const before = await customerById(tx.q, ticket.customer_id)
  const old = await threadOf(tx.q, id, 'customer')
  await endThread(tx, old.id)
  await beginThreads(tx, [{ ticketId: id, channel: MAIL, side: 'customer', place: customer.address }])
  await tx.q.updateTable('tickets').set({ customer_id: customer.id, updated_at: tx.now }).where('id', '=', id).execute()
  const shown = ({ name }: CustomerView, address: string) => (name === address ? address : `${name} <${address}>`)
  await record(
    tx,
    id,
    'customer_changed',
    actor,
    { customer: shown(before, old.place) },
    { customer: shown(customer, customer.address) },
  )
  const waiting = await mailsWaiting(tx.q, old.id)
  const rest = waiting ? ` ${mails(waiting)} that ${waiting === 1 ? 'waits goes' : 'wait go'} to ${old.place}.` : ''
  await postNotice(
    tx,
    id,
    `${actor.name} changed the customer: the next mail goes to ${shown(customer, customer.address)}.${rest}`,
    `customer:${old.id}`,
  )
  await redrawCard(tx, id)
}

async function customerIn(tx: Tx, to: { id: string } | { typed: string }, isPublic: boolean): Promise<CustomerView> {
  if ('id' in to) {
    const known = await customerById(tx.q, to.id)
    await refuseUnfit(tx, known.address, isPublic)
    return known
  }
  const { address, name } = readAddress(to.typed)
  await refuseUnfit(tx, address, isPublic)
  return customerFor(tx, address, name)
}

async function refuseUnfit(tx: Tx, address: string, isPublic: boolean): Promise<void> {
  if (await isOwnAddress(tx.q, address))
    throw new Problem('invalid', `${address} is an address of ours, not a customer's.`, 'customer')
  if (!isPublic) return
  await refuseUnreachable(tx.q, address)
  await refuseForgotten(tx, address)
}

/** How many mails in this thread are not out yet. */
async function mailsWaiting(q: Query, threadId: string): Promise<number> {
  const row = await q
    .selectFrom('deliveries')
    .select(e => e.fn.countAll().as('n'))
    .where('thread_id', '=', threadId)
    .where('key', 'is not', null)
    .where('state', 'in', ['held', 'queued'])
    .executeTakeFirstOrThrow()
  return Number(row.n)
}

function mails(count: number): string {
  return count === 1 ? 'The mail' : `The ${count} mails`
}

/** Where mails of the ticket go that are not out yet. */
export async function waitingFor(q: Query, ticketId: string): Promise<{ count: number; address: string }> {
  const { id, place } = await threadOf(q, ticketId, 'customer')
  return { count: await mailsWaiting(q, id), address: place }
}
