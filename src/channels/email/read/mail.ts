import { type ArrivalKind, type Bounce, isReport, type Trust } from '../../../core/arrival.ts'
import { type Document, fromText, isEmpty } from '../../../core/document.ts'
import type { NewFile } from '../../../core/view.ts'
import { type Mailbox, NOBODY, normaliseAddress, readAddressList } from '../address.ts'
import { messageIds } from '../identity.ts'
import { type Envelope, recipientsOf } from '../receive/recipients.ts'
import { readBounce } from './bounce/bounce.ts'
import { isComplaint, reportedRecipients } from './bounce/report.ts'
import { bodyOf, returnedIds } from './bounce/returned.ts'
import { filesOf, rawFile } from './decode/attachments.ts'
import { readHeader } from './decode/mime.ts'
import { normalise } from './decode/normalise.ts'
import { type Headers, type Mail, parseMail } from './decode/parse.ts'
import { calendarLine, calendarMethod } from './kind/calendar.ts'
import { classify, isNoReply, type Traits } from './kind/classify.ts'
import { junkOf } from './kind/junk.ts'
import { roundsOf } from './trust/hops.ts'
import { inTheNameOf, trustOf } from './trust/trust.ts'
import type { Facts } from './visible/facts.ts'
import { FORWARD_PREFIX } from './visible/quote-words.ts'
import { type Visible, visibleInHtml, visibleInText } from './visible/visible.ts'

/** What the stages need besides the bytes. */
export interface ReadContext {
  key: Buffer // the instance's: by it our own mail is known
  authservIds?: string[] // lower-case names of the mail systems whose Authentication-Results are believed
}

/** All that can be said of a mail without looking anything up. */
export interface Reading {
  kind: ArrivalKind
  rule: string // by which it is of that kind
  from: Mailbox
  replyTo: Mailbox | null // where it asks answers to go, when that is another address than its author's
  to: Mailbox[] // as its To says
  cc: Mailbox[]
  recipients: string[] // every address that it was delivered to, without plus parts
  tokens: string[] // what stood behind a plus in those addresses
  answers: string[] // Message-IDs that it says it answers, newest first
  tag: string | null // a ticket identifier found in the subject, such as SUP-1
  subject: string
  text: string // its text part
  html: string // its html part
  body: Document // the new part
  full: Document | null // the whole, when body leaves something out
  bounce: Bounce | null
  trust: Trust
  junk: string | null // why the mail system that brought it takes it for spam, a finished sentence
  rounds: string | null // why it may be going round in circles, a finished sentence
  forwarded: { from: Mailbox; body: Document } | null
  files: NewFile[]
}

const MOST_IDS = 200

/**
 * Understands a mail, stage by stage: normalise, parse, classify, trust, visible text, attachments. Never throws for what
 * is in the mail: one that no parser can read is a reading all the same, with the bytes as a file.
 */
export async function readMail(bytes: Buffer, envelope: Envelope, context: ReadContext): Promise<Reading> {
  try {
    const mail = await parseMail(normalise(bytes))
    const reading = understood(mail, envelope, context)
    return reading.forwarded ? reading : { ...reading, forwarded: await attachedForward(mail, reading.kind) }
  } catch {
    return unreadable(bytes, envelope)
  }
}

/** What is made of a mail that was taken apart. */
export function understood(mail: Mail, envelope: Envelope, { key, authservIds = [] }: ReadContext): Reading {
  const { headers, subject } = mail
  const author = authorOf(mail, envelope)
  const { kind, rule } = classify(traitsOf(mail, envelope, author), key)
  // A form on a web site writes from an address of nobody's, for the person that it names in Reply-To.
  const { replyTo } = mail
  const from = replyTo && isNoReply(author.address) && !isNoReply(replyTo.address) ? replyTo : author
  const { body, full, forwarded } = contentOf(mail, kind)
  const { to: recipients, tokens } = recipientsOf(headers, envelope, [...mail.to, ...mail.cc])
  return {
    kind,
    rule,
    from,
    replyTo: replyTo && replyTo.address !== from.address ? replyTo : null,
    to: mail.to,
    cc: mail.cc,
    recipients,
    tokens,
    answers: answersOf(headers, isReport(kind) ? returnedIds(mail) : []),
    tag: tagOf(subject),
    subject,
    text: mail.text,
    html: mail.html,
    body: [...noticesOf(mail, envelope), ...body],
    full,
    bounce: readBounce(mail, kind),
    trust: from === author ? trustOf({ mail, envelope, author, authservIds }) : inTheNameOf(author, from),
    junk: junkOf(headers, envelope),
    rounds: roundsOf(headers),
    forwarded: forwarded && PASSED_ON.has(kind) ? { ...forwarded, from: forwarded.from ?? SOMEBODY } : null,
    files: filesOf(mail.parts, mail.html, isReport(kind)),
  }
}

function authorOf(mail: Mail, envelope: Envelope): Mailbox {
  if (mail.from) return mail.from
  const others = [
    mail.replyTo?.address,
    ...['sender', 'return-path'].map(h => normaliseAddress(mail.headers.get(h)?.[0] ?? '')),
    normaliseAddress(envelope.from ?? ''),
  ]
  return { address: others.find(a => a) ?? (writtenAddress(mail.fromWritten) || NOBODY), name: mail.fromName }
}

/** An address that nothing can be sent to, as one within a company may be; still it says who wrote. */
function writtenAddress(text: string): string {
  return /^[^\s@<>]{1,64}@[^\s@<>]{1,190}$/.test(text) ? text.toLowerCase().toWellFormed() : ''
}

