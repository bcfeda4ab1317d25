import type { Generated } from 'kysely'

/**
 * Every table. Ids are UUIDv7 text, times are whole milliseconds since 1970 UTC, secrets are sealed (lib/sign.ts),
 * JSON is text, bytes are blobs. A column that ends in `_at` is a fact with a time; null means that it has not happened.
 */
export interface Schema {
  settings: SettingRow
  teams: TeamRow
  agents: AgentRow
  team_members: TeamMemberRow
  forms: FormRow
  accounts: AccountRow
  customers: CustomerRow
  addresses: AddressRow
  senders: SenderRow
  sender_aliases: SenderAliasRow
  bans: BanRow
  alerts: AlertRow
  suppressions: SuppressionRow
  tickets: TicketRow
  threads: ThreadRow
  messages: MessageRow
  message_versions: MessageVersionRow
  attachments: AttachmentRow
  blobs: BlobRow
  keys: KeyRow
  deliveries: DeliveryRow
  inbound: InboundRow
  events: EventRow
  customer_tags: CustomerTagRow
  customer_notes: CustomerNoteRow
  people_events: PeopleEventRow
  segments: SegmentRow
  chats: ChatRow
  chat_files: ChatFileRow
  chat_recipients: ChatRecipientRow
  chat_steps: ChatStepRow
  chat_posts: ChatPostRow
  unsubscriptions: UnsubscriptionRow
  lifts: LiftRow
  assignment_rules: AssignmentRuleRow
  fields: FieldRow
  form_fields: FormFieldRow
  field_values: FieldValueRow
  tags: TagRow
  tag_groups: TagGroupRow
  ticket_tags: TicketTagRow
  ticket_docs: TicketDocRow
  saved_finds: SavedFindRow
  answer_posts: AnswerPostRow
  ticket_links: TicketLinkRow
  erasures: ErasureRow
  forgotten: ForgottenRow
  sla_policies: SlaPolicyRow
  sla_clocks: SlaClockRow
  silences: SilenceRow
  answer_times: AnswerTimeRow
  desk_posts: DeskPostRow
  templates: TemplateRow
  mail_wishes: MailWishRow
  drafts: DraftRow
  reminders: ReminderRow
}

export interface SettingRow {
  name: string
  value: string
}

export interface TeamRow {
  id: string
  name: string
  prefix: string
  place: string // where the team's tickets are shown: for Slack a channel id
  reply_mode: ReplyMode
  hold_ms: number
  signature: string
  next_number: number
  place_problem: string | null // why we cannot write there, a finished sentence; null while all is well
  sender_id: string | null // what new tickets are sent from; null: the oldest sender that works
  reopen_days: number // an answer later than this after the closing is a new ticket, linked
  chat_rules: string | null // JSON ChatRules (core/chats/rules.ts); null: the defaults
  routing: string | null // JSON Routing (core/routing/settings.ts); null: the defaults
  reactions: string | null // JSON Reactions (core/reactions.ts); null: the defaults
  hook_url: string | null // sealed: where word of a customer's answer is posted; null: nowhere
  hook_problem: string | null // why the last word could not be posted, a finished sentence
  shared_at: number | null // since when people of another organisation read the team's place
  shared_agreed_at: number | null // when a lead said that what is written there is mailed all the same
  shared_agreed_by: string | null // agent
  hours: string | null // JSON Hours (core/hours/settings.ts); null: the usual ones
  auto_close: string | null // JSON AutoClose (core/auto-close/settings.ts); null: nothing is closed by itself
  digest: string | null // JSON Digest (core/stats/digest.ts); null: there is none
  digest_at: number | null // when the next digest is due
  created_at: number
  archived_at: number | null
}
export type ReplyMode = 'ask' | 'direct' | 'notes'

