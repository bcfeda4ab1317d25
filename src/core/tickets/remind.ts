import { type SqlBool, sql } from 'kysely'
import { prepared } from '../../db/prepared.ts'
import type { AgentRow, ReminderRow } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { newId } from '../../lib/id.ts'
import { Problem } from '../../lib/problem.ts'
import { actorOf, agentById } from '../agents.ts'
import { customerById } from '../customers.ts'
import { queueDeskPost } from '../desk-posts.ts'
import { type Actor, record } from '../events.ts'
import { postNotice } from '../messages/notice.ts'
import { refuseUnlessMay } from '../permissions/may.ts'
import { ticketById } from './find.ts'

const LONGEST_DAYS = 366
const DAY_MS = 24 * 3_600_000
const MOST_ON_TICKET = 20

/**
 * Has the agent reminded of a ticket at a moment (ms UTC), unless its customer answers or it is closed before. The same
 * key again is the same reminder. Throws a Problem under `date` for a moment that is over or more than a year ahead.
 */
export async function remindAgent(
  tx: Tx,
  ticketId: string,
  { dueAt, note, dedupKey }: { dueAt: number; note: string; dedupKey?: string },
  agent: AgentRow,
): Promise<void> {
  const ticket = await ticketById(tx.q, ticketId)
  await refuseUnlessMay(tx.q, actorOf(agent), 'view', ticket)
  if (ticket.closed_at !== null)
    throw new Problem('conflict', `${ticket.identifier} is closed; nobody is waited for.`, 'date')
  if (dueAt <= tx.now) throw new Problem('invalid', 'This moment is over.', 'date')
  if (dueAt - tx.now > LONGEST_DAYS * DAY_MS)
    throw new Problem('invalid', 'This is more than a year ahead. Choose a nearer day.', 'date')
  const others = await remindersOf(tx.q, ticketId)
  if (others.length >= MOST_ON_TICKET)
    throw new Problem('limited', `A ticket has at most ${MOST_ON_TICKET} reminders. Cancel one first.`, 'date')
  const row: ReminderRow = {
    id: newId(),
    ticket_id: ticketId,
    agent_id: agent.id,
    due_at: dueAt,
    note: note.trim(),
    dedup_key: dedupKey ?? null,
    created_at: tx.now,
    ended_at: null,
    ended_by: null,
  }
  const { numInsertedOrUpdatedRows } = await tx.q
    .insertInto('reminders')
    .values(row)
    .onConflict(c => c.column('dedup_key').doNothing())
    .executeTakeFirst()
  if (numInsertedOrUpdatedRows) await record(tx, ticketId, 'reminder_set', actorOf(agent), undefined, { at: dueAt })
}

export interface ReminderView extends ReminderRow {
  agent: string // whom it reminds
}

/** What is yet to be said about a ticket, the next first. */
export function remindersOf(q: Query, ticketId: string): Promise<ReminderView[]> {
  return q
    .selectFrom('reminders as r')
    .innerJoin('agents as a', 'a.id', 'r.agent_id')
    .selectAll('r')
    .select('a.name as agent')
    .where('r.ticket_id', '=', ticketId)
    .where('r.ended_at', 'is', null)
    .orderBy('r.due_at')
    .execute()
}

/** Nothing is said of it any more; others' end only who may change the ticket. Again changes nothing. Returns its ticket's id. */
export async function cancelReminder(tx: Tx, id: string, actor: Actor): Promise<string> {
  const row = await tx.q.selectFrom('reminders').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw new Problem('not_found', 'This reminder is no more.')
  if (row.agent_id !== actor.id) await refuseUnlessMay(tx.q, actor, 'manage', await ticketById(tx.q, row.ticket_id))
  const isEnded = await end(tx, id, 'cancelled')
  if (isEnded) await record(tx, row.ticket_id, 'reminder_cancelled', actor, undefined, { at: row.due_at })
  return row.ticket_id
}

/** The customer answered, or the ticket was closed: nobody need be reminded. */
export async function endReminders(tx: Tx, ticketId: string, by: 'answered' | 'closed'): Promise<void> {
  await endAll(tx.q, { ticketId, by, now: tx.now })
}

const endAll = prepared((q, v: { ticketId: string; by: 'answered' | 'closed'; now: number }) =>
  q
    .updateTable('reminders')
    .set({ ended_at: v.now, ended_by: v.by })
    .where('ticket_id', '=', v.ticketId)
    .where('ended_at', 'is', null),
)

async function end(tx: Tx, id: string, by: 'said' | 'cancelled'): Promise<boolean> {
  const { numUpdatedRows } = await tx.q
    .updateTable('reminders')
    .set({ ended_at: tx.now, ended_by: by })
    .where('id', '=', id)
    .where('ended_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** In the very words of the partial index. */
const isToBeSaid = sql<SqlBool>`ended_at is null`

const MOST = 100

/** Says, once, what is due: in the ticket's thread, and to the agent alone. Returns how many. */
export async function sayReminders(tx: Tx): Promise<number> {
  const due = await tx.q
    .selectFrom('reminders')
    .selectAll()
    .where(isToBeSaid)
    .where('due_at', '<=', tx.now)
    .orderBy('due_at')
    .limit(MOST)
    .execute()
  for (const reminder of due) if (await end(tx, reminder.id, 'said')) await say(tx, reminder)
  return due.length
}

async function say(tx: Tx, { id, ticket_id, agent_id, note, created_at }: ReminderRow): Promise<void> {
  const ticket = await tx.q.selectFrom('tickets').selectAll().where('id', '=', ticket_id).executeTakeFirstOrThrow()
  if (ticket.deleted_at !== null) return
  const customer = await customerById(tx.q, ticket.customer_id)
  const agent = await agentById(tx.q, agent_id)
  const days = Math.round((tx.now - created_at) / DAY_MS)
  const since = days < 1 ? 'since then' : days === 1 ? 'since yesterday' : `for ${days} days`
  const text = `${customer.name} has not answered ${since}, and ${agent.name} wanted to hear of it.${note ? ` “${note}”` : ''}`
  const key = `reminder:${id}`
  await postNotice(tx, ticket_id, text, key, agent_id)
  const word = `⏰ ${ticket.identifier} · ${ticket.subject}: ${customer.name} has not answered ${since}.${note ? ` “${note}”` : ''}`
  await queueDeskPost(tx, { agentId: agent_id, key, kind: 'word', text: word, ticketId: ticket_id })
}
