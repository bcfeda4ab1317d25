import type { TicketRow } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'
import { customerById } from '../customers.ts'
import { redrawCard } from '../deliveries/redraw.ts'
import { type Actor, record } from '../events.ts'
import { postNotice } from '../messages/notice.ts'
import { showNewest } from '../messages/unseen.ts'
import { threadOf } from '../threads.ts'
import { change } from './change.ts'
import { refuseMerged, ticketById } from './find.ts'
import { lockTicket } from './lock.ts'
import { insertLink } from './relations.ts'

/** What merging two tickets would do, for who is about to. */
export interface MergeOutlook {
  from: { identifier: string; customer: string; address: string }
  into: { identifier: string; customer: string; address: string } // where the next mail goes
  messages: number // that come over
  held: number // mails of `from` that are not out yet, and still go to its customer
  isOtherCustomer: boolean
}

/** Throws a Problem under `ticket` where merging makes no sense; what stands against it for another customer is not looked at. */
export async function mergeOutlook(q: Query, fromId: string, intoId: string): Promise<MergeOutlook> {
  const { from, into } = await mergeable(q, fromId, intoId)
  const waiting = await q
    .selectFrom('deliveries')
    .select(e => e.fn.countAll().as('n'))
    .where('ticket_id', '=', fromId)
    .where('key', 'is not', null)
    .where('state', 'in', ['held', 'queued'])
    .executeTakeFirstOrThrow()
  return {
    from: await named(q, from),
    into: await named(q, into),
    messages: (await comingOver(q, fromId)).length,
    held: Number(waiting.n),
    isOtherCustomer: from.customer_id !== into.customer_id,
  }
}

async function named(q: Query, ticket: TicketRow): Promise<MergeOutlook['from']> {
  const { place } = await threadOf(q, ticket.id, 'customer')
  const { name } = await customerById(q, ticket.customer_id)
  return { identifier: ticket.identifier, customer: name, address: place }
}

/**
 * Merges a ticket into another: its messages are the other's, whose thread shows them once; answers to its mails lead to the
 * other; its mails that wait still go to whom they were written to, as they were written; its card is closed and points
 * there. One way. The same again changes nothing. Throws a Problem under `ticket` where that makes no sense, and under
 * `other_customer` for another customer's unless `otherCustomer` says that it is meant.
 */
export async function mergeTickets(
  tx: Tx,
  fromId: string,
  intoId: string,
  actor: Actor,
  { otherCustomer = false } = {},
): Promise<void> {
  for (const id of [fromId, intoId].sort()) await lockTicket(tx, id, actor) // in one order, or two who merge wait for each other
  const done = await ticketById(tx.q, fromId)
  if (done.merged_into_id === intoId && fromId !== intoId) return
  const { from, into } = await mergeable(tx.q, fromId, intoId)
  if (from.customer_id !== into.customer_id && !otherCustomer) await refuseOther(tx.q, from, into)
  const moved = await comingOver(tx.q, fromId)
  await tx.q
    .updateTable('messages')
    .set({ ticket_id: intoId, opening: 0 })
    .where('ticket_id', '=', fromId)
    .where('author_kind', '!=', 'system')
    .execute()
  await moveMails(tx, fromId, intoId)
  await moveFamily(tx, from, into)
  await record(tx, intoId, 'ticket_merged_in', actor, undefined, { other: from.identifier, messages: moved.length })
  await change(tx, from, 'ticket_merged', actor, {
    merged_into_id: intoId,
    status: 'closed',
    closed_at: from.closed_at ?? tx.now,
    closed_by: from.closed_by ?? actor.id,
    close_reason: `Merged into ${into.identifier}`,
    queued_at: null,
  })
  await waitsForUs(tx, from, into, actor)
  await tell(tx, from, into, actor, moved)
  await redrawCard(tx, intoId)
}

async function mergeable(q: Query, fromId: string, intoId: string): Promise<{ from: TicketRow; into: TicketRow }> {
  const refuse = (text: string) => new Problem('conflict', text, 'ticket')
  if (fromId === intoId) throw refuse('A ticket cannot be merged into itself.')
  const [from, into] = [await ticketById(q, fromId), await ticketById(q, intoId)]
  for (const ticket of [from, into]) {
    await refuseMerged(q, ticket, 'ticket')
    if (ticket.spam_at !== null) throw refuse(`${ticket.identifier} is spam.`)
  }
  if (into.general_at === null) throw refuse(`${into.identifier} has no thread here before it is answered.`)
  if (into.published_at === null && from.published_at !== null)
    throw refuse(`${into.identifier} is internal. Merge it into ${from.identifier}, not the other way round.`)
  return { from, into }
}

