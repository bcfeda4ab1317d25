import type {
  AuthorKind,
  DeliveryState,
  NoteColor,
  Priority,
  ReplyMode,
  Side,
  SnoozedFor,
  Status,
  Visibility,
} from '../db/schema.ts'
import type { Schedule } from './deliveries/queue.ts'
import type { Document } from './document.ts'
import type { FilledField } from './fields/values.ts'
import type { ClockView } from './sla/view.ts'

/** A ticket as the desk shows it, whole. */
export interface TicketView {
  id: string
  identifier: string
  subject: string
  status: Status
  subStatus: string | null // its team's own word for where it stands
  priority: Priority
  replyMode: ReplyMode
  createdAt: number
  publishedAt: number | null
  answeredAt: number | null
  closedAt: number | null
  closeReason: string | null
  team: { id: string; name: string; place: string; signature: string; holdMs: number }
  customer: { id: string; name: string; address: string; company: string | null }
  assignee: { id: string; handle: string; name: string } | null
  assignedBy: string | null // why its assignee has it, a finished sentence
  queuedAt: number | null // since when it waits for somebody to be free
  creator: { id: string; handle: string; name: string } | null
  sender: SenderView | null
  opening: MessageView | null
  counts: { undecided: number; held: number; queued: number; failed: number; bounced: number }
  scheduled: { messageId: string; scheduled: Scheduled; reason: string | null }[] // mails that wait for their moment, the next one first
  suppressed: string | null // why nothing is sent to the customer's address
  archivedAt: number | null
  spamAt: number | null
  continues: TicketLink | null // closed long ago, when its customer wrote again
  continuedBy: TicketLink | null
  mergedInto: TicketLink | null
  looksLike: TicketLink | null // an open one of the same customer and subject: only a suggestion
  splitFrom: TicketLink | null // where its first mail was before
  snoozedUntil: number | null // null for a snoozed one: only an answer ends it
  snoozedFor: SnoozedFor | null
  deletedBy: string | null // the name; null: it was not deleted
  relations: Relations
  pinned: PinnedNote[] // oldest first
  chat: ChatView | null // the chat that began it
  description: string | null // for the team alone
  dueAt: number | null
  tags: string[] // empty where only a message of it is carried
  fields: FilledField[]
  clocks: ClockView[] // promises that are not settled yet
}

/** The chat that began a ticket, as far as its mails need it. */
export interface ChatView {
  id: string
  number: number // for people
  kind: string // what its recipients can leave it by
  recipientId: string
  unsubscribed: string | null // why no more of it goes to the customer, a finished sentence
  postalFooter: string | null // who sends it, and where they can be found
  unsubscribeUrl: string | null // null: nothing can be sent to many from here, see chatFault
}

/**
 * Whether a message goes to its customer as one of many: what opens a chat's ticket, and what follows it up while nobody
 * answers. All else that an agent writes there is to this customer alone.
 */
export function isChatMail({ chat }: Pick<TicketView, 'chat'>, message: MessageView | null): boolean {
  if (!chat || message?.author.kind !== 'agent') return false
  return message.opening || message.followUp === true
}

/** Tickets that have to do with one; deleted ones are left out. Empty where nobody asked for them. */
export interface Relations {
  parent: RelatedTicket | null
  children: RelatedTicket[] // those that are open first, and no more than can be shown
  childCounts: { open: number; closed: number } // all of them
  links: RelatedTicket[]
}

export interface RelatedTicket extends TicketLink {
  subject: string
  status: Status
  isClosed: boolean
}

/** A note that everybody on the ticket is to see. */
export interface PinnedNote {
  id: string
  text: string
  color: NoteColor | null
  by: string
}

/** Another ticket, as one shows it. */
export interface TicketLink {
  id: string
  identifier: string
}

export interface SenderView {
  id: string
  address: string
  name: string
  smtpUrl: string | null // null: the environment's
  broken: string | null // why nothing can be sent from it, a finished sentence
  dkim: { selector: string; key: string } | null
  isLocked?: true // its secrets cannot be read: nothing may be sent, not even without them
}

export interface MessageView {
  id: string
  visibility: Visibility
  author: {
    kind: AuthorKind
    id: string | null
    name: string
    address: string | null
    handle: string | null
    signature: string
  }
  body: Document
  text: string
  full: Document | null // the whole mail, where body leaves the quoted part out
  matchedBy: string | null
  inboundId?: string | null // of the mail that it came in by, for the operator
  automatic: string | null // the rule by which a machine made it; null: a person
  kind: string | null // then: what kind of mail it is
  doubt: string | null // why its author may not be who they say
  calls: string | null // the handle of the agent who is called to look at it
  copies: Copy[] // who else the mail was written to; of what we write see the deliveries
  opening: boolean
  followUp?: true // a chat's, to somebody who did not answer
  note?: { color: NoteColor | null; isPinned: boolean } // of a note that an agent keeps
  moved?: TicketLink // where it is since somebody took it away from another ticket
  wish?: MailWish // how it is to be mailed, once somebody sends it
  reminder?: true // written by Overture to a customer who did not answer
  createdAt: number
  editedAt: number | null
  deletedAt: number | null
  fromThreadId: string | null
  fromKey: string | null // how the place where it came in knows it: for Slack `channel:ts`
  attachments: AttachmentView[]
  deliveries: {
    id: string
    channel: string
    side: Side
    state: DeliveryState
    dueAt: number
    sentAt: number | null
    reason: string | null
    lateAt: number | null
    uncertainAt: number | null
    copies: string[] // who else it goes to, and the others see that they do
    blind: string[] // who else it goes to unseen
    scheduled: Scheduled | null
  }[]
}

/** Who gets a copy beside the customer, as typed. */
export interface CopiesWanted {
  copyTo?: string[]
  blindTo?: string[] // unseen by the others
}

/** How the author of a message wants it mailed to the customer: who gets a copy, and when. */
export interface MailWish extends CopiesWanted {
  schedule?: Schedule | null // null: now
}

/** When a mail is to go that waits for its moment, or went. */
export interface Scheduled {
  at: number // ms UTC
  zone: string // IANA time zone that it was chosen in
  unlessAnswered: boolean // not when the customer writes first
  askedAt: number | null // when it was held back at its moment, for the reason given, until somebody decides
}

/** Somebody beside the customer whom a mail was written to. */
export interface Copy {
  address: string
  name: string
}

export interface AttachmentView {
  id: string
  name: string
  type: string
  size: number // bytes
  contentId: string | null
  inline: boolean
  minor: boolean // a logo or the like in a signature
  known: boolean // an earlier message of the ticket brought the same bytes
  link: FileLink | null // what the customer gets in its place, since the mail would be too large
  read(): Promise<Buffer>
}

/** Where a file can be fetched without signing in, until a moment (ms UTC). */
export interface FileLink {
  url: string
  until: number
}

/** A file on its way in. */
export interface NewFile {
  name: string
  type: string
  bytes: Buffer
  contentId?: string | null
  inline?: boolean
  minor?: boolean // nobody looks for it: a logo in a signature, a picture of what is quoted
}
