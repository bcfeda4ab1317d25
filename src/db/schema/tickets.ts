import type { Generated } from 'kysely'
import type { AuthorKind } from './messages.ts'
import type { ReplyMode } from './teams.ts'

export interface TicketTables {
  tickets: TicketRow
  threads: ThreadRow
  events: EventRow
  ticket_docs: TicketDocRow
  stale_entries: StaleEntryRow
  saved_finds: SavedFindRow
  deeds: DeedRow
  ticket_links: TicketLinkRow
  reminders: ReminderRow
}

export type Status =
  | 'draft'
  | 'scheduled'
  | 'awaiting_customer'
  | 'open'
  | 'in_progress'
  | 'internal'
  | 'snoozed'
  | 'closed'
export type Priority = 'low' | 'medium' | 'high' | 'urgent'

export interface TicketRow {
  id: string
  team_id: string
  number: number
  identifier: string
  subject: string
  customer_id: string
  sender_id: string | null
  form_id: string | null
  status: Status
  priority: Priority
  assignee_id: string | null
  reply_mode: ReplyMode | null // this ticket's own; null: the team's
  created_by: string | null // agent; null: the customer wrote first
  dedup_key: string | null // the same key again is the same ticket
  created_at: number
  updated_at: number
  published_at: number | null // when the customer was first written to; null: internal only
  answered_at: number | null // the customer's newest message
  closed_at: number | null
  closed_by: string | null
  close_reason: string | null
  continues_id: string | null // the ticket, closed long ago, whose customer wrote again
  merged_into_id: string | null
  archived_at: number | null
  spam_at: number | null // nothing more of its mail is shown
  looks_like_id: string | null // an open ticket of the customer's with this subject: only a suggestion
  chat_id: string | null // the chat that began it
  general_at: number | null // since when it is followed at the desk; null: a chat's, which nobody has answered
  assigned_by: string | null // why its assignee has it, a finished sentence
  assigned_at: number | null
  queued_at: number | null // since when it waits for somebody to be free
  queued_for: string | null // the agent who wrote to the customer last: asked before others while it waits
  description: string | null // for the team alone
  due_at: number | null
  deleted_at: number | null
  deleted_by: string | null // the agent's name
  parent_id: string | null
  split_from_id: string | null // the ticket where its first mail was before
  snoozed_at: number | null
  snoozed_until: number | null // null: only an answer ends it
  snoozed_for: SnoozedFor | null
  snoozed_by: string | null // agent
  sub_status_id: string | null // its team's own word for where it stands
}

/** What ends a snooze by itself: its date, the customer's answer, or whichever is first. */
export type SnoozedFor = 'date' | 'answer' | 'either'

/** That two tickets have to do with each other; each pair stands here both ways. */
export interface TicketLinkRow {
  ticket_id: string
  other_id: string
  created_at: number
}

export type Side = 'desk' | 'customer'

export interface ThreadRow {
  id: string
  ticket_id: string
  channel: string
  side: Side
  place: string // Slack: channel id; email: the customer's address
  root: string | null // Slack: ts of the card; null until posted. email: Message-ID of the first mail
  token: string // reply token of this thread, unsigned
  created_at: number
  ended_at: number | null // since when the ticket is followed elsewhere; what answers it still belongs to the ticket
}

export interface EventRow {
  id: string
  ticket_id: string
  kind: string
  actor_kind: AuthorKind
  actor_id: string | null
  actor_name: string
  before: string | null // JSON
  after: string | null // JSON
  at: number
}

/** A ticket's entry in the full-text index (db/full-text.ts). */
export interface TicketDocRow {
  seq: Generated<number> // later tickets have larger ones
  ticket_id: string
}

/** A ticket whose entry in the full-text index is to be written anew. */
export interface StaleEntryRow {
  ticket_id: string
  stale_at: number
}

/** What somebody looked for, kept under a name. */
export interface SavedFindRow {
  id: string
  agent_id: string // who keeps it
  team_id: string | null // whose it is; null: their own
  name: string
  filter: string // JSON Filter (core/find/filter.ts)
  created_at: number
}

/** Something that an agent has done with many tickets, while it is under way. */
export interface DeedRow {
  id: string
  key: string // the same key again is the same work
  agent_id: string
  deed: string // JSON Deed (core/tickets/bulk.ts)
  meant: string // JSON Meant (core/tickets/deeds.ts)
  tickets: string | null // JSON ids, once they were found
  looked: number // so many of them were dealt with
  result: string // JSON Done, of these
  due_at: number // when it may be taken up by others
  created_at: number
}

/** An agent wants to hear of a ticket whose customer has not answered by then. */
export interface ReminderRow {
  id: string
  ticket_id: string
  agent_id: string
  due_at: number
  note: string
  dedup_key: string | null
  created_at: number
  ended_at: number | null
  ended_by: 'said' | 'answered' | 'closed' | 'cancelled' | null
}
