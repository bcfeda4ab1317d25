export interface MessageTables {
  messages: MessageRow
  message_versions: MessageVersionRow
  attachments: AttachmentRow
  blobs: BlobRow
  templates: TemplateRow
  mail_wishes: MailWishRow
  drafts: DraftRow
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
