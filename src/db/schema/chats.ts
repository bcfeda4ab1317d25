import type { Priority } from './tickets.ts'

export interface ChatTables {
  segments: SegmentRow
  chats: ChatRow
  chat_files: ChatFileRow
  chat_recipients: ChatRecipientRow
  chat_steps: ChatStepRow
  chat_posts: ChatPostRow
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
  ticket_id: string | null // of the recipient whom it tells of
  key: string // the same key again is the same post
  external_id: string | null
  attempts: number
  due_at: number | null // null: it was said
  created_at: number
}