function traitsOf(mail: Mail, envelope: Envelope, author: Mailbox): Traits {
  const { headers, parts, replyTo, subject } = mail
  return {
    header: name => headers.get(name)?.[0] ?? '',
    names: new Set(headers.keys()),
    from: author.address,
    author: headers.get('from')?.[0] ?? '',
    replyTo: replyTo?.address ?? '',
    nullSender: envelope.from === '' || /^<\s*>$/.test(headers.get('return-path')?.[0] ?? ''),
    subject,
    opening: openingOf(mail),
    reports: reportedRecipients(mail),
    disposition: parts.some(p => p.type === 'message/disposition-notification'),
    complaint: isComplaint(mail),
    calendar: calendarMethod(mail),
  }
}

/** The beginning of the words, whatever part they are in. */
function openingOf({ text, html, raw }: Mail): string {
  const words = text.trim() ? text : html.slice(0, 20_000).replace(/<[^<>]{0,2000}>/g, ' ')
  return (words.trim() ? words : bodyOf(raw)).slice(0, 3_000)
}

/** What the writer says, without what they answer, the whole where that is more, and the mail that they pass on. */
function contentOf(mail: Mail, kind: ArrivalKind): Visible {
  const line = kind === 'calendar' && calendarLine(mail)
  if (line) return { body: fromText(line), full: visibleOf(mail, { whole: true }).body, forwarded: null }
  return visibleOf(mail, { forward: FORWARD_PREFIX.test(mail.subject), whole: isReport(kind) })
}

function visibleOf(mail: Mail, facts: Facts): Visible {
  const html = mail.html ? visibleInHtml(mail.html, facts) : null
  return html && !isEmpty(html.full ?? html.body) ? html : visibleInText(mail.text, facts)
}

const SOMEBODY: Mailbox = { address: NOBODY, name: '' }

/** What machines send often holds another mail, which nobody passes on with it. */
const PASSED_ON = new Set<ArrivalKind>(['human', 'list'])

/** The mail that is passed on as a file. */
async function attachedForward(mail: Mail, kind: ArrivalKind): Promise<Reading['forwarded']> {
  const part = PASSED_ON.has(kind) && mail.parts.find(p => p.type === 'message/rfc822')
  if (!part) return null
  const inner = await parseMail(normalise(part.bytes))
  const { body, full } = contentOf(inner, 'human')
  return inner.from || !isEmpty(body) ? { from: inner.from ?? SOMEBODY, body: full ?? body } : null
}

/** The ids that it says it answers, newest first, then those of the mail that a report is about. */
function answersOf(headers: Headers, returned: string[] = []): string[] {
  const ids = [
    ...(headers.get('in-reply-to') ?? []).flatMap(messageIds),
    ...(headers.get('references') ?? []).flatMap(messageIds).reverse(),
    ...returned,
  ]
  return [...new Set(ids)].slice(0, MOST_IDS)
}

/** A ticket's identifier in a subject: `SUP-41`, or `[sup-41]` in any case. */
function tagOf(subject: string): string | null {
  const tag =
    /\[#?([a-z][a-z0-9]{0,9}-\d{1,9})\]/i.exec(subject) ??
    /(?<![\p{L}\p{N}_-])([A-Z][A-Z0-9]{0,9}-\d{1,9})(?![\p{L}\p{N}_-])/u.exec(subject)
  return tag?.[1]?.toUpperCase() ?? null
}

/** What whoever reads the mail is to know of it, before its words. */
function noticesOf(mail: Mail, { bytes }: Envelope): Document {
  return [...(bytes ? cutNotice(bytes) : []), ...mail.notices.flatMap(notice => fromText(notice))]
}

function cutNotice(bytes: number): Document {
  const size = Math.ceil(bytes / 1_000_000)
  return fromText(`This mail has ${size} MB, which is more than is taken in; what follows is its beginning.`)
}

/** What can be said of a mail that cannot be read: what its header says plainly, so that it is found where it belongs. */
export function unreadable(bytes: Buffer, envelope: Envelope, rule = 'no parser can read it'): Reading {
  const headers = plainHeaders(bytes)
  const named = ['to', 'cc'].flatMap(name => headers.get(name) ?? []).flatMap(readAddressList)
  const { to, tokens } = recipientsOf(headers, envelope, named)
  const author = [headers.get('from')?.at(-1), envelope.from].map(a => normaliseAddress(a ?? '')).find(a => a)
  return {
    kind: 'unreadable',
    rule,
    from: { address: author ?? NOBODY, name: '' },
    replyTo: null,
    to: [],
    cc: [],
    recipients: to,
    tokens,
    answers: answersOf(headers),
    tag: null,
    subject: 'A mail that could not be read',
    text: '',
    html: '',
    body: fromText(`This mail could not be read: ${rule}. It is in the file that comes with this message.`),
    full: null,
    bounce: null,
    trust: { verdict: 'unknown', says: '' },
    junk: null,
    rounds: null,
    forwarded: null,
    files: [rawFile(bytes)],
  }
}

const PLAIN_HEADER = 32_000

function plainHeaders(bytes: Buffer): Headers {
  const raw = normalise(bytes).subarray(0, PLAIN_HEADER)
  const headers: Headers = new Map()
  for (const { name, value } of readHeader(raw).slice(0, 200))
    headers.set(name, [...(headers.get(name) ?? []), value.trim().slice(0, 2_000)])
  return headers
}
