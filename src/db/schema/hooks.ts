export interface HookTables {
  hooks: HookRow
  hook_events: HookEventRow
  hook_deliveries: HookDeliveryRow
}

/** Where a program wants to be told of what happens. */
export interface HookRow {
  id: string
  url: string // sealed: it may be a secret
  description: string
  shape: HookShape
  events: string | null // JSON: types of events (core/hooks/types.ts); null: all
  teams: string | null // JSON: ids; null: all, and what belongs to none
  include_private: 0 | 1 // notes, too
  secret: string | null // sealed: what is posted is signed with it; null: it is not signed
  old_secret: string | null // sealed: signs beside the newer one, until a moment
  old_secret_until: number | null
  created_by: string | null // agent
  created_at: number
  updated_at: number
  off_at: number | null // since when nothing is posted
  off_reason: string | null // a finished sentence
  deleted_at: number | null // what was posted is remembered for a while
  failures: number // in a row
  failing_since: number | null
  rest_until: number | null // nothing is tried before
  delivered_at: number | null // when it last took something
  problem: string | null // why it did not take the last one, a finished sentence
}

/** `event`: a signed envelope. `words`: flat texts, as workflows of Slack that begin with a webhook want them. */
export type HookShape = 'event' | 'words'

/** Something that happened and that programs may want to hear of; written in the transaction of its cause. */
export interface HookEventRow {
  id: string
  cause: HookCause
  source_id: string // of the row that says more
  ticket_id: string | null
  more: string | null // JSON: what no other row says
  at: number
  told_at: number | null // when deliveries were made of it
}

/** What kind of row says more: an event or a message of a ticket, and so on. */
export type HookCause =
  | 'event'
  | 'message'
  | 'answer'
  | 'clock'
  | 'chat'
  | 'customer_new'
  | 'customer_gone'
  | 'account_new'
  | 'people'

/** One event on its way to one subscription. */
export interface HookDeliveryRow {
  id: string // later ones have larger ids
  hook_id: string
  hook_event_id: string | null // null: a test
  event_id: string // the same event again has the same id
  event_type: string
  line: string // of one line, the older goes first
  ticket_id: string | null
  body: string | null // JSON, until it was taken or given up
  is_replay: 0 | 1
  state: HookDeliveryState
  attempts: number
  due_at: number
  status: number | null // of HTTP, of the last try
  answer: string | null // the beginning of what was answered then
  problem: string | null // why it was not taken, a finished sentence
  took_ms: number | null
  created_at: number
  tried_at: number | null
  settled_at: number | null // when it was taken, or given up
}

export type HookDeliveryState = 'queued' | 'delivered' | 'failed'
