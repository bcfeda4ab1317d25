import { type HeaderLines, type ParsedMail, simpleParser } from 'mailparser'
import { type Mailbox, normaliseAddress, readAddressList } from '../address.ts'
import { clean } from './clean.ts'

/** A mail with its transport encodings undone: what the later stages look at. Nothing in it is trusted or understood yet. */
export interface Mail {
  raw: Buffer
  headers: Headers
  from: Mailbox | null // the first usable address of From
  fromName: string // also where there is no usable address
  replyTo: Mailbox | null
  to: Mailbox[]
  cc: Mailbox[]
  subject: string
  text: string // the text parts, or empty
  html: string // the html parts, or empty
  parts: MailPart[] // everything else
}

export interface MailPart {
  type: string // lower case, without parameters
  name: string // as it was given, decoded; empty when there is none
  bytes: Buffer
  contentId: string | null
  related: boolean // belongs to the html of a multipart/related
}

/** Header values by lower-case name, unfolded, in the order of the mail. */
export type Headers = Map<string, string[]>

const MOST_SUBJECT = 500

/** Undoes MIME (RFC 2045 to 2049, 2231). Rejects when the parser cannot. */
export async function parseMail(raw: Buffer): Promise<Mail> {
  const mail = await simpleParser(raw, {
    skipHtmlToText: true,
    skipTextToHtml: true,
    skipTextLinks: true,
    skipImageLinks: true,
    keepCidLinks: true,
    keepDeliveryStatus: true,
  })
  const headers = headersOf(mail.headerLines ?? [])
  return {
    raw,
    headers,
    from: firstMailbox(mail.from?.value) ?? readAddressList(headers.get('from')?.join(', ') ?? '')[0] ?? null,
    fromName: clean(mail.from?.value[0]?.name ?? '').trim(),
    replyTo: firstMailbox(mail.replyTo?.value) ?? null,
    to: (headers.get('to') ?? []).flatMap(readAddressList),
    cc: (headers.get('cc') ?? []).flatMap(readAddressList),
    subject: subjectOf(mail),
    text: mail.text ?? '',
    html: mail.html || '',
    parts: mail.attachments.map(a => ({
      type: a.contentType.toLowerCase(),
      name: a.filename ?? '',
      bytes: a.content,
      contentId: a.cid ?? null,
      related: a.related,
    })),
  }
}

function subjectOf(mail: ParsedMail): string {
  return clean(mail.subject ?? '')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, MOST_SUBJECT)
    .toWellFormed()
}

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
