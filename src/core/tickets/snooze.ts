import type { SnoozedFor, TicketRow } from '../../db/schema.ts'
import type { Store, Tx } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'
import { queueDeskPost } from '../desk-posts.ts'
import { type Actor, overture } from '../events.ts'
import { postNotice } from '../messages/notice.ts'
import { change } from './change.ts'
import { refuseMerged } from './find.ts'
import { lockTicket } from './lock.ts'

export interface Snooze {
  until: number | null // ms UTC
  untilAnswer: boolean // with a date: whichever is first
}

const LONGEST_MS = 2 * 366 * 24 * 3_600_000

/**
 * Puts a ticket out of the way until a date, until the customer answers, or whichever is first. Writing to the customer,
 * closing it or setting a status ends that, too. Throws a Problem under `moment` for a past or very late end, under `until` for none and
 * for a closed ticket.
 */
export async function snoozeTicket(tx: Tx, id: string, { until, untilAnswer }: Snooze, actor: Actor): Promise<void> {
  const ticket = await lockTicket(tx, id, actor)
  await refuseMerged(tx.q, ticket, 'until')
  if (ticket.closed_at !== null) throw new Problem('conflict', `${ticket.identifier} is closed.`, 'until')
  if (until === null && !untilAnswer) throw new Problem('invalid', 'Say until when.', 'until')
  if (until === null && ticket.published_at === null)
    throw new Problem('invalid', `${ticket.identifier} is internal, so no answer will come. Choose a date.`, 'until')
  if (until !== null && until <= tx.now) throw new Problem('invalid', 'This moment is over.', 'moment')
  if (until !== null && until > tx.now + LONGEST_MS)
    throw new Problem('invalid', 'Choose a moment within two years.', 'moment')
  const snoozedFor: SnoozedFor = until === null ? 'answer' : untilAnswer ? 'either' : 'date'
  if (ticket.status === 'snoozed' && ticket.snoozed_until === until && ticket.snoozed_for === snoozedFor) return
  await change(tx, ticket, 'ticket_snoozed', actor, {
    status: 'snoozed',
    snoozed_at: tx.now,
    snoozed_until: until,
    snoozed_for: snoozedFor,
    snoozed_by: actor.kind === 'agent' ? actor.id : null,
    queued_at: null,
  })
}

/** Why a snooze ends. */
export interface Awakening {
  by: Actor
  because: string // a finished sentence
  isAnswer?: true
}

export function wokenByAnswer(ticket: TicketRow, customer: Actor): Awakening {
  return {
    by: customer,
    because: `${customer.name} answered, so ${ticket.identifier} is not snoozed any more.`,
    isAnswer: true,
  }
}

/**
 * Ends a snooze: the ticket is open, or in progress where somebody has it, and whoever looks after it is told in the thread
 * and alone. False where an answer does not end it, or when it was ended before.
 */
export async function unsnooze(tx: Tx, ticket: TicketRow, why: Awakening): Promise<boolean> {
  if (ticket.status !== 'snoozed' || (why.isAnswer && ticket.snoozed_for === 'date')) return false
  const { numUpdatedRows } = await tx.q
    .updateTable('tickets')
    .set({ snoozed_until: null, updated_at: tx.now })
    .where('id', '=', ticket.id)
    .where('status', '=', 'snoozed') // only one of us
    .where('snoozed_at', '=', ticket.snoozed_at)
    .executeTakeFirst()
  if (numUpdatedRows === 0n) return false
  const open = ticket.assignee_id ? 'in_progress' : 'open'
  await change(tx, ticket, 'ticket_unsnoozed', why.by, { status: ticket.published_at === null ? 'internal' : open })
  const calls = ticket.assignee_id ?? ticket.snoozed_by
  const called = calls === why.by.id ? null : calls
  const key = `awake:${ticket.id}:${ticket.snoozed_at}`
  await postNotice(tx, ticket.id, why.because, key, called)
  if (called) await queueDeskPost(tx, { agentId: called, key, kind: 'word', text: why.because, ticketId: ticket.id })
  return true
}

/** Ends the snooze of a ticket by hand; harmless for one that is awake. */
export async function wakeTicket(tx: Tx, id: string, actor: Actor): Promise<void> {
  const ticket = await lockTicket(tx, id, actor)
  await unsnooze(tx, ticket, { by: actor, because: `${actor.name} ended the snooze of ${ticket.identifier}.` })
}

const MOST = 100

/** Wakes all tickets whose date has come, some in each transaction. */
export async function wakeAllDue(store: Store): Promise<void> {
  while ((await store.write(wakeDue)) === MOST);
}

/** Wakes some of the tickets whose date has come. Returns how many. */
export async function wakeDue(tx: Tx): Promise<number> {
  const due = await tx.q
    .selectFrom('tickets')
    .selectAll()
    .where('snoozed_until', 'is not', null)
    .where('snoozed_until', '<=', tx.now)
    .where('deleted_at', 'is', null)
    .orderBy('snoozed_until')
    .limit(MOST)
    .execute()
  for (const ticket of due)
    await unsnooze(tx, ticket, { by: overture, because: `${ticket.identifier} was snoozed until now.` })
  return due.length
}
