export interface MailTables {
  senders: SenderRow
  sender_aliases: SenderAliasRow
  keys: KeyRow
  deliveries: DeliveryRow
  inbound: InboundRow
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
  agreed_id: string | null // of a mail: the version of its message that it says, since that was changed; null: as it is
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
