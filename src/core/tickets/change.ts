import type { Priority, ReplyMode, TicketRow } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { keepSilence } from '../auto-close/silence.ts'
import { chatTicketClosed } from '../chats/became.ts'
import { redrawCard } from '../deliveries/redraw.ts'
import { type Actor, record } from '../events.ts'
import { showUnseen } from '../messages/unseen.ts'
import { refuseUnlessMay } from '../permissions/may.ts'
import { keepClocks } from '../sla/clocks.ts'
import { ticketById } from './find.ts'
import { parentOf } from './parent-status.ts'
import { endReminders } from './remind.ts'

/** The ticket, for somebody who may change it. */
export async function ticketFor(tx: Tx, id: string, actor: Actor): Promise<TicketRow> {
  const ticket = await ticketById(tx.q, id)
  await refuseUnlessMay(tx.q, actor, 'manage', ticket)
  return ticket
}

/** Afterwards the ticket has this priority. */
export async function setPriority(tx: Tx, id: string, priority: Priority, actor: Actor): Promise<void> {
  await change(tx, await ticketFor(tx, id, actor), 'priority_changed', actor, { priority })
}

/** From now on what agents write in this ticket's thread is treated this way; null: as the team does. */
export async function setReplyMode(tx: Tx, id: string, mode: ReplyMode | null, actor: Actor): Promise<void> {
  await change(tx, await ticketFor(tx, id, actor), 'reply_mode_changed', actor, { reply_mode: mode })
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
    | 'subject'
    | 'form_id'
    | 'description'
    | 'due_at'
    | 'merged_into_id'
    | 'snoozed_at'
    | 'snoozed_until'
    | 'snoozed_for'
    | 'snoozed_by'
    | 'deleted_at'
    | 'deleted_by'
    | 'sub_status_id'
  >
>

const AWAKE = { snoozed_at: null, snoozed_until: null, snoozed_for: null, snoozed_by: null }

/** Changes a ticket, writes down what was changed and draws its card anew; nothing happens when nothing is another. */
export async function change(tx: Tx, ticket: TicketRow, kind: string, actor: Actor, changes: Changes): Promise<void> {
  const wakes = changes.status !== undefined && changes.status !== 'snoozed' && ticket.snoozed_at !== null
  const leaves = changes.status !== undefined && parentOf(changes.status) !== parentOf(ticket.status)
  const to: Changes = { ...changes, ...(wakes && AWAKE), ...(leaves && { sub_status_id: null }) }
  const names = (Object.keys(to) as (keyof Changes)[]).filter(name => ticket[name] !== to[name])
  if (!names.length) return
  await tx.q
    .updateTable('tickets')
    .set({ ...only(names, to), updated_at: tx.now }) // what stays as it is would have its indexes written anew
    .where('id', '=', ticket.id)
    .execute()
  if (ticket.spam_at !== null && to.spam_at === null) await showUnseen(tx, ticket.id)
  const told = names.filter(name => !UNTOLD.includes(name))
  const [from, into] = await subStatusWords(tx.q, ticket, to)
  await record(tx, ticket.id, kind, actor, { ...only(told, ticket), ...from }, { ...only(told, to), ...into })
  if (to.closed_at != null) await endReminders(tx, ticket.id, 'closed')
  if (ticket.chat_id && 'closed_at' in to) await chatTicketClosed(tx, ticket.id, to.closed_at ?? null)
  if (ticket.parent_id && names.some(name => SHOWN_ABOVE.includes(name))) await redrawCard(tx, ticket.parent_id)
  await keepClocks(tx, ticket, { ...ticket, ...to })
  await keepSilence(tx, ticket, { ...ticket, ...to })
  if (names.some(name => name !== 'answered_at')) await redrawCard(tx, ticket.id) // the card does not show it
}

function only(names: (keyof Changes)[], from: Changes): Changes {
  return Object.fromEntries(names.map(name => [name, from[name]]))
}

/** What the sub-status is called before and after, where it is another one. */
async function subStatusWords(
  q: Query,
  ticket: TicketRow,
  { sub_status_id: to }: Changes,
): Promise<[object?, object?]> {
  const from = ticket.sub_status_id
  if (to === undefined || to === from) return []
  const ids = [from, to].filter(id => id !== null)
  const rows = await q.selectFrom('sub_statuses').select(['id', 'name']).where('id', 'in', ids).execute()
  const nameOf = (id: string | null) => rows.find(r => r.id === id)?.name ?? null
  return [{ sub_status: nameOf(from) }, { sub_status: nameOf(to) }]
}

/** What the card of the ticket that it is part of says of it. */
const SHOWN_ABOVE: (keyof Changes)[] = ['status', 'closed_at', 'deleted_at']

/** The event has a time and a name of its own. */
const UNTOLD = ['sub_status_id', 'assigned_at', 'snoozed_at', 'snoozed_by', 'deleted_at', 'deleted_by']
