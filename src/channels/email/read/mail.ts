import { type HeaderLines, type ParsedMail, simpleParser } from 'mailparser'
import { type Document, fromText, isEmpty } from '../../../core/document.ts'
import type { Arrival } from '../../../core/letter.ts'
import type { InboundRow } from '../../../db/schema.ts'
import { type Mailbox, normaliseAddress, readAddressList } from '../address.ts'
import { idInKey, messageIds } from '../identity.ts'
import { type Envelope, recipientsOf } from '../receive/recipients.ts'
import { filesOf, rawFile } from './attachments.ts'
import { type Automatic, classify, isNoReply, type Traits } from './classify.ts'
import { clean } from './clean.ts'
import { fromHtml } from './html.ts'
import { fromPlain } from './plain.ts'
import { visibleText } from './quote.ts'
import { FORWARD_PREFIX } from './quote-words.ts'
import { type Visible, visibleDocument } from './visible.ts'

/** An arrival, and what is known about its author besides. */
export interface ReadMail {
  arrival: Arrival
  replyTo: Mailbox | null // where it asks answers to go, when that is another address than its author's
}

/** Nobody's address, for a mail that names none: nothing can be sent there. */
export const NOBODY = 'nobody@unknown.invalid'

const MOST_TEXT = 1_000_000
const MOST_HTML = 2_000_000
const MOST_SUBJECT = 500
const MOST_IDS = 200

/**
 * Understands a stored mail. Never throws for what is in the mail: one that no parser can read arrives all the same,
 * with the bytes as a file.
 */
export async function readMail(row: InboundRow, key: Buffer): Promise<ReadMail> {
  const envelope = JSON.parse(row.envelope) as Envelope
  const raw = normalised(row.raw)
  try {
    return understood(row, envelope, raw, await parsed(raw), key)
  } catch {
    return { arrival: unreadable(row, envelope), replyTo: null }
  }
}

/** Without blank lines or a mailbox file's `From ` line before the header, which would make all of it body. */
function normalised(raw: Buffer): Buffer {
  let from = 0
  while (raw[from] === 10 || raw[from] === 13 || raw[from] === 32) from++
  if (raw.toString('latin1', from, from + 5) === 'From ') {
    const end = raw.indexOf(10, from)
    if (end > 0) from = end + 1
  }
  return from ? raw.subarray(from) : raw
}

function parsed(raw: Buffer): Promise<ParsedMail> {
  return simpleParser(raw, {
    skipHtmlToText: true,
    skipTextToHtml: true,
    skipTextLinks: true,
    skipImageLinks: true,
    keepCidLinks: true,
    keepDeliveryStatus: true,
  })
}

function understood(row: InboundRow, envelope: Envelope, raw: Buffer, mail: ParsedMail, key: Buffer): ReadMail {
  const headers = headersOf(mail.headerLines ?? [])
  const author = authorOf(mail, headers, envelope)
  const replyTo = firstMailbox(mail.replyTo?.value) ?? null
  const subject = clean(mail.subject ?? '')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, MOST_SUBJECT)
    .toWellFormed()
  const automatic = classify(traitsOf(mail, headers, envelope, author, replyTo, subject), key)
  // A form on a web site writes from an address of nobody's, for the person that it names in Reply-To.
  const from = replyTo && isNoReply(author.address) && !isNoReply(replyTo.address) ? replyTo : author
  const { body, full } = contentOf(mail, subject, automatic)
  const { to, tokens } = recipientsOf(headers, envelope)
  return {
    arrival: {
      inboundId: row.id,
      channel: row.channel,
      key: idInKey(row.key),
      from,
      to,
      tokens,
      answers: answersOf(headers, raw, automatic),
      tag: tagOf(subject),
      subject,
      body: envelope.bytes ? [...cutNotice(envelope.bytes), ...body] : body,
      full,
      files: filesOf(mail.attachments, mail.html || '', automatic?.kind === 'bounce'),
      automatic,
    },
    replyTo: replyTo && replyTo.address !== from.address ? replyTo : null,
  }
}

/** Header values by lower-case name, unfolded, in the order of the mail. */
export type Headers = Map<string, string[]>

