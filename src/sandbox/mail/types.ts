/**
 * The shapes of the imaginary mail world. Everything ending in `View` is plain JSON for the page and the HTTP routes;
 * the rest is for tests and the demo, which hold the world in the same process.
 */

export interface Person {
  name: string
  address: string
}

/** How a mail travelled: an empty `from` is the null sender of bounces. */
export interface Envelope {
  from: string
  to: string[]
}

export interface MailAttachment {
  /** Position in the mail, which is how the routes name it. */
  index: number
  name: string
  type: string
  bytes: number
  /** Content-ID without angle brackets; present when the html shows it inline. */
  cid?: string
}

export interface MailView {
  id: string
  /** The mailbox that holds it: a customer's address, lower case. */
  mailbox: string
  /** `received` came from the desk (or another customer), `written` is the customer's own. */
  direction: 'received' | 'written'
  /** Milliseconds since 1970, by the world's clock. */
  at: number
  envelope: Envelope
  from: Person | undefined
  to: Person[]
  cc: Person[]
  replyTo: Person[]
  subject: string
  messageId: string
  inReplyTo: string
  references: string[]
  /** All header lines in the order of the mail, unfolded, otherwise as they were sent. */
  headers: { name: string; value: string }[]
  text: string
  html: string | undefined
  attachments: MailAttachment[]
}

/** A mail in a mailbox, with its bytes. */
export interface Mail extends MailView {
  raw: Buffer
  /** The bytes of an attachment; throws a RangeError when there is none of that index. */
  content(index: number): Buffer
}

/**
 * What an address does with mail:
 * `reads` keeps it and waits for a hand; `answers` answers each mail; `out-of-office` sends an automatic reply;
 * `bounces` accepts the mail and returns it as undeliverable; `refuses` says 550 5.1.1 at RCPT; `temporarily` says
 * 451 4.2.0; `full` says 552 5.2.2; `slow` accepts each recipient only after a while.
 */
export type Habit = 'reads' | 'answers' | 'out-of-office' | 'bounces' | 'refuses' | 'temporarily' | 'full' | 'slow'

export interface HabitSettings {
  /** What an automatic answer says. */
  text?: string
  /** How long `slow` waits, in milliseconds (default 1000). */
  delayMs?: number
  /** Where an out-of-office goes: the Reply-To (default) or the envelope's sender, as RFC 3834 asks. */
  answerTo?: 'reply-to' | 'envelope'
}

export type QuoteStyle = 'gmail' | 'outlook' | 'apple'

export interface Enclosure {
  name: string
  content: Buffer | string
  /** Guessed from the name when absent. */
  type?: string
  /** Given to show the file inline in the html as `cid:...`. */
  cid?: string
}

export interface ReplyText {
  text: string
  /** The reply as html, without the quote. When absent it is made of the text; `false` sends plain text only. */
  html?: string | false
  attachments?: Enclosure[]
  /** The quoted mail below the reply: true (default) is gmail's manner, false leaves it out. */
  quote?: boolean | QuoteStyle
  /** Another address to answer from than the mailbox's own, as `a@b` or `Name <a@b>`. */
  from?: string
  cc?: string[]
  /** Where to, when it is not the mail's Reply-To or From. */
  to?: string | string[]
  /** Headers to add, replace, or with `null` leave out. */
  headers?: Record<string, string | null>
}

export interface FreshMail {
  to: string | string[]
  subject: string
  text: string
  html?: string
  cc?: string[]
  from?: string
  attachments?: Enclosure[]
  headers?: Record<string, string | null>
}

export interface Bounce {
  /** Enhanced status, `5.1.1` when absent; a `4.x.x` makes a delay notice, which is not a failure. */
  status?: string
  /** What the far server said. */
  diagnostic?: string
  /** Return the whole mail in place of its headers. */
  whole?: boolean
}

/** A person with a mailbox. Sending waits until the desk has accepted, and rejects when it refuses for good. */
export interface Customer {
  readonly address: string
  readonly name: string
  readonly habit: Habit
  /** Mails received, oldest first. */
  readonly inbox: readonly Mail[]
  /** Mails that left the mailbox, oldest first: the customer's own, automatic answers and returned mails. */
  readonly sent: readonly Mail[]
  /** The newest mail received; throws when there is none. */
  latest(): Mail
  called(name: string): Customer
  does(habit: Habit, settings?: HabitSettings): Customer
  reply(mail: Mail, reply: ReplyText | string): Promise<Mail>
  write(mail: FreshMail): Promise<Mail>
  forward(mail: Mail, to: string | string[], text?: string): Promise<Mail>
  /** The customer's server returns the mail to its envelope sender; throws for a mail from the null sender. */
  bounce(mail: Mail, bounce?: Bounce): Promise<Mail>
  /** The customer's mail program says that they are away, whatever the mail asks of automatic answers. */
  away(mail: Mail, text?: string): Promise<Mail>
  /** The one click (RFC 8058) by which a mail program unsubscribes; rejects when the mail offers none or it fails. */
  unsubscribe(mail: Mail): Promise<void>
  /** The customer calls the mail spam, and their provider tells its writer. */
  complain(mail: Mail): Promise<Mail>
}

/** Takes a mail to the desk in place of SMTP, for instance into an IMAP mailbox. */
export type Deliver = (raw: Buffer, envelope: Envelope) => void | Promise<void>

/** Where customers' mail goes: Overture's own SMTP listener, or a function. */
export type Desk = { host: string; port: number } | Deliver

export type SmtpStage = 'connect' | 'auth' | 'mail' | 'rcpt' | 'data'

