import type { SilenceRow, TeamRow, TicketRow } from '../../db/schema.ts'
import type { Query, Store, Tx } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'
import { agentById } from '../agents.ts'
import { customerById } from '../customers.ts'
import { fromText } from '../document.ts'
import { overture } from '../events.ts'
import { hoursOf } from '../hours/settings.ts'
import { workingDaysBefore } from '../hours/working-time.ts'
import { postNotice } from '../messages/notice.ts'
import { postMessage } from '../messages/post.ts'
import { teamById, teams } from '../teams.ts'
import { threadOf } from '../threads.ts'
import { ticketById } from '../tickets/find.ts'
import { closeTicket } from '../tickets/status.ts'
import { Unfilled } from '../unfilled.ts'
import { reminderKey } from './reminder-key.ts'
import { type AutoClose, autoCloseOf } from './settings.ts'
import { beginSilence } from './silence.ts'

const MOST = 50 // of a team, of each step, in one round

type Action = 'nudge' | 'remind' | 'close'

interface Due {
  silence: SilenceRow
  action: Action
  days: number
  cutoff: number // what is silent since then, or longer, is due
}

/** Does what is due on silent tickets: tells the assignee, reminds the customer, closes; each once. Returns how many. */
export async function tendSilences(store: Store): Promise<number> {
  let done = 0
  for (const team of await store.read(teams)) {
    if (team.auto_close === null) continue
    const rules = autoCloseOf(team)
    for (const due of await store.read(q => dueOf(q, team, rules, store.now()))) {
      await take(store, due, rules)
      done++
    }
  }
  return done
}

/** What follows after each step, of what the team wants. */
function nextAction(rules: AutoClose, step: SilenceRow['step']): { action: Action; days: number } | null {
  if (step < 1 && rules.nudgeDays !== null) return { action: 'nudge', days: rules.nudgeDays }
  if (step < 2 && rules.remindDays !== null) return { action: 'remind', days: rules.remindDays }
  return rules.closeDays === null ? null : { action: 'close', days: rules.closeDays }
}

async function dueOf(q: Query, team: TeamRow, rules: AutoClose, now: number): Promise<Due[]> {
  const due: Due[] = []
  for (const step of [0, 1, 2] as const) {
    const next = nextAction(rules, step)
    if (!next) continue
    const cutoff = workingDaysBefore(hoursOf(team), now, next.days)
    const rows = await q
      .selectFrom('silences as s')
      .innerJoin('tickets as t', 't.id', 's.ticket_id')
      .selectAll('s')
      .where('s.team_id', '=', team.id)
      .where('s.step', '=', step)
      .where('s.since', '<=', cutoff)
      .where('t.status', '=', 'awaiting_customer')
      .where('t.closed_at', 'is', null)
      .where('t.deleted_at', 'is', null)
      .$if(rules.except.length > 0, s => s.where('t.priority', 'not in', rules.except))
      .orderBy('s.since')
      .limit(MOST)
      .execute()
    due.push(...rows.map(silence => ({ silence, ...next, cutoff })))
  }
  return due
}

/** A step in a transaction of its own; a reminder that cannot be written is told of in the thread instead. */
async function take(store: Store, due: Due, rules: AutoClose): Promise<void> {
  try {
    await store.write(tx => step(tx, due, rules))
  } catch (error) {
    if (!(error instanceof Problem || error instanceof Unfilled)) throw error
    await store.write(tx => skipReminder(tx, due, error.message))
  }
}

async function step(tx: Tx, due: Due, rules: AutoClose): Promise<void> {
  const ticket = await ticketById(tx.q, due.silence.ticket_id)
  if (!(await isAsRead(tx, due.silence)) || ticket.closed_at !== null) return
  if (!(await isOursToEnd(tx.q, ticket.id))) return beginSilence(tx, ticket) // and is not looked at again each minute
  if (due.action === 'close') return close(tx, ticket, due.days)
  if (due.action === 'nudge') await nudge(tx, ticket, due)
  else await remind(tx, ticket, due, rules)
  await advance(tx, due)
}