function headersOf(lines: HeaderLines): Headers {
  const headers: Headers = new Map()
  for (const { key, line } of lines) {
    const value = line
      .slice(line.indexOf(':') + 1)
      .replace(/\r?\n/g, '')
      .trim()
    const known = headers.get(key)
    if (known) known.push(value)
    else headers.set(key, [value])
  }
  return headers
}

function authorOf(mail: ParsedMail, headers: Headers, envelope: Envelope): Mailbox {
  const from = firstMailbox(mail.from?.value) ?? readAddressList(headers.get('from')?.join(', ') ?? '')[0]
  if (from) return from
  const name = clean(mail.from?.value[0]?.name ?? '').trim()
  const others = [
    firstMailbox(mail.replyTo?.value)?.address,
    ...['sender', 'return-path'].map(h => normaliseAddress(headers.get(h)?.[0] ?? '')),
    normaliseAddress(envelope.from ?? ''),
  ]
  return { address: others.find(a => a) ?? NOBODY, name }
}

interface Parsed {
  address?: string | undefined
  name: string
  group?: Parsed[] | undefined
}

function firstMailbox(list: Parsed[] | undefined): Mailbox | undefined {
  for (const { address, name, group } of list ?? []) {
    const normal = normaliseAddress(address ?? '')
    if (normal) return { address: normal, name: clean(name).replace(/\s+/g, ' ').trim().slice(0, 200) }
    const inner = group && firstMailbox(group)
    if (inner) return inner
  }
  return undefined
}

function traitsOf(
  mail: ParsedMail,
  headers: Headers,
  envelope: Envelope,
  author: Mailbox,
  replyTo: Mailbox | null,
  subject: string,
): Traits {
  const report = mail.attachments.find(a => a.contentType === 'message/delivery-status')
  return {
    header: name => headers.get(name)?.[0] ?? '',
    names: new Set(headers.keys()),
    from: author.address,
    author: headers.get('from')?.[0] ?? '',
    replyTo: replyTo?.address ?? '',
    nullSender: envelope.from === '' || /^<\s*>$/.test(headers.get('return-path')?.[0] ?? ''),
    subject,
    deliveryStatus: report ? report.content.toString('latin1', 0, 64_000) : null,
    disposition: mail.attachments.some(a => a.contentType === 'message/disposition-notification'),
  }
}

/** What the writer says, without what they answer, and the whole where that is more. */
function contentOf(mail: ParsedMail, subject: string, automatic: Automatic | null): Visible {
  const facts = { forward: FORWARD_PREFIX.test(subject) }
  const whole = (doc: Document) => ({ body: doc, full: null })
  const html = mail.html ? fromHtml(mail.html, { maxLength: MOST_HTML }) : []
  if (!isEmpty(html)) return automatic?.kind === 'bounce' ? whole(html) : visibleDocument(html, facts)
  const text = mail.text ?? ''
  const full = fromPlain(text, { maxLength: MOST_TEXT })
  if (automatic?.kind === 'bounce') return whole(full)
  const visible = visibleText(text.slice(0, MOST_TEXT), facts)
  const cut = visible.replace(/\s+/g, '') !== text.replace(/\s+/g, '')
  return cut ? { body: fromPlain(visible, { maxLength: MOST_TEXT }), full } : whole(full)
}

const RETURNED_LENGTH = 256 * 1024

/** The ids that it says it answers, newest first; for a bounce also those in the mail that it returns. */
function answersOf(headers: Headers, raw: Buffer, automatic: Automatic | null): string[] {
  const ids = [
    ...(headers.get('in-reply-to') ?? []).flatMap(messageIds),
    ...(headers.get('references') ?? []).flatMap(messageIds).reverse(),
    ...(automatic?.kind === 'bounce' ? returnedIds(raw) : []),
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

function unreadable(row: InboundRow, envelope: Envelope): Arrival {
  const { to, tokens } = recipientsOf(new Map(), envelope)
  return {
    inboundId: row.id,
    channel: row.channel,
    key: idInKey(row.key),
    from: { address: normaliseAddress(envelope.from ?? '') ?? NOBODY, name: '' },
    to,
    tokens,
    answers: [],
    tag: null,
    subject: 'A mail that could not be read',
    body: fromText('This mail could not be read.'),
    full: null,
    files: [rawFile(row.raw)],
    automatic: null,
  }
}
