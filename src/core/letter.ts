import type {
  AuthorKind,
  DeliveryKind,
  DeliveryState,
  NoteColor,
  Priority,
  ReplyMode,
  Side,
  SnoozedFor,
  Status,
  Visibility,
} from '../db/schema.ts'
import type { Document } from './document.ts'
import type { FilledField } from './fields/values.ts'
import type { MailWish } from './messages/wish.ts'
import type { ClockView } from './sla/view.ts'

/** One delivery with all that a channel needs to carry it; the channel asks nothing more. */
export interface Letter {
  id: string // of the delivery: the same letter again has the same id
  channel: string
  kind: DeliveryKind // card: draw the ticket's card; message: carry a message; mark: mark a message that came from there
  version: number
  attempts: number // 1 at the first try
  key: string | null // the id that the far side is to know it by, fixed beforehand: for email the Message-ID
  externalId: string | null // set once the far side has an earlier version of it
  createdAt: number
  thread: { id: string; side: Side; place: string; root: string | null; token: string; endedAt: number | null }
  ticketId: string // of the ticket that it counts on: another than `ticket` once that was merged
  ticket: TicketView
  message: MessageView | null // null for a card
  references: string[] // keys of the thread's earlier messages, oldest first
  copies: string[] // who else gets it
  blind: string[] // those of them whom no header names
  barred: Missed[] // of the customer and the copies, who must not be written to (any more)
  handed: string[] // recipients that are done with: the far side took it for them, or never will
  deferrals: number // how often the far side said "later"
  deferredAt: number | null // when it first could not be delivered
  uncertainAt: number | null // when the connection was lost with the whole of it handed over
}

/** A recipient who does not get it, and why, as a finished sentence. */
export interface Missed {
  address: string
  reason: string
  broken?: 'address' // nothing can be sent there, ever
}

/** What became of carrying a letter. */
export type Outcome = (
  | { sent: { id: string; root?: string } } // id: by what the far side knows it; root: given when this letter began the thread
  | { retry: Retry }
  | { refused: Refusal } // for good
) & { recipients?: Recipients }

export interface Retry {
  reason: string // a finished sentence
  afterMs?: number
  place?: boolean // nothing else goes there before, either
  tries?: Tries // soon when not given
  uncertain?: true // it may have arrived: it is tried once more, under the same id, and not again
}

/** When it is tried again: within seconds, after minutes and then hours, a day apart; or nothing was tried, which does not count. */
export type Tries = 'soon' | 'later' | 'daily' | 'uncounted'

export interface Refusal {
  reason: string // a finished sentence
  broken?: 'sender' | 'place' | 'address'
  alert?: 'policy' // an operator must look into it
}

/** Of a letter with several recipients: those that are done with. */
export interface Recipients {
  taken: string[]
  missed: Missed[]
}

/** A ticket as the desk shows it, whole. */
export interface TicketView {
  id: string
  identifier: string
  subject: string
  status: Status
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

/** Something that a customer's channel brought in, understood, before it is known where it belongs. */
export interface Arrival {
  inboundId: string
  channel: string
  key: string // how the far side knows it: the Message-ID without white space, with < >
  from: { address: string; name: string }
  to: string[] // every address that it was delivered to, lower-cased, without plus parts
  tokens: string[] // what stood behind a plus in those addresses
  answers: string[] // keys that it says it answers, newest first
  tag: string | null // a ticket identifier found in the subject, such as SUP-1
  subject: string
  body: Document // the new part
  full: Document | null // the whole, when body left something out
  files: NewFile[]
  kind: ArrivalKind
  rule: string // the name of the rule by which it is of that kind
  copies: Copy[] // all whom it was written to, To and Cc
  bounce: Bounce | null
  trust: Trust
  forwarded: { from: { address: string; name: string }; body: Document } | null // the mail that it passes on
  junk: string | null // why the mail system that brought it calls it spam, a finished sentence; null: it does not
}

/** What made an arrival: a person (`human`, or `list` by way of a mailing list), a machine, or, `unreadable`, nobody knows. */
export type ArrivalKind =
  | 'human'
  | 'list'
  | 'ooo' // out of office
  | 'auto' // any other automatic mail
  | 'bounce'
  | 'delayed' // not delivered yet; the mail system goes on trying
  | 'complaint' // somebody called our mail spam (ARF, RFC 5965)
  | 'calendar'
  | 'receipt' // delivered, or read
  | 'unsubscribe' // they want no more chats
  | 'loop' // our own mail coming back
  | 'light' // a person's, which only says thanks
  | 'unreadable'

/** Whether nobody wrote it by hand, or only to say thanks: it is no answer, does not reopen and is never answered. */
export function isAutomatic(kind: ArrivalKind): boolean {
  return kind !== 'human' && kind !== 'list' && kind !== 'unreadable'
}

/** Whether a mail system says by it what became of a mail of ours, which it may bring along. */
export function isReport(kind: ArrivalKind): boolean {
  return kind === 'bounce' || kind === 'delayed' || kind === 'complaint' || kind === 'receipt'
}

export type BounceClass =
  | 'no_such_address'
  | 'no_such_domain'
  | 'mailbox_full'
  | 'disabled'
  | 'too_big'
  | 'spam_or_policy'
  | 'auth_failure' // of our DNS: SPF, DKIM, DMARC
  | 'rate_limited'
  | 'network'
  | 'relay_denied'
  | 'other'

/** What a delivery report says. */
export interface Bounce {
  recipients: string[] // who did not get it, as far as the report says
  permanent: boolean
  hard: boolean // the address will never work: it is not to be written to again
  class: BounceClass
  status: string | null // enhanced status code (RFC 3463), such as 5.1.1
  reason: string // in plain words, a finished sentence
  words: string // the far side's own, in one line; may be empty
}

/** Whether an arrival is from whom it says (SPF, DKIM, DMARC), and why that is thought, as a finished sentence. */
export interface Trust {
  verdict: 'pass' | 'fail' | 'unknown'
  says: string
}
