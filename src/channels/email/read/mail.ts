import { type Document, fromText, isEmpty } from '../../../core/document.ts'
import type { ArrivalKind, Bounce, NewFile, Trust } from '../../../core/letter.ts'
import { type Mailbox, normaliseAddress } from '../address.ts'
import { messageIds } from '../identity.ts'
import { type Envelope, recipientsOf } from '../receive/recipients.ts'
import { filesOf, rawFile } from './attachments.ts'
import { classify, isNoReply, type Traits } from './classify.ts'
import { roundsOf } from './hops.ts'
import { fromHtml } from './html.ts'
import { junkOf } from './junk.ts'
import { normalise } from './normalise.ts'
import { type Headers, type Mail, parseMail } from './parse.ts'
import { fromPlain } from './plain.ts'
import { visibleText } from './quote.ts'
import { FORWARD_PREFIX } from './quote-words.ts'
import { inTheNameOf, trustOf } from './trust.ts'
import { type Visible, visibleDocument } from './visible.ts'

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

/** Nobody's address, for a mail that names none: nothing can be sent there. */
export const NOBODY = 'nobody@unknown.invalid'

const MOST_TEXT = 1_000_000
const MOST_HTML = 2_000_000
const MOST_IDS = 200

/**
 * Understands a mail, stage by stage: normalise, parse, classify, trust, visible text, attachments. Never throws for what
 * is in the mail: one that no parser can read is a reading all the same, with the bytes as a file.
 */
export async function readMail(bytes: Buffer, envelope: Envelope, context: ReadContext): Promise<Reading> {
  try {
    return understood(await parseMail(normalise(bytes)), envelope, context)
  } catch {
    return unreadable(bytes, envelope)
  }
}

function understood(mail: Mail, envelope: Envelope, { key, authservIds = [] }: ReadContext): Reading {
  const { headers, subject } = mail
  const author = authorOf(mail, envelope)
  const { kind, rule } = classify(traitsOf(mail, envelope, author), key)
  // A form on a web site writes from an address of nobody's, for the person that it names in Reply-To.
  const { replyTo } = mail
  const from = replyTo && isNoReply(author.address) && !isNoReply(replyTo.address) ? replyTo : author
  const { body, full } = contentOf(mail, kind)
  const { to: recipients, tokens } = recipientsOf(headers, envelope)
  return {
    kind,
    rule,
    from,
    replyTo: replyTo && replyTo.address !== from.address ? replyTo : null,
    to: mail.to,
    cc: mail.cc,
    recipients,
    tokens,
    answers: answersOf(mail, kind),
    tag: tagOf(subject),
    subject,
    text: mail.text,
    html: mail.html,
    body: envelope.bytes ? [...cutNotice(envelope.bytes), ...body] : body,
    full,
    bounce: null,
    trust: from === author ? trustOf({ mail, envelope, author, authservIds }) : inTheNameOf(author, from),
    junk: junkOf(headers, envelope),
    rounds: roundsOf(headers),
    forwarded: null,
    files: filesOf(mail.parts, mail.html, kind === 'bounce'),
  }
}

function authorOf(mail: Mail, envelope: Envelope): Mailbox {
  if (mail.from) return mail.from
  const others = [
    mail.replyTo?.address,
    ...['sender', 'return-path'].map(h => normaliseAddress(mail.headers.get(h)?.[0] ?? '')),
    normaliseAddress(envelope.from ?? ''),
  ]
  return { address: others.find(a => a) ?? NOBODY, name: mail.fromName }
}

function traitsOf({ headers, parts, replyTo, subject }: Mail, envelope: Envelope, author: Mailbox): Traits {
  const report = parts.find(p => p.type === 'message/delivery-status')
  return {
    header: name => headers.get(name)?.[0] ?? '',
    names: new Set(headers.keys()),
    from: author.address,
    author: headers.get('from')?.[0] ?? '',
    replyTo: replyTo?.address ?? '',
    nullSender: envelope.from === '' || /^<\s*>$/.test(headers.get('return-path')?.[0] ?? ''),
    subject,
    deliveryStatus: report ? report.bytes.toString('latin1', 0, 64_000) : null,
    disposition: parts.some(p => p.type === 'message/disposition-notification'),
  }
}

