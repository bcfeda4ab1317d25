import type { EventRow, MessageRow, ThreadRow, TicketRow } from '../../db/schema.ts'
import type { Tx } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'
import { customerByAddress, customerFor } from '../customers.ts'
import { redrawCard, redrawMessage } from '../deliveries/redraw.ts'
import { type Actor, record } from '../events.ts'
import { messageById } from '../messages/find.ts'
import { postNotice } from '../messages/notice.ts'
import { showNewest } from '../messages/unseen.ts'
import { refuseUnlessMay } from '../permissions/may.ts'
import { senderOf } from '../receive/continue.ts'
import { MAIL, threadByRoot, threadOf } from '../threads.ts'
import { customerAnswered } from './answers.ts'
import { type Changes, change } from './change.ts'
import { refuseMerged, ticketById } from './find.ts'
import { openTicketByCustomer } from './open-by-customer.ts'

/**
 * Makes a mail that came in on a ticket where it does not belong the first of a new ticket, its author's own. What answers
 * it leads there; notes and all else stay. The same again returns the same ticket. Throws a Problem, under `subject` for none, and for what is no such mail.
 */
export async function splitOff(tx: Tx, messageId: string, subject: string, actor: Actor): Promise<TicketRow> {
  await lock(tx, messageId)
  const done = await splitBefore(tx, messageId)
  if (done) return done
  const { m, from } = await removable(tx, messageId)
  await refuseUnlessMay(tx.q, actor, 'manage', from)
  if (!subject.trim()) throw new Problem('invalid', 'Give the ticket a subject.', 'subject')
  const sender = await senderOf(tx, from)
  if (!sender) throw new Problem('conflict', 'This team has no address to send from. Add one in Set-up.', 'subject')
  const address = m.author_address as string
  const customer = await customerFor(tx, address, m.author_name === address ? '' : m.author_name)
  const root = await rootOf(tx, m.id, customer.address)
  const ticket = await openTicketByCustomer(tx, { sender, customer, subject, root, splitFrom: from.id })
  const thread = await threadOf(tx.q, ticket.id, 'customer')
  const why = `${actor.name} split it off from ${from.identifier}.`
  await carryOver(tx, m, from, thread, why, {
    author_kind: 'customer',
    author_id: customer.id,
    author_name: customer.name,
    opening: 1,
  })
  await tx.q.updateTable('tickets').set({ answered_at: m.created_at }).where('id', '=', ticket.id).execute()
  await leave(tx, m, from, ticket, actor)
  return ticket
}

/**
 * Moves a mail that came in on a ticket where it does not belong to another: it is shown there, counts as an answer where it
 * is that customer's, and what answers it leads there. The same again changes nothing. Throws a Problem under `ticket` where that makes no sense.
 */
export async function moveMessage(tx: Tx, messageId: string, toId: string, actor: Actor): Promise<void> {
  await lock(tx, messageId)
  const { moved_from_id, ticket_id } = await messageById(tx.q, messageId)
  if (moved_from_id !== null && ticket_id === toId) return
  const { m, from } = await removable(tx, messageId)
  await refuseUnlessMay(tx.q, actor, 'manage', from)
  if (from.id === toId) throw new Problem('conflict', `It is on ${from.identifier} already.`, 'ticket')
  const to = await ticketById(tx.q, toId)
  await refuseUnlessMay(tx.q, actor, 'manage', to)
  await refuseMerged(tx.q, to, 'ticket')
  if (to.spam_at !== null) throw new Problem('conflict', `${to.identifier} is spam.`, 'ticket')
  const author = await customerByAddress(tx.q, m.author_address as string)
  const isTheirs = author?.id === to.customer_id && m.doubt === null
  const thread = await threadOf(tx.q, to.id, 'customer')
  const kind = isTheirs ? 'customer' : 'stranger'
  const author_id = author?.id ?? null
  await carryOver(tx, m, from, thread, `${actor.name} moved it here from ${from.identifier}.`, {
    author_kind: kind,
    author_id,
  })
  if (isTheirs && m.automatic === null)
    await customerAnswered(tx, to, { kind: 'customer', id: author_id, name: author?.name ?? m.author_name })
  await postNotice(
    tx,
    to.id,
    `${actor.name} moved a mail of ${m.author_address} here from ${from.identifier}.`,
    `moved-in:${m.id}:${tx.now}`,
    to.assignee_id,
  )
  await showNewest(tx, to.id, [m.id])
  await leave(tx, m, from, to, actor)
}

