import type { KnownBlock, RichTextSection } from '@slack/types'
import type { EventRow, Priority, ReplyMode, Status } from '../../../../db/schema.ts'
import { context, cut, oneLine } from '../blocks.ts'
import { priorityWords, replyModeWords, statusWords } from '../words.ts'

/** What happened to a ticket, newest first, each moment in the reader's own time. `names` are agents by id. */
export function historyBlocks(events: EventRow[], names: Map<string, string>, most = 30): KnownBlock[] {
  if (!events.length) return []
  const lines = events.slice(0, most).map(e => line(e, names))
  return [
    context('*History*'),
    { type: 'rich_text', elements: [{ type: 'rich_text_list', style: 'bullet', elements: lines }] },
    ...(events.length > most ? [context('Older events are kept, but not shown here.')] : []),
  ]
}

function line(event: EventRow, names: Map<string, string>): RichTextSection {
  const text = cut(historyLine(event, names), 300)
  return {
    type: 'rich_text_section',
    elements: [
      {
        type: 'date',
        timestamp: Math.floor(event.at / 1000),
        format: '{date_short_pretty} {time}',
        fallback: new Date(event.at).toISOString().slice(0, 16).replace('T', ' '),
      },
      { type: 'text', text: `  ${text}` },
    ],
  }
}

/** Who did what, in one line. */
export function historyLine(event: EventRow, names: Map<string, string>): string {
  return oneLine(`${event.actor_name} ${sentence(event, names)}`)
}

type Fields = Record<string, unknown>

function sentence(event: EventRow, names: Map<string, string>): string {
  const before: Fields = event.before ? JSON.parse(event.before) : {}
  const after: Fields = event.after ? JSON.parse(event.after) : {}
  const changes = Object.keys(after)
    .filter(name => name in shownFields)
    .map(name => change(name, before[name], after[name], names))
    .filter(Boolean)
  const what = decisions[String(after.visibility)] ?? sentences[event.kind] ?? event.kind.replaceAll('_', ' ')
  const extra = [
    ...changes,
    ...fieldChanges(before.fields, after.fields),
    detail(event.kind, after),
    why(event, after),
  ].filter(Boolean)
  return extra.length ? `${what} (${extra.join('; ')})` : what
}

const sentences: Record<string, string> = {
  ticket_created: 'opened the ticket',
  ticket_published: 'published the ticket',
  ticket_assigned: 'assigned the ticket',
  ticket_queued: 'had the ticket wait for somebody',
  priority_changed: 'changed the priority',
  status_changed: 'changed the status',
  ticket_closed: 'closed the ticket',
  ticket_reopened: 'reopened the ticket',
  reply_mode_changed: 'changed what happens to messages in this thread',
  customer_answered: 'answered',
  customer_written_to: 'wrote to the customer',
  message_edited: 'edited a message',
  message_deleted: 'deleted a message',
  send_undone: 'took a mail back before it went out',
  mail_released: 'had a scheduled mail sent',
  schedule_cancelled: 'did not have a scheduled mail sent, since the customer wrote first',
  sender_changed: 'changed what mails are sent from',
  reminder_set: 'wants to be reminded',
  reminder_cancelled: 'wants to be reminded no more',
  delivery_failed: 'could not deliver a mail',
  mail_bounced: 'had a mail returned',
  mail_late: 'has a mail that is not delivered yet',
  mail_received: 'heard that a mail arrived',
  mail_complained: 'heard that a mail was reported as spam',
  counted_as_answer: 'counted a mail as an answer',
  author_accepted: 'accepted who wrote a mail',
  ticket_archived: 'archived the ticket',
  ticket_marked_spam: 'marked the ticket as spam',
  ticket_continued: 'wrote again, in a new ticket',
  address_changed: "changed the customer's address",
  customer_merged: 'found two customers to be one person',
  sender_replaced: 'took another sender, since that of the ticket was removed',
  sender_banned: 'banned an address',
  details_changed: 'changed the details',
  fields_changed: 'changed fields',
  facts_changed: 'changed what programs keep of the ticket',
  tags_changed: 'changed the tags',
  unsubscribed: 'unsubscribed',
  suppression_lifted: 'allowed an address to be written to again',
  ticket_linked: 'linked the ticket',
  ticket_unlinked: 'unlinked the ticket',
  parent_changed: 'changed what the ticket is part of',
  ticket_merged: 'merged the ticket into another',
  ticket_merged_in: 'merged another ticket into this',
  message_moved: 'moved a mail away',
  message_came: 'moved a mail here',
  team_changed: 'moved the ticket to another team',
  customer_changed: 'changed the customer',
  ticket_snoozed: 'snoozed the ticket',
  ticket_unsnoozed: 'ended the snooze',
  note_pinned: 'pinned a note',
  note_unpinned: 'unpinned a note',
  note_coloured: 'coloured a note',
  ticket_deleted: 'deleted the ticket',
  sla_breached: 'saw a promise broken',
}