/** Ours until the end of the transaction; false when another process was faster, or something was said since. */
async function isAsRead(tx: Tx, { ticket_id, since, step }: SilenceRow): Promise<boolean> {
  const { numUpdatedRows } = await tx.q
    .updateTable('silences')
    .set({ since })
    .where('ticket_id', '=', ticket_id)
    .where('since', '=', since)
    .where('step', '=', step)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Whether the last word is ours, and nothing of ours is still on its way or undecided. */
async function isOursToEnd(q: Query, ticketId: string): Promise<boolean> {
  const last = await q
    .selectFrom('messages')
    .select('author_kind')
    .where('ticket_id', '=', ticketId)
    .where('visibility', '=', 'public')
    .where('automatic', 'is', null)
    .where('deleted_at', 'is', null)
    .where('author_kind', 'in', ['agent', 'customer', 'stranger'])
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (last?.author_kind !== 'agent') return false
  const onItsWay = await q
    .selectFrom('deliveries')
    .select('id')
    .where('ticket_id', '=', ticketId)
    .where('key', 'is not', null)
    .where('state', 'in', ['held', 'queued'])
    .executeTakeFirst()
  return onItsWay === undefined
}

async function nudge(tx: Tx, ticket: TicketRow, { silence, days }: Due): Promise<void> {
  const { name } = await customerById(tx.q, ticket.customer_id)
  const text = `💤 ${name} has not answered for ${many(days)}. Write again, or close ${ticket.identifier}.`
  await postNotice(tx, ticket.id, text, `nudge:${ticket.id}:${silence.since}`, ticket.assignee_id)
}

async function remind(tx: Tx, ticket: TicketRow, { silence }: Due, rules: AutoClose): Promise<void> {
  const agentId = ticket.assignee_id ?? ticket.created_by
  if (!agentId) throw new Problem('conflict', 'Nobody of us has this ticket, so there is nobody to write it.')
  const { id, name, alias } = await agentById(tx.q, agentId)
  const { readTemplate } = await import('../liquid.ts')
  const { body } = readTemplate('', fromText(rules.reminder)).fill(await variablesOf(tx.q, ticket, alias ?? name))
  await postMessage(tx, {
    ticketId: ticket.id,
    author: { kind: 'agent', id, name },
    body,
    visibility: 'public',
    isAgreed: true, // by whoever set up the reminder
    holdMs: 0,
    dedupKey: reminderKey(ticket.id, silence.since),
  })
}

async function variablesOf(q: Query, ticket: TicketRow, agent: string) {
  const { name } = await customerById(q, ticket.customer_id)
  const { place } = await threadOf(q, ticket.id, 'customer')
  const called = name === place ? '' : name
  const customer = { name: called, first_name: called.split(/\s+/)[0] ?? '', address: place }
  return {
    customer: Object.fromEntries(Object.entries(customer).filter(([, value]) => value !== '')),
    account: {},
    row: {},
    agent: { name: agent },
    team: { name: (await teamById(q, ticket.team_id)).name },
    ticket: { identifier: ticket.identifier, subject: ticket.subject },
  }
}

async function skipReminder(tx: Tx, due: Due, why: string): Promise<void> {
  if (!(await isAsRead(tx, due.silence))) return
  const text = `💤 The reminder to the customer was not sent. ${why}`
  await postNotice(tx, due.silence.ticket_id, text, `no-${reminderKey(due.silence.ticket_id, due.silence.since)}`)
  await advance(tx, due)
}

/** What was silent for longer than it had to be counts as just that old: no step comes upon the heels of another. */
async function advance(tx: Tx, { silence, action, cutoff }: Due): Promise<void> {
  await tx.q
    .updateTable('silences')
    .set({ step: action === 'nudge' ? 1 : 2, since: Math.max(silence.since, cutoff) })
    .where('ticket_id', '=', silence.ticket_id)
    .execute()
}

async function close(tx: Tx, ticket: TicketRow, days: number): Promise<void> {
  await closeTicket(tx, ticket.id, `no answer for ${many(days)}`, overture)
  const text = `💤 ${ticket.identifier} is closed, since there was no answer for ${many(days)}. An answer opens it again.`
  await postNotice(tx, ticket.id, text, `closed:${ticket.id}:${tx.now}`)
}

function many(days: number): string {
  return `${days} working day${days === 1 ? '' : 's'}`
}