export interface AgentRow {
  id: string
  handle: string // who they are at the desk: for Slack the user id
  name: string
  email: string | null
  alias: string | null // the name that customers see; null: their own name
  signature: string
  availability: Availability // as they set it; see available_at
  available_at: number | null // when they are back, if they said so: from then on they are online
  capacity: number | null // open tickets at most that are given to them; null: as the team says
  zone: string | null // IANA time zone, as the desk tells it
  hours: string | null // JSON Hours (core/hours/settings.ts); null: as their teams
  assigned_at: number | null // when a ticket was last given to them: the order of turns
  presence: 'active' | 'away' | null // what the desk says of them; null: it does not say
  presence_at: number | null // when it said so
  presence_due_at: number | null // since when it is to be asked
  role: BaseRole | null // in all teams where they have none of their own; null: agent
  created_at: number
  deactivated_at: number | null
}
/** What somebody is in a team; an admin is one in all of them. */
export type Role = 'admin' | 'lead' | 'agent' | 'drafter' | 'viewer'
export type BaseRole = Exclude<Role, 'lead'>
/** `member`: what they are everywhere. */
export type TeamRole = Exclude<Role, 'admin'> | 'member'
export type Availability = 'online' | 'away' | 'offline'

export interface TeamMemberRow {
  team_id: string
  agent_id: string
  role: TeamRole
  unrouted_at: number | null // since when nothing is given to them in this team; null: they take their turns
  sender_id: string | null // what this agent's new tickets are sent from
  joined_at: number
}

export interface FormRow {
  id: string
  team_id: string
  name: string
  priority: Priority
  position: number
  created_at: number
  archived_at: number | null
}

/** Of whom a field is: tickets of a team, all customers, or all their companies. */
export type FieldOwner = 'ticket' | 'customer' | 'account'
export type FieldKind = 'line' | 'text' | 'number' | 'date' | 'select' | 'multi' | 'checkbox' | 'user' | 'url'

export interface FieldRow {
  id: string
  owner: FieldOwner
  team_id: string | null // null: of customers or companies
  key: string // by what lists and templates know it; stays when the name changes
  name: string
  kind: FieldKind
  hint: string
  options: string // JSON [text]: what can be chosen
  initial: string // JSON [text]: what it begins with
  visible: 0 | 1 // customers see it, in the first mail
  position: number
  created_at: number
  archived_at: number | null // asked for no more; what tickets have stays
}

export interface FormFieldRow {
  form_id: string
  field_id: string
  position: number
  required: Required | null
}
/** When a field must be filled in: for a new ticket, or at the latest when it is closed. */
export type Required = 'creation' | 'close'

/** What a ticket's field holds: a row, or one for each option chosen. */
export interface FieldValueRow {
  ticket_id: string
  field_id: string
  position: number
  value: string // a user's is the agent's id, a date's 2026-01-31, a ticked box's `yes`
  key: string // the beginning of the value in lower case, for finding
  number: number | null // a number's, and a date's as ms UTC
}

export interface TagRow {
  id: string
  name: string
  key: string // the name in lower case
  group_id: string | null
  created_at: number
}

export interface TagGroupRow {
  id: string
  name: string
  key: string
  created_at: number
}

export interface TicketTagRow {
  ticket_id: string
  tag_id: string
}

export interface AccountRow {
  id: string
  name: string
  domain: string | null
  fields: string | null // JSON { key: value }, as a customer's
  created_at: number
}

export interface CustomerRow {
  id: string
  name: string
  account_id: string | null
  search: string // lower-cased name, addresses and company, for search as you type
  zone: string | null // IANA time zone; null: as the team's
  fields: string | null // JSON { name: value }: what else is known, such as a list's further columns
  merged_into_id: string | null // the customer who turned out to be the same person
  created_at: number
}

/** What agents keep in mind of a customer; no customer ever sees it. */
export interface CustomerNoteRow {
  id: string
  customer_id: string
  agent_id: string
  text: string
  created_at: number
  deleted_at: number | null
}

/** Who changed what is known of a customer or a company. */
export interface PeopleEventRow {
  id: string
  owner: 'customer' | 'account'
  owner_id: string
  actor_kind: AuthorKind
  actor_id: string | null
  actor_name: string
  before: string // JSON { name: text }, null for nothing: what people call it, of what is another after
  after: string // JSON, as before
  at: number
}