/** What the writer says, without what they answer, and the whole where that is more. */
function contentOf(mail: Mail, kind: ArrivalKind): Visible {
  const facts = { forward: FORWARD_PREFIX.test(mail.subject) }
  const whole = (doc: Document) => ({ body: doc, full: null })
  const html = mail.html ? fromHtml(mail.html, { maxLength: MOST_HTML }) : []
  if (!isEmpty(html)) return kind === 'bounce' ? whole(html) : visibleDocument(html, facts)
  const full = fromPlain(mail.text, { maxLength: MOST_TEXT })
  if (kind === 'bounce') return whole(full)
  const visible = visibleText(mail.text.slice(0, MOST_TEXT), facts)
  const cut = visible.replace(/\s+/g, '') !== mail.text.replace(/\s+/g, '')
  return cut ? { body: fromPlain(visible, { maxLength: MOST_TEXT }), full } : whole(full)
}

const RETURNED_LENGTH = 256 * 1024

/** The ids that it says it answers, newest first; for a bounce also those in the mail that it returns. */
function answersOf({ headers, raw }: { headers: Headers; raw: Buffer }, kind: ArrivalKind): string[] {
  const ids = [
    ...(headers.get('in-reply-to') ?? []).flatMap(messageIds),
    ...(headers.get('references') ?? []).flatMap(messageIds).reverse(),
    ...(kind === 'bounce' ? returnedIds(raw) : []),
  ]
  return [...new Set(ids)].slice(0, MOST_IDS)
}

function returnedIds(raw: Buffer): string[] {
  const text = raw.toString('latin1', 0, RETURNED_LENGTH)
  return [...text.matchAll(/^[> \t]{0,8}Message-ID:[ \t]{0,8}(?:\r?\n[ \t]{1,8})?(<[^<>\s]{1,500}>)/gim)]
    .slice(1) // the first is the bounce's own
    .concat([...text.matchAll(/^[> \t]{0,8}X-Original-Message-ID:[ \t]{0,8}(<[^<>\s]{1,500}>)/gim)])
    .flatMap(m => messageIds(m[1] as string))
}

/** A ticket's identifier in a subject: `SUP-41`, or `[sup-41]` in any case. */
function tagOf(subject: string): string | null {
  const tag =
    /\[#?([a-z][a-z0-9]{0,9}-\d{1,9})\]/i.exec(subject) ??
    /(?<![\p{L}\p{N}_-])([A-Z][A-Z0-9]{0,9}-\d{1,9})(?![\p{L}\p{N}_-])/u.exec(subject)
  return tag?.[1]?.toUpperCase() ?? null
}

function cutNotice(bytes: number): Document {
  const size = Math.ceil(bytes / 1_000_000)
  return fromText(`This mail has ${size} MB, which is more than is taken in; what follows is its beginning.`)
}

/** What can be said of a mail that cannot be read. */
export function unreadable(bytes: Buffer, envelope: Envelope): Reading {
  const { to, tokens } = recipientsOf(new Map(), envelope)
  return {
    kind: 'unreadable',
    rule: 'no parser can read it',
    from: { address: normaliseAddress(envelope.from ?? '') ?? NOBODY, name: '' },
    replyTo: null,
    to: [],
    cc: [],
    recipients: to,
    tokens,
    answers: [],
    tag: null,
    subject: 'A mail that could not be read',
    text: '',
    html: '',
    body: fromText('This mail could not be read.'),
    full: null,
    bounce: null,
    trust: { verdict: 'unknown', says: '' },
    junk: null,
    rounds: null,
    forwarded: null,
    files: [rawFile(bytes)],
  }
}