export interface MailFaults {
  /** Accepts and keeps the next mails, then cuts the connection in place of the final 250. */
  dropAfterData(times?: number): void
  /** Closes the port and cuts every connection; `false` opens the same port again. */
  outage(down: boolean): Promise<void>
  /** Answers at a stage with this code and text, for so many times (default once; Infinity until `clear`). */
  answer(stage: SmtpStage, code: number, text: string, times?: number): void
  /** 421 for each new connection, until switched off. */
  busy(on: boolean): void
  /** 535 for each log-in, until switched off. */
  rejectAuth(on: boolean): void
  /** Ends every fault, an outage too. */
  clear(): Promise<void>
}

export interface MailWorldOptions {
  /** SMTP port on loopback; 0 (default) takes a free one. */
  port?: number
  desk?: Desk
  /** Milliseconds since 1970. */
  clock?: () => number
  /** Log-in that the relay demands; none when absent. */
  auth?: { user: string; pass: string }
  /** `starttls` offers it, `tls` speaks TLS from the first byte; both with a certificate nobody has signed. */
  tls?: 'none' | 'starttls' | 'tls'
  /** Largest mail accepted, in bytes (default 25 MB); more is 552. */
  maxBytes?: number
  /** How long a customer's server retries while the desk is away, in milliseconds (default 30 000). */
  retryForMs?: number
}

export interface MailboxView {
  address: string
  name: string
  habit: Habit
  /** What automatic answers of this mailbox say, when set. */
  habitText: string | undefined
  received: number
  written: number
  /** Both directions, oldest first. */
  mails: MailView[]
}

/** A mailbox without its mails: a list of hundreds is read again after each change. */
export interface MailboxGlance extends Omit<MailboxView, 'mails' | 'habitText'> {
  /** Ids of the mails received, oldest first. */
  receivedIds: string[]
  /** When the newest mail of either direction came or went; 0 when there is none. */
  latestAt: number
}

export interface MailSnapshot {
  /** Grows with each change, so that a page knows whether it has the newest. */
  version: number
  mailboxes: MailboxGlance[]
  /** Mails on their way to the desk that it has not accepted yet. */
  underway: number
  outage: boolean
}

export type MailChange =
  | { kind: 'mail'; mailbox: string; mail: string; direction: MailView['direction'] }
  | { kind: 'mailbox'; mailbox: string }
  | { kind: 'faults' }
  | { kind: 'desk' }

export interface MailWorld {
  /** What Overture needs as SMTP_URL, with user and password when the world demands them. */
  readonly smtpUrl: string
  readonly port: number
  readonly faults: MailFaults
  /** Connections since the start, and those open now. */
  readonly connections: { total: number; open: number }
  /** Every mail the relay has accepted, oldest first; a mail for two recipients is here twice. */
  readonly accepted: readonly Mail[]
  /** Where customers' mail goes from now on. */
  toDesk(desk: Desk): void
  /** The customer of an address; the mailbox begins to exist. `Name <address>` gives the name as well. */
  customer(address: string): Customer
  mail(id: string): Mail | undefined
  mailbox(address: string): MailboxView | undefined
  /** Tells of each change; returns what ends the telling. */
  onChange(tell: (change: MailChange) => void): () => void
  snapshot(): MailSnapshot
  /** Polls until the check gives something truthy, and returns it; throws after `withinMs` (default 10 000). */
  until<T>(check: () => T | Promise<T>, withinMs?: number): Promise<NonNullable<T>>
  close(): Promise<void>
}

/**
 * The routes that `mountMail(app, world)` in http.ts adds, all JSON unless said otherwise. Faults of the request are
 * answered as `{ error: string }` with 400 or 404, a desk that refuses or cannot be reached with 502.
 *
 * GET  /sandbox/mail                                   MailSnapshot
 * GET  /sandbox/mail/events                            server-sent events, `data:` is a MailChange
 * GET  /sandbox/mail/mailboxes/:address                MailboxView
 * PUT  /sandbox/mail/mailboxes/:address                { name? } -> MailboxView, made when it is new
 * PUT  /sandbox/mail/mailboxes/:address/habit          { habit, text?, delayMs?, answerTo? } -> MailboxView
 * POST /sandbox/mail/mailboxes/:address/write          WriteRequest -> MailView
 * GET  /sandbox/mail/mails/:id                         MailView
 * GET  /sandbox/mail/mails/:id/raw                     message/rfc822
 * GET  /sandbox/mail/mails/:id/html                    text/html for an iframe, inline pictures included, scripts barred
 * GET  /sandbox/mail/mails/:id/attachments/:index      the file
 * POST /sandbox/mail/mails/:id/reply                   ReplyRequest -> MailView (of the reply)
 * POST /sandbox/mail/mails/:id/forward                 { to, text? } -> MailView
 * POST /sandbox/mail/mails/:id/bounce                  Bounce -> MailView
 * POST /sandbox/mail/mails/:id/complain                MailView (of the report)
 * POST /sandbox/mail/mails/:id/unsubscribe             MailView (of the mail), 502 when it offers no way
 * PUT  /sandbox/mail/outage                            { down: boolean } -> MailSnapshot
 */
export interface UploadedEnclosure {
  name: string
  type?: string
  base64: string
}

export interface ReplyRequest {
  text: string
  html?: string
  quote?: boolean | QuoteStyle
  from?: string
  cc?: string[]
  attachments?: UploadedEnclosure[]
}

export interface WriteRequest {
  to: string | string[]
  subject: string
  text: string
  html?: string
  cc?: string[]
  attachments?: UploadedEnclosure[]
}