/** Who takes it away at the same moment waits, and then sees where it went. */
async function lock(tx: Tx, messageId: string): Promise<void> {
  await tx.q
    .updateTable('messages')
    .set(e => ({ ticket_id: e.ref('ticket_id') }))
    .where('id', '=', messageId)
    .execute()
}

async function splitBefore(tx: Tx, messageId: string): Promise<TicketRow | undefined> {
  const m = await messageById(tx.q, messageId)
  if (m.opening === 0 || m.moved_from_id === null) return undefined
  const ticket = await ticketById(tx.q, m.ticket_id)
  return ticket.split_from_id === m.moved_from_id ? ticket : undefined
}

async function removable(tx: Tx, messageId: string): Promise<{ m: MessageRow; from: TicketRow }> {
  const m = await messageById(tx.q, messageId)
  const from = await ticketById(tx.q, m.ticket_id)
  const isMail = m.inbound_id !== null && (m.author_kind === 'customer' || m.author_kind === 'stranger')
  if (m.deleted_at !== null || !isMail || m.author_address === null)
    throw new Problem('conflict', 'Only a mail that came in can be moved.', 'ticket')
  if (m.opening === 1)
    throw new Problem('conflict', `${from.identifier} began with this mail. Merge the ticket instead.`, 'ticket')
  return { m, from }
}

/** The mail as what its new thread begins with; null for one that began a merged ticket, whose thread it stays the root of. */
async function rootOf(tx: Tx, messageId: string, place: string): Promise<string | null> {
  const row = await tx.q
    .selectFrom('keys')
    .select('key')
    .where('message_id', '=', messageId)
    .where('channel', '=', MAIL)
    .executeTakeFirst()
  return row && !(await threadByRoot(tx.q, MAIL, place, row.key)) ? row.key : null
}

async function carryOver(
  tx: Tx,
  m: MessageRow,
  from: TicketRow,
  thread: ThreadRow,
  why: string,
  more: Partial<MessageRow>,
): Promise<void> {
  await tx.q
    .updateTable('messages')
    .set({ ticket_id: thread.ticket_id, from_thread_id: thread.id, moved_from_id: from.id, matched_by: why, ...more })
    .where('id', '=', m.id)
    .execute()
  await tx.q
    .updateTable('keys')
    .set({ thread_id: thread.id })
    .where('message_id', '=', m.id)
    .where('channel', '=', MAIL)
    .execute()
}

/** The ticket that it was on says where it went, and is as it was before the mail came, if nothing changed since. */
async function leave(tx: Tx, m: MessageRow, from: TicketRow, to: TicketRow, actor: Actor): Promise<void> {
  await record(tx, from.id, 'message_moved', actor, undefined, { to: to.identifier, message: m.id })
  await record(tx, to.id, 'message_came', actor, undefined, { from: from.identifier, message: m.id })
  const before = await beforeAnswer(tx, m, from)
  if (before) await change(tx, await ticketById(tx.q, from.id), 'status_changed', actor, before)
  await redrawMessage(tx, m.id)
  await redrawCard(tx, from.id)
  await redrawCard(tx, to.id)
  const text = `${actor.name} moved a mail of ${m.author_address} away: it is on ${to.identifier} now, and so is what answers it.`
  await postNotice(tx, from.id, text, `moved:${m.id}:${tx.now}`)
}

const OPENING = ['customer_answered', 'ticket_reopened']

async function beforeAnswer(tx: Tx, m: MessageRow, from: TicketRow): Promise<Changes | undefined> {
  const newest = await tx.q
    .selectFrom('events')
    .select(['kind', 'before', 'at'])
    .where('ticket_id', '=', from.id)
    .where('after', 'like', '%"status":%')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return newest && isOf(newest, m) ? asBefore(JSON.parse(newest.before ?? '{}')) : undefined
}

function isOf(event: Pick<EventRow, 'kind' | 'at'>, m: MessageRow): boolean {
  return OPENING.includes(event.kind) && event.at === m.created_at
}

/** What the mail changed. A snooze that it ended stays ended. */
function asBefore(before: Changes): Changes | undefined {
  const { answered_at: _, snoozed_until: __, snoozed_for: ___, ...rest } = before
  return rest.status === 'snoozed' ? undefined : rest
}