export interface CustomerTagRow {
  customer_id: string
  tag: string // lower-cased
}

export interface AddressRow {
  address: string // lower-cased
  customer_id: string
  created_at: number
}

export interface SenderRow {
  id: string
  team_id: string
  address: string // lower-cased
  name: string
  smtp_url: string | null // sealed; null: the SMTP_URL of the environment
  dkim_selector: string | null
  dkim_key: string | null // sealed
  postal_footer: string | null // under what goes to many: who sends it, and where they can be found
  created_at: number
  broken_at: number | null
  broken_reason: string | null
  removed_at: number | null
}

/** A further address whose mail is the sender's: an alias, a forwarding address, or `*@domain` for all of a domain. */
export interface SenderAliasRow {
  address: string
  sender_id: string
  created_at: number
}

/** Whose mail is not taken in any more: an address, or `*@domain`. */
export interface BanRow {
  address: string
  reason: string
  created_by: string | null // agent
  created_at: number
  until_at: number | null // null: it is for good
  ended_at: number | null // when it ended, or was lifted; the mails that it kept out stay
}

/** Word of a customer's answer, on its way to where the team wants it posted. */
export interface AnswerPostRow {
  id: string
  team_id: string
  ticket_id: string
  created_at: number
  attempts: number
  due_at: number
}

/** Something that operators must look at, said once in a team's place. At most one of a key is up. */
export interface AlertRow {
  id: string
  key: string // what it is about: the same key again is the same alert
  team_id: string | null // in whose place it is said; null: the first team's
  text: string
  raised_at: number
  ended_at: number | null
  end_text: string | null // what is said at its end
  external_id: string | null // how the place knows what was said
  attempts: number
  due_at: number | null // when it is to be said; null: nothing is to be said now
}