/** What was decided about a message that somebody wrote in the thread. */
const decisions: Record<string, string> = {
  public: 'had a message sent to the customer',
  note: 'kept a message as a note',
}

/** Who assigned it by hand is named anyway. */
function why(event: EventRow, after: Fields): string {
  return event.kind === 'ticket_assigned' && event.actor_kind === 'system' && after.assigned_by
    ? String(after.assigned_by)
    : ''
}

const shownFields: Record<string, string> = {
  status: 'status',
  sub_status: 'more exactly',
  priority: 'priority',
  assignee_id: 'assignee',
  close_reason: 'reason',
  reply_mode: 'from now on',
  address: 'address',
  customer: 'customer',
  sender: 'sender',
  parent: 'part of',
  team: 'team',
  snoozed_until: 'until',
  subject: 'subject',
  description: 'description',
  due_at: 'due',
  tags: 'tags',
}

/** Of a ticket's own fields, under the names that they had. */
function fieldChanges(before: unknown = {}, after: unknown = {}): string[] {
  const had = before as Fields
  return Object.entries(after as Fields).map(([name, value]) =>
    name in had ? `${name}: ${had[name] ?? 'none'} → ${value ?? 'none'}` : `${name}: ${value}`,
  )
}

function change(name: string, before: unknown, after: unknown, names: Map<string, string>): string {
  const shown = (value: unknown) => valueWords(name, value, names)
  if (before === undefined || before === null) return after === null ? '' : `${shownFields[name]}: ${shown(after)}`
  return `${shownFields[name]}: ${shown(before)} → ${shown(after)}`
}

function valueWords(name: string, value: unknown, names: Map<string, string>): string {
  if (value === null || value === undefined) return name === 'assignee_id' ? 'nobody' : 'none'
  if (name === 'status') return statusWords[value as Status] ?? String(value)
  if (name === 'priority') return priorityWords[value as Priority] ?? String(value)
  if (name === 'reply_mode') return replyModeWords[value as ReplyMode] ?? String(value)
  if (name === 'snoozed_until') return `${new Date(Number(value)).toISOString().slice(0, 16).replace('T', ' ')} UTC`
  if (name === 'assignee_id') return names.get(String(value)) ?? 'somebody'
  if (name === 'due_at') return `${new Date(Number(value)).toISOString().slice(0, 16).replace('T', ' ')} UTC`
  if (name === 'tags') return (value as string[]).join(', ') || 'none'
  return String(value)
}

/** What names another ticket. */
const OTHERS = ['ticket_linked', 'ticket_unlinked', 'ticket_merged_in', 'message_moved', 'message_came']

function detail(kind: string, after: Fields): string {
  if (kind === 'delivery_failed') return `${after.to}: ${after.reason}`
  if (kind === 'mail_bounced' || kind === 'mail_late') return String(after.reason ?? '')
  if (kind === 'ticket_continued') return String(after.in ?? '')
  if (OTHERS.includes(kind)) return String(after.other ?? after.to ?? after.from ?? '')
  if (kind === 'suppression_lifted') return [after.to, after.note].filter(Boolean).join(': ')
  if (kind === 'mail_complained') return String(after.to ?? '')
  if (kind === 'sla_breached') return String(after.promise ?? '')
  if (kind === 'unsubscribed') return `${after.to}: ${after.reason}`
  if (kind === 'sender_banned') return `${after.to}: ${after.reason}`
  if (kind === 'ticket_created' && after.to) return `to ${after.to}`
  return kind === 'ticket_created' && after.from ? `from ${after.from}` : ''
}
