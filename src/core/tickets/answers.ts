import type { Status, TicketRow } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { noteAssigned } from '../agents.ts'
import { beginSilence } from '../auto-close/silence.ts'
import type { Actor } from '../events.ts'
import { tellHooks } from '../hooks/heard.ts'
import { cancelScheduled } from '../schedule/cancel.ts'
import { answerTakenBack, customerSpoke, customerWasHeard, hasWritten } from '../sla/clocks.ts'
import { forgetOurAnswer, noteOurAnswer, noteTheirAnswer } from '../stats/answer-times.ts'
import { type Changes, change } from './change.ts'
import { ticketById } from './find.ts'
import { endReminders } from './remind.ts'
import { unsnooze, wokenByAnswer } from './snooze.ts'
import { REOPENED } from './status.ts'

/** A customer's own words came in: a closed ticket opens again, and it waits for us, unless it sleeps until a date. */
export async function customerAnswered(tx: Tx, before: TicketRow, customer: Actor): Promise<void> {
  const ticket = before.status === 'snoozed' ? await afterAnswer(tx, before, customer) : before
  const status = ticket.status === 'snoozed' ? ticket.status : ticket.assignee_id ? 'in_progress' : 'open'
  const kind = ticket.closed_at === null ? 'customer_answered' : 'ticket_reopened'
  const to = { status, answered_at: tx.now, ...REOPENED } as const
  await noteTheirAnswer(tx, ticket)
  await change(tx, ticket, kind, customer, to)
  await customerSpoke(tx, { ...ticket, ...to })
  await tellHooks(tx, [{ cause: 'answer', sourceId: ticket.id, ticketId: ticket.id }])
  await cancelScheduled(tx, ticket.id, customer.name)
  await endReminders(tx, ticket.id, 'answered')
}

async function afterAnswer(tx: Tx, ticket: TicketRow, customer: Actor): Promise<TicketRow> {
  await unsnooze(tx, ticket, wokenByAnswer(ticket, customer))
  return ticketById(tx.q, ticket.id)
}

/** We wrote to the customer: it is for them to answer. */
export async function customerWasAnswered(tx: Tx, ticket: TicketRow, actor: Actor): Promise<void> {
  await touch(tx, ticket)
  if (ticket.closed_at !== null) return
  await change(tx, ticket, 'customer_written_to', actor, {
    status: 'awaiting_customer',
    ...(ticket.queued_at !== null && (await answeredBy(tx, actor))),
  })
  await beginSilence(tx, ticket)
  if (!hasWritten(ticket)) return
  await noteOurAnswer(tx, ticket)
  await customerWasHeard(tx, { ...ticket, status: 'awaiting_customer' })
}

/** Also where its status stays as it is something has happened. A ticket that was just made is as new as can be. */
async function touch(tx: Tx, { id, updated_at }: TicketRow): Promise<void> {
  if (updated_at >= tx.now) return
  await tx.q.updateTable('tickets').set({ updated_at: tx.now }).where('id', '=', id).execute()
}

/** Whoever answers a ticket that waits for somebody has it. */
async function answeredBy(tx: Tx, actor: Actor): Promise<Changes> {
  if (actor.kind !== 'agent' || !actor.id) return {}
  await noteAssigned(tx, actor.id)
  return { assignee_id: actor.id, assigned_by: `${actor.name} answered it.`, assigned_at: tx.now, queued_at: null }
}

/** What we wrote was taken back in time: where nothing else of ours went out since, the ticket waits for us as before. */
export async function answerWasTakenBack(tx: Tx, id: string, actor: Actor): Promise<void> {
  const ticket = await ticketById(tx.q, id)
  if (ticket.status !== 'awaiting_customer') return
  const written = await lastStatusChange(tx.q, id)
  if (written?.kind !== 'customer_written_to' || !written.before) return
  const mails = await tx.q
    .selectFrom('deliveries')
    .select('id')
    .where('ticket_id', '=', id)
    .where('key', 'is not', null)
    .where('state', '!=', 'cancelled')
    .where(e => e.or([e('scheduled_at', 'is', null), e('sent_at', 'is not', null)])) // what is yet to go changed nothing
    .where('created_at', '>=', written.at)
    .limit(1)
    .execute()
  if (mails.length) return
  const before = JSON.parse(written.before) as { status: Status }
  const status = before.status === 'snoozed' ? 'open' : before.status
  const isTaken = status === 'open' && ticket.assignee_id !== null
  await answerTakenBack(tx, id, written.at)
  await forgetOurAnswer(tx, id, written.at)
  await change(tx, ticket, 'status_changed', actor, { status: isTaken ? 'in_progress' : status })
}

function lastStatusChange(q: Query, ticketId: string) {
  return q
    .selectFrom('events')
    .select(['kind', 'before', 'at'])
    .where('ticket_id', '=', ticketId)
    .where('after', 'like', '%"status":%')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
}
