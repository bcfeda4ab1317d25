import type { AgentRow, Priority, ReplyMode, Status, TicketRow } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'
import { actorOf, agentById, noteAssigned } from '../agents.ts'
import { queueAnswerPost } from '../answer-posts.ts'
import { fixLinks } from '../attachments.ts'
import { beginSilence, keepSilence } from '../auto-close/silence.ts'
import { chatTicketClosed } from '../chats/became.ts'
import { queueDelivery } from '../deliveries/queue.ts'
import { redrawCard } from '../deliveries/redraw.ts'
import { refuseForgotten } from '../erase/forgotten.ts'
import { type Actor, overture, record } from '../events.ts'
import { showUnseen } from '../messages/unseen.ts'
import { refuseUnlessMay, refuseUnlessSends } from '../permissions/may.ts'
import { cancelScheduled } from '../schedule/release.ts'
import { usableSender } from '../senders/usual.ts'
import { answerTakenBack, customerSpoke, customerWasHeard, hasWritten, keepClocks } from '../sla/clocks.ts'
import { forgetOurAnswer, noteOurAnswer, noteTheirAnswer } from '../stats/answer-times.ts'
import { refuseUnreachable } from '../suppressions.ts'
import { teamById } from '../teams.ts'
import { threadOf } from '../threads.ts'
import { refuseMerged, ticketById } from './find.ts'
import { endReminders } from './remind.ts'
import { unsnooze, wokenByAnswer } from './snooze.ts'

/**
 * Makes an internal ticket public: its first message goes to the customer after the hold. One way, since a mail cannot be
 * called back. Throws a Problem when it is public already or cannot be sent.
 */
export async function publishTicket(tx: Tx, id: string, actor: Actor): Promise<void> {
  const ticket = await ticketById(tx.q, id)
  await refuseUnlessSends(tx.q, actor, ticket)
  await refuseMerged(tx.q, ticket)
  if (ticket.published_at !== null) throw new Problem('conflict', `${ticket.identifier} is public already.`)
  const opening = await tx.q
    .selectFrom('messages')
    .selectAll()
    .where('ticket_id', '=', id)
    .where('opening', '=', 1)
    .executeTakeFirstOrThrow()
  const won = await tx.q
    .updateTable('tickets')
    .set({ published_at: tx.now })
    .where('id', '=', id)
    .where('published_at', 'is', null) // only one of us, or the customer had it twice
    .executeTakeFirst()
  if (won.numUpdatedRows === 0n) throw new Problem('conflict', `${ticket.identifier} is public already.`)
  const thread = await threadOf(tx.q, id, 'customer')
  await refuseUnreachable(tx.q, thread.place)
  await refuseForgotten(tx, thread.place)
  const sender = await usableSender(tx.q, ticket.team_id, ticket.sender_id)
  const team = await teamById(tx.q, ticket.team_id)
  await tx.q.updateTable('messages').set({ visibility: 'public' }).where('id', '=', opening.id).execute()
  await fixLinks(tx, [opening.id])
  await queueDelivery(tx, { id: opening.id, ticketId: id }, thread, { holdMs: team.hold_ms, sender })
  await change(tx, ticket, 'ticket_published', actor, {
    published_at: tx.now,
    sender_id: sender.id,
    status: 'awaiting_customer',
  })
}

/** The ticket, for somebody who may change it. */
async function ticketFor(tx: Tx, id: string, actor: Actor): Promise<TicketRow> {
  const ticket = await ticketById(tx.q, id)
  await refuseUnlessMay(tx.q, actor, 'manage', ticket)
  return ticket
}

/** Who takes a ticket has it, and it is in progress. Taking it twice changes nothing. */
export async function takeTicket(tx: Tx, id: string, agent: AgentRow): Promise<void> {
  await assignTicket(tx, id, agent.id, actorOf(agent))
}

/** Gives a ticket to an agent, or to nobody (null). A new answer that waited for somebody is now in progress. */
export async function assignTicket(tx: Tx, id: string, agentId: string | null, actor: Actor): Promise<void> {
  const ticket = await ticketById(tx.q, id)
  await refuseUnlessMay(tx.q, actor, agentId === actor.id ? 'manage' : 'transfer', ticket)
  const agent = agentId ? await agentById(tx.q, agentId) : null
  if (agent && agent.deactivated_at !== null)
    throw new Problem('conflict', `${agent.name} is no longer here.`, 'assignee')
  const because =
    agent && (agent.id === actor.id ? `${agent.name} took it.` : `${actor.name} gave it to ${agent.name}.`)
  if (agent && agent.id !== ticket.assignee_id) await noteAssigned(tx, agent.id)
  await assign(tx, ticket, agentId, because, actor)
}