async function refuseOther(q: Query, from: TicketRow, into: TicketRow): Promise<never> {
  const [theirs, ours] = [await named(q, from), await named(q, into)]
  throw new Problem(
    'conflict',
    `${from.identifier} is ${theirs.customer}'s. After merging, the next mail goes to ${ours.customer} (${ours.address}), not to ${theirs.address}. Confirm that.`,
    'other_customer',
  )
}

/** Ids of what people wrote on it, oldest first. What Overture said there stays there. */
async function comingOver(q: Query, ticketId: string): Promise<string[]> {
  const rows = await q
    .selectFrom('messages')
    .select('id')
    .where('ticket_id', '=', ticketId)
    .where('author_kind', '!=', 'system')
    .where('deleted_at', 'is', null)
    .orderBy('id')
    .execute()
  return rows.map(r => r.id)
}

/** They count on the other's card; their thread, and so their sender, subject and recipient, stays the one they were written in. */
async function moveMails(tx: Tx, fromId: string, intoId: string): Promise<void> {
  await tx.q
    .updateTable('deliveries')
    .set({ ticket_id: intoId })
    .where('ticket_id', '=', fromId)
    .where('key', 'is not', null)
    .execute()
}

async function moveFamily(tx: Tx, from: TicketRow, into: TicketRow): Promise<void> {
  await tx.q
    .updateTable('tickets')
    .set({ parent_id: into.id })
    .where('parent_id', '=', from.id)
    .where('id', '!=', into.id)
    .execute()
  const parent = into.parent_id === from.id || into.parent_id === null ? from.parent_id : into.parent_id
  const isOwn = parent === into.id
  await tx.q
    .updateTable('tickets')
    .set({ parent_id: isOwn ? null : parent })
    .where('id', '=', into.id)
    .execute()
  await tx.q.updateTable('tickets').set({ parent_id: null }).where('id', '=', from.id).execute()
  from.parent_id = null
  const links = await tx.q.selectFrom('ticket_links').select('other_id').where('ticket_id', '=', from.id).execute()
  await tx.q
    .deleteFrom('ticket_links')
    .where(e => e.or([e('ticket_id', '=', from.id), e('other_id', '=', from.id)]))
    .execute()
  for (const { other_id } of links) if (other_id !== into.id) await insertLink(tx, into.id, other_id)
  const earlier = await tx.q.selectFrom('tickets').select('id').where('merged_into_id', '=', from.id).execute()
  await tx.q.updateTable('tickets').set({ merged_into_id: into.id }).where('merged_into_id', '=', from.id).execute()
  for (const { id } of [...earlier, ...links.map(l => ({ id: l.other_id }))]) await redrawCard(tx, id)
  if (parent) await redrawCard(tx, parent)
}

/** Where the merged one waited for us, the other does now. */
async function waitsForUs(tx: Tx, from: TicketRow, into: TicketRow, actor: Actor): Promise<void> {
  const answered = from.answered_at === null ? into.answered_at : Math.max(from.answered_at, into.answered_at ?? 0)
  const isWaiting = from.status === 'open' || from.status === 'in_progress'
  const sleeps = into.closed_at !== null || into.status === 'awaiting_customer' || into.status === 'snoozed'
  await change(tx, into, into.closed_at === null ? 'status_changed' : 'ticket_reopened', actor, {
    answered_at: answered,
    ...(isWaiting &&
      sleeps && {
        status: into.assignee_id ? ('in_progress' as const) : ('open' as const),
        closed_at: null,
        closed_by: null,
        close_reason: null,
        archived_at: null,
      }),
  })
}

const MOST_SHOWN = 20

async function tell(tx: Tx, from: TicketRow, into: TicketRow, actor: Actor, moved: string[]): Promise<void> {
  const count = moved.length === 1 ? '1 message' : `${moved.length} messages`
  const older = moved.length - MOST_SHOWN
  const rest =
    older > 0 ? ` The newest ${MOST_SHOWN} follow here; the others are in the thread of ${from.identifier}.` : ''
  await postNotice(
    tx,
    into.id,
    `${actor.name} merged ${from.identifier} (${from.subject}) into this: ${count} came over.${rest}`,
    `merged:${from.id}`,
  )
  await showNewest(tx, into.id, moved.slice(-MOST_SHOWN))
  await postNotice(
    tx,
    from.id,
    `${actor.name} merged this into ${into.identifier}. What is written here, and answers to its mails, go on there.`,
    `merged-into:${from.id}`,
  )
}
