import type { Query, Tx } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'
import { readAddress } from '../addresses.ts'
import { copiesBy } from '../copies.ts'
import { redrawCard, redrawMessage } from '../deliveries/redraw.ts'
import type { Actor } from '../events.ts'
import { refuseUnlessSends } from '../permissions/may.ts'
import { threadOf } from '../threads.ts'
import { moveThread } from '../tickets/address.ts'
import { ticketById } from '../tickets/find.ts'
import type { CopiesWanted } from '../view.ts'
import { messageById } from './find.ts'
import { queueToCustomers } from './mail.ts'

/**
 * Sends a message again that failed for good, to the address given, which from now on is the ticket's. Throws a Problem
 * under `customer` for an address that is none or is suppressed, and when the message is not a failed one.
 */
export async function resendMessage(tx: Tx, id: string, typed: string, actor: Actor): Promise<void> {
  const { address } = readAddress(typed)
  const m = await messageById(tx.q, id)
  await refuseUnlessSends(tx.q, actor, await ticketById(tx.q, m.ticket_id))
  const thread = await threadOf(tx.q, m.ticket_id, 'customer')
  const copies = await copiesNotSent(tx.q, id)
  const failed = await tx.q
    .updateTable('deliveries')
    .set({ state: 'cancelled' })
    .where('message_id', '=', id)
    .where('key', 'is not', null) // in whatever thread: the ticket may have been merged since
    .where('state', 'in', ['failed', 'bounced'])
    .executeTakeFirst()
  if (failed.numUpdatedRows === 0n) throw new Problem('conflict', 'This message was sent again already.')
  if (address !== thread.place) await moveThread(tx, thread, address, actor)
  const to = { ...thread, place: address }
  await queueToCustomers(tx, [{ id, ticketId: m.ticket_id, author: actor, ...copies, thread: to }])
  await redrawMessage(tx, id)
  await redrawCard(tx, m.ticket_id)
}

/** Who was to have a copy of a mail that was refused, and is not done with; of one that came back they have theirs. */
async function copiesNotSent(q: Query, messageId: string): Promise<Required<CopiesWanted>> {
  const failed = await q
    .selectFrom('deliveries')
    .select(['copies', 'blind', 'handed'])
    .where('message_id', '=', messageId)
    .where('state', '=', 'failed')
    .where('copies', 'is not', null)
    .executeTakeFirst()
  const handed: string[] = JSON.parse(failed?.handed ?? '[]')
  const { copyTo, blindTo } = copiesBy(failed ? [failed] : [])
  const isLeft = (address: string) => !handed.includes(address)
  return { copyTo: copyTo.filter(isLeft), blindTo: blindTo.filter(isLeft) }
}