export interface SuppressionRow {
  address: string
  reason: string
  source: string
  created_by: string | null // agent; null: by itself
  created_at: number
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

export type AuthorKind = 'agent' | 'customer' | 'stranger' | 'system'
export type Visibility = 'public' | 'note' | 'undecided'

export interface MessageRow {
  id: string
  ticket_id: string
  author_kind: AuthorKind
  author_id: string | null // agent or customer
  author_name: string
  author_address: string | null
  visibility: Visibility
  body: string // JSON Document
  text: string
  full: string | null // JSON Document of the whole mail, where body leaves the quoted part out
  from_thread_id: string | null // where it came in; null: a form, or ourselves
  inbound_id: string | null
  matched_by: string | null // why it belongs to this ticket, a finished sentence
  automatic: string | null // name of the rule by which it is no human's answer
  kind: string | null // what kind of mail a machine made (ooo, auto, bounce, ...); null: a person wrote it
  doubt: string | null // why its author may not be who they say, a finished sentence
  copies: string | null // JSON [{ address, name }]: who else it was written to
  calls_id: string | null // the agent who is called to look at it
  opening: 0 | 1 // the ticket's first message, shown on the card itself
  dedup_key: string | null
  created_at: number
  edited_at: number | null
  deleted_at: number | null
  color: NoteColor | null // of a note
  pinned_at: number | null
  moved_from_id: string | null // the ticket where somebody took it away
}
export type NoteColor = 'red' | 'orange' | 'yellow' | 'green' | 'blue' | 'purple'

export interface MessageVersionRow {
  id: string
  message_id: string
  body: string
  text: string
  replaced_at: number
}

export interface AttachmentRow {
  id: string
  message_id: string
  position: number
  name: string
  type: string
  size: number
  sha256: string
  content_id: string | null // referenced by html as cid:
  inline: 0 | 1
  minor: 0 | 1 // a logo or the like in a signature: kept, but not shown
  link_until: number | null // the customer got a link in its place, too large for the mail; it works until then
}

export interface BlobRow {
  sha256: string
  bytes: Buffer
  created_at: number
}

/** What a far side knows a message by: a Message-ID, a Slack channel and ts. Kept for ever, also of deleted tickets. */
export interface KeyRow {
  channel: string
  key: string
  thread_id: string
  message_id: string | null
  created_at: number
}

export type DeliveryState = 'held' | 'queued' | 'sent' | 'bounced' | 'failed' | 'cancelled'
export type DeliveryKind = 'card' | 'message' | 'mark'

export interface DeliveryRow {
  id: string
  kind: DeliveryKind
  thread_id: string
  message_id: string | null
  channel: string
  ticket_id: string
  state: DeliveryState
  key: string | null // the id that the far side is to know it by, fixed beforehand (Message-ID)
  external_id: string | null // the id that the far side gave or confirmed
  version: number // raised by each change of what is to be shown; a letter carried at an older version is carried again
  attempts: number
  due_at: number // nothing happens before; a claim moves it ahead (lease)
  created_at: number
  sent_at: number | null
  reason: string | null // why it failed or is late, for people
  place: string | null // the customer's address, fixed when the agent sent it; null: the thread's
  copies: string | null // JSON [address]: who gets a copy, fixed when the agent sent it
  bounce_class: string | null // why it came back, such as no_such_address
  bounce_status: string | null // the far side's enhanced status (RFC 3463), such as 5.1.1
  bounced_at: number | null // when it came back; null also once the address may be written to again
  handed: string | null // JSON [address]: recipients that are done with, of a mail with several
  deferrals: number // how often the far side said "later"
  deferred_at: number | null // when it first could not be delivered
  late_at: number | null // when its author was told that it is not delivered yet
  uncertain_at: number | null // when the connection was lost with the mail handed over: it may have arrived
  scheduled_at: number | null // the moment its author chose; held until then. null: at once
  zone: string | null // IANA time zone that the moment was chosen in
  unless_answered: 0 | 1 // it is cancelled when the customer writes first
  asked_at: number | null // when its moment came and somebody was asked whether it is still to go
  blind: string | null // JSON [address]: those of the copies that no header names
  sender_id: string | null // of a mail: what it was queued to be sent from
  author: string | null // of a mail: the name that it was queued under
}

/** `held`: too much came at once, so it waits until somebody lets it through. */
export type InboundState = 'pending' | 'recorded' | 'unmatched' | 'ignored' | 'quarantined' | 'held'

export interface InboundRow {
  id: string
  channel: string
  key: string // the same key again is the same arrival
  raw: Buffer
  envelope: string // JSON, the channel's own: who it was handed to and by whom
  state: InboundState
  reason: string | null
  attempts: number
  due_at: number
  received_at: number
  settled_at: number | null
  message_id: string | null
  about: string | null // JSON, for the tray: who wrote, the subject, how it begins
  team_id: string | null // the team that somebody gave it to from the tray
  kind: string | null // human, ooo, auto, bounce, ...: how it was classified
  rule: string | null // the name of the rule that said so
  dropped_at: number | null // when the bytes of an old mail were let go; `raw` is empty since
  from_address: string | null // who wrote a mail, once it was read
  passed_at: number | null // when somebody let it through that was held, or banned
  banned_by: string | null // the ban that kept it out; null: none did, or it was let through
  ticket_id: string | null // the ticket that somebody gave it to from the tray
  given_by: string | null // their name
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

/** A choice of customers that is kept under a name. */
export interface SegmentRow {
  id: string
  name: string
  filter: string // JSON Filter (core/chats/segments.ts)
  created_by: string
  created_at: number
}

export type ChatState = 'draft' | 'scheduled' | 'awaiting_approval' | 'sending' | 'paused' | 'stopped' | 'finished'

/** One message to many customers. */
export interface ChatRow {
  id: string
  number: number // for people
  team_id: string
  sender_id: string
  agent_id: string // in whose name it is written
  created_by: string // agent
  subject: string // Liquid
  body: string // JSON Document whose text is Liquid
  kind: string // what customers can leave it by: `news`, `product`, ...
  priority: Priority // of the tickets
  audience: string // JSON Audience (core/chats/audience.ts): how its recipients were chosen
  exclusions: string // JSON Exclusions: whom it leaves out
  state: ChatState
  reason: string | null // why it is paused or stopped, a finished sentence
  due_at: number | null // when it begins, or may begin unless somebody stops it; null: once somebody says so
  approval_reason: string | null // why somebody else must agree; null: nobody must
  approved_by: string | null // agent
  approved_at: number | null
  started_at: number | null
  finished_at: number | null
  dedup_key: string | null
  created_at: number
  updated_at: number
  card_id: string | null // how the desk knows its card
  card_attempts: number
  card_due_at: number | null // when the card is to be drawn (anew); null: it is as it should be
}

export interface ChatFileRow {
  chat_id: string
  position: number
  name: string
  type: string
  size: number
  sha256: string
}

/**
 * `queued`: to be sent; `sending`: it has its ticket, and its mail is on its way; `left_out`: the chat was stopped before;
 * `test`: an agent who looks at the mail in their own mailbox.
 */
export type RecipientState = 'test' | 'blocked' | 'queued' | 'sending' | 'sent' | 'bounced' | 'failed' | 'left_out'

export interface ChatRecipientRow {
  id: string
  chat_id: string
  line: number // where it stood in the list, from 1; tests are counted down from -1, and are in no number
  address: string // lower-cased; as it was given when it is none
  name: string
  customer_id: string | null
  fields: string | null // JSON { name: value }: the further columns of the list
  state: RecipientState
  block: string | null // the kind of reason by which it is blocked (core/chats/blocks.ts)
  reason: string | null // why it gets nothing, a finished sentence
  due_at: number // nothing is sent before
  ticket_id: string | null
  sent_at: number | null
  answered_at: number | null // by a person
  unsubscribed_at: number | null
  complained_at: number | null
  absent_at: number | null // when they were last out of office
  closed_at: number | null // when its ticket was closed
  step: number // follow-ups that were sent
  step_due_at: number | null // when the next one is to go
}

/** What goes to recipients who do not answer. */
export interface ChatStepRow {
  chat_id: string
  step: number // 1 to 5
  working_days: number // after the mail before; 0: at once
  body: string // JSON Document whose text is Liquid
  created_by: string
  created_at: number
}

/** A word in the thread under a chat's card. */
export interface ChatPostRow {
  id: string
  chat_id: string
  kind: 'word' | 'answered' | 'chart' | 'light'
  text: string
  ticket_id: string | null // of the recipient who answered
  key: string // the same key again is the same post
  external_id: string | null
  attempts: number
  due_at: number | null // null: it was said
  created_at: number
}

/** Whoever wants no more of a kind of chat; `*` is every kind. Tickets are written to them all the same. */
export interface UnsubscriptionRow {
  address: string
  kind: string
  reason: string
  source: string
  chat_id: string | null
  created_at: number
}

/** That an address may be written to again, who said so and why. */
export interface LiftRow {
  id: string
  address: string
  what: 'suppression' | 'unsubscription'
  reason: string // by which it was not to be written to
  note: string
  lifted_by: string // agent, or the customer who subscribed again
  lifted_at: number
}

/** Who takes the tickets that meet these conditions; a team's are tried in order. */
export interface AssignmentRuleRow {
  id: string
  team_id: string
  position: number
  name: string
  meets: 'all' | 'any'
  conditions: string // JSON Condition[] (core/routing/rules.ts)
  agent_id: string | null
  to_team_id: string | null
  created_at: number
}

/** A ticket's entry in the full-text index (db/full-text.ts). */
export interface TicketDocRow {
  seq: Generated<number> // later tickets have larger ones
  ticket_id: string
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

/** That a customer is being forgotten, and how far that is; once it is done, nothing here says who it was. */
export interface ErasureRow {
  id: string
  customer_id: string | null
  addresses: string // JSON [address]
  agent_id: string // who asked for it, and is told
  step: string // core/erase/steps.ts
  cursor: string // how far the step is
  counts: string // JSON { what: number }
  attempts: number
  due_at: number | null // null: it is done
  created_at: number
  finished_at: number | null
}

/** The keyed hash of an address that was forgotten: nothing is sent there by accident. */
export interface ForgottenRow {
  hash: string
  created_at: number
}

/** What a team promises for the tickets that meet its conditions, in working time; a team's are tried in order. */
export interface SlaPolicyRow {
  id: string
  team_id: string
  position: number
  name: string
  meets: 'all' | 'any'
  conditions: string // JSON Condition[] (core/conditions.ts); none: every ticket
  next_response_ms: number | null
  update_ms: number | null
  resolution_ms: number | null
  created_at: number
}

export type SlaMetric = 'next_response' | 'update' | 'resolution'

/** A promise on one ticket that runs, rests, was kept or was broken. At most one of a metric is unsettled. */
export interface SlaClockRow {
  id: string
  ticket_id: string
  team_id: string
  policy_id: string
  metric: SlaMetric
  target_ms: number // working time that it may take
  spent_ms: number // working time that it took before it last began to run
  started_at: number
  running_since: number | null // null while it rests, and once it is settled
  due_at: number | null // when it is broken, as far as is known now; null while it rests
  look_at: number | null // when it is to be looked at next; null: not before something happens
  warned_at: number | null
  breached_at: number | null
  settled_at: number | null
  met: 0 | 1 | null // once it is settled: whether it was kept; null: it came to nothing
}

/** Since when a ticket waits for its customer without a word from either side, and what was done about it. */
export interface SilenceRow {
  ticket_id: string
  team_id: string
  since: number
  step: 0 | 1 | 2 // done: nothing yet, the nudge, the reminder
}

/** How long an answer took. */
export interface AnswerTimeRow {
  id: string
  team_id: string
  ticket_id: string
  whose: 'theirs' | 'ours' // theirs: the first answer to what we wrote first; ours: to what they wrote
  took_ms: number
  at: number
}

/** Something that is said at the desk by itself: in a team's place, or to one agent. Once it was said its words are gone here. */
export interface DeskPostRow {
  id: string
  key: string // the same key again is the same post
  team_id: string | null // in whose place it is said
  agent_id: string | null // or to whom
  kind: 'word' | 'digest'
  text: string
  ticket_id: string | null // that it is about
  figures: string | null // JSON Figures (core/stats/figures.ts), of a digest
  external_id: string | null // how the place knows it, once it was said
  attempts: number
  due_at: number | null // null: it was said
  created_at: number
}

/** A text to begin with. Its subject and body are Liquid. */
export interface TemplateRow {
  id: string
  team_id: string | null // whose everybody in it sees it; null: only who made it does
  agent_id: string // who made it
  name: string
  subject: string // may be empty
  body: string // JSON Document
  created_at: number
  updated_at: number
}

/** How a message is to be mailed that somebody else sends, or that was taken back: to whom beside the customer, and when. */
export interface MailWishRow {
  message_id: string
  copy_to: string // JSON [address]
  blind_to: string // JSON [address], unseen by the others
  scheduled_at: number | null // null: at once
  zone: string | null // IANA time zone that the moment was chosen in
  unless_answered: 0 | 1
}

/** What somebody began to write and has not sent. */
export interface DraftRow {
  id: string
  agent_id: string // who wrote on it last
  team_id: string | null
  ticket_id: string | null // it is an answer there; null: a new ticket
  stamp: number // the order of what was saved, as the desk tells it
  shared_at: number | null // since when the team's agents see it and may go on; null: it is its author's
  form: string // JSON, the desk's own: the form as it stood. Empty once it has ended
  about: string // JSON { title, text }: for lists
  created_at: number
  updated_at: number
  ended_at: number | null // when it was sent or discarded; nothing is saved to it any more
  ended_by: string | null // the key of the submission that sent it; null: it was discarded
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