/** Gives a ticket to an agent by a rule of routing, whose turn was counted; `because` is a finished sentence. */
export async function giveTicket(tx: Tx, ticket: TicketRow, agentId: string, because: string): Promise<void> {
  await assign(tx, ticket, agentId, because, overture)
}

async function assign(
  tx: Tx,
  ticket: TicketRow,
  agentId: string | null,
  because: string | null,
  actor: Actor,
): Promise<void> {
  const isTheirs = agentId === ticket.assignee_id
  const status =
    agentId && ticket.status === 'open'
      ? 'in_progress'
      : !agentId && ticket.status === 'in_progress'
        ? 'open'
        : ticket.status
  await change(tx, ticket, 'ticket_assigned', actor, {
    status,
    ...(!isTheirs && {
      assignee_id: agentId,
      assigned_by: because,
      assigned_at: agentId ? tx.now : null,
      queued_at: null,
    }),
  })
}

/** Afterwards the ticket has this priority. */
export async function setPriority(tx: Tx, id: string, priority: Priority, actor: Actor): Promise<void> {
  await change(tx, await ticketFor(tx, id, actor), 'priority_changed', actor, { priority })
}

/** The statuses that an agent may set by hand, beside closing. */
export const SETTABLE: Status[] = ['open', 'in_progress', 'awaiting_customer']

/** Sets a status by hand; one of a closed ticket opens it again. Throws a Problem for a status that nobody sets by hand. */
export async function setStatus(tx: Tx, id: string, status: Status, actor: Actor): Promise<void> {
  const ticket = await ticketFor(tx, id, actor)
  if (status === 'closed') return closeTicket(tx, id, '', actor)
  await refuseMerged(tx.q, ticket, 'status')
  if (!SETTABLE.includes(status)) throw new Problem('invalid', 'This status cannot be set by hand.', 'status')
  if (ticket.published_at === null && status === 'awaiting_customer')
    throw new Problem('conflict', `${ticket.identifier} is internal; no customer is asked anything.`, 'status')
  const isOpen = ticket.closed_at === null && ticket.archived_at === null && ticket.spam_at === null
  await change(tx, ticket, isOpen ? 'status_changed' : 'ticket_reopened', actor, {
    status,
    ...REOPENED,
  })
}

const REOPENED = { closed_at: null, closed_by: null, close_reason: null, archived_at: null, spam_at: null }

/** Closes a ticket with a reason. Closing a closed one changes nothing. */
export async function closeTicket(tx: Tx, id: string, reason: string, actor: Actor): Promise<void> {
  const ticket = await ticketFor(tx, id, actor)
  if (ticket.closed_at !== null) return
  await change(tx, ticket, 'ticket_closed', actor, {
    status: 'closed',
    closed_at: tx.now,
    closed_by: actor.id,
    close_reason: reason.trim() || null,
    queued_at: null,
  })
}

/** Puts a ticket out of the lists, closed. An answer opens it again like any closed one. */
export async function archiveTicket(tx: Tx, id: string, actor: Actor): Promise<void> {
  const ticket = await ticketFor(tx, id, actor)
  if (ticket.archived_at !== null) return
  await change(tx, ticket, 'ticket_archived', actor, { ...closed(tx, ticket, actor), archived_at: tx.now })
}

/** A ticket that nobody wants: out of the lists, closed, and what comes in on it is kept, but shown to nobody. */
export async function markSpam(tx: Tx, id: string, actor: Actor): Promise<void> {
  const ticket = await ticketFor(tx, id, actor)
  if (ticket.spam_at !== null) return
  await change(tx, ticket, 'ticket_marked_spam', actor, { ...closed(tx, ticket, actor), spam_at: tx.now })
}

function closed(tx: Tx, ticket: TicketRow, actor: Actor): Changes {
  if (ticket.closed_at !== null) return {}
  return { status: 'closed', closed_at: tx.now, closed_by: actor.id, queued_at: null }
}

/** Opens a closed, archived or spam ticket again; what came in while it was spam is shown now. */
export async function reopenTicket(tx: Tx, id: string, actor: Actor): Promise<void> {
  const ticket = await ticketFor(tx, id, actor)
  if (ticket.closed_at === null && ticket.archived_at === null && ticket.spam_at === null) return
  await refuseMerged(tx.q, ticket)
  await change(tx, ticket, 'ticket_reopened', actor, {
    status: ticket.assignee_id ? 'in_progress' : 'open',
    ...REOPENED,
  })
}

/** From now on what agents write in this ticket's thread is treated this way; null: as the team does. */
export async function setReplyMode(tx: Tx, id: string, mode: ReplyMode | null, actor: Actor): Promise<void> {
  await change(tx, await ticketFor(tx, id, actor), 'reply_mode_changed', actor, { reply_mode: mode })
}

/** A customer's own words came in: a closed ticket opens again, and it waits for us, unless it sleeps until a date. */
export async function customerAnswered(tx: Tx, before: TicketRow, customer: Actor): Promise<void> {
  const ticket = before.status === 'snoozed' ? await afterAnswer(tx, before, customer) : before
  const status = ticket.status === 'snoozed' ? ticket.status : ticket.assignee_id ? 'in_progress' : 'open'
  const kind = ticket.closed_at === null ? 'customer_answered' : 'ticket_reopened'
  const to = { status, answered_at: tx.now, ...REOPENED } as const
  await noteTheirAnswer(tx, ticket)
  await change(tx, ticket, kind, customer, to)
  await customerSpoke(tx, { ...ticket, ...to })
  await queueAnswerPost(tx, ticket)
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

export type Changes = Partial<
  Pick<
    TicketRow,
    | 'status'
    | 'priority'
    | 'assignee_id'
    | 'assigned_by'
    | 'assigned_at'
    | 'queued_at'
    | 'reply_mode'
    | 'sender_id'
    | 'published_at'
    | 'answered_at'
    | 'closed_at'
    | 'closed_by'
    | 'close_reason'
    | 'archived_at'
    | 'spam_at'
    | 'description'
    | 'due_at'
    | 'merged_into_id'
    | 'snoozed_at'
    | 'snoozed_until'
    | 'snoozed_for'
    | 'snoozed_by'
    | 'deleted_at'
    | 'deleted_by'
  >
>

const AWAKE = { snoozed_at: null, snoozed_until: null, snoozed_for: null, snoozed_by: null }

/** Changes a ticket, writes down what was changed and draws its card anew; nothing happens when nothing is another. */
export async function change(tx: Tx, ticket: TicketRow, kind: string, actor: Actor, changes: Changes): Promise<void> {
  const wakes = changes.status !== undefined && changes.status !== 'snoozed' && ticket.snoozed_at !== null
  const to = wakes ? { ...changes, ...AWAKE } : changes
  const names = (Object.keys(to) as (keyof Changes)[]).filter(name => ticket[name] !== to[name])
  if (!names.length) return
  await tx.q
    .updateTable('tickets')
    .set({ ...to, updated_at: tx.now })
    .where('id', '=', ticket.id)
    .execute()
  if (ticket.spam_at !== null && to.spam_at === null) await showUnseen(tx, ticket.id)
  const told = names.filter(name => !UNTOLD.includes(name))
  const pick = (from: Changes) => Object.fromEntries(told.map(name => [name, from[name]]))
  await record(tx, ticket.id, kind, actor, pick(ticket), pick(to))
  if (to.closed_at != null) await endReminders(tx, ticket.id, 'closed')
  if (ticket.chat_id && 'closed_at' in to) await chatTicketClosed(tx, ticket.id, to.closed_at ?? null)
  if (ticket.parent_id && names.some(name => SHOWN_ABOVE.includes(name))) await redrawCard(tx, ticket.parent_id)
  await keepClocks(tx, ticket, { ...ticket, ...to })
  await keepSilence(tx, ticket, { ...ticket, ...to })
  if (names.some(name => name !== 'answered_at')) await redrawCard(tx, ticket.id) // the card does not show it
}

/** What the card of the ticket that it is part of says of it. */
const SHOWN_ABOVE: (keyof Changes)[] = ['status', 'closed_at', 'deleted_at']

/** The event has a time and a name of its own. */
const UNTOLD = ['assigned_at', 'snoozed_at', 'snoozed_by', 'deleted_at', 'deleted_by']
