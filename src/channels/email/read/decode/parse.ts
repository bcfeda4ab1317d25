import { clean } from '../../../../lib/clean.ts'
import type { Mailbox } from '../../address.ts'
import { bodiesOf } from './bodies.ts'
import { charsetOf } from './charset.ts'
import { readMailboxes, usable } from './mailboxes.ts'
import { type Entity, MOST_PARTS, readTree } from './mime.ts'
import type { MailPart } from './part.ts'
import { decodeRaw, decodeWords } from './words.ts'

/** A mail with its transport encodings undone: what the later stages look at. Nothing in it is trusted or understood yet. */
export interface Mail {
  raw: Buffer
  headers: Headers
  from: Mailbox | null // the first usable address of From
  fromName: string // also where there is no usable address
  fromWritten: string // what stands in From where an address should, usable or not
  replyTo: Mailbox | null
  to: Mailbox[]
  cc: Mailbox[]
  subject: string
  text: string // the text parts, or empty
  html: string // the html parts, or empty
  parts: MailPart[] // everything else
  notices: string[] // what whoever reads the mail is to know of it, as finished sentences
}

/** Header values by lower-case name, unfolded, in the order of the mail; encoded-words stand in them as they came. */
export type Headers = Map<string, string[]>

const MOST_SUBJECT = 500

/** Undoes MIME (RFC 2045 to 2049, 2231). */
export async function parseMail(raw: Buffer): Promise<Mail> {
  const { root, isCut } = await readTree(raw)
  const charset = charsetWithin(root)
  const all = (name: string) => root.fields.filter(f => f.name === name).map(f => f.value)
  const people = (name: string) => all(name).flatMap(value => readMailboxes(value, charset))
  // RFC 5322 allows one From. Of several the last counts that names somebody, as for the filters in front of us.
  const authors = all('from')
    .map(value => readMailboxes(value, charset))
    .reverse()
  const author = authors.find(list => usable(list).length) ?? authors.find(list => list.length) ?? []
  const { text, html, parts, notices } = await bodiesOf(root)
  return {
    raw,
    headers: headersOf(root, charset),
    from: usable(author)[0] ?? null,
    fromName: author[0]?.name ?? '',
    fromWritten: author.find(m => m.written.includes('@'))?.written ?? '',
    replyTo: usable(people('reply-to'))[0] ?? null,
    to: usable(people('to')),
    cc: usable(people('cc')),
    subject: subjectOf(all('subject'), charset),
    text,
    html,
    parts,
    notices: isCut ? [...notices, TOO_MANY] : notices,
  }
}

const TOO_MANY = `This mail has more than ${MOST_PARTS} parts, or too many within each other; the rest was left out.`

/** The charset of the first part that names one: what its header says without a charset is most likely in it, too. */
function charsetWithin(entity: Entity): string {
  const own = charsetOf(entity.contentType.params.get('charset') ?? '')
  if (own && own !== 'utf-8') return own
  for (const part of entity.parts.slice(0, 5)) {
    const within = charsetWithin(part)
    if (within) return within
  }
  return ''
}

function subjectOf(values: string[], charset: string): string {
  const given = values.findLast(value => value.trim()) ?? ''
  return clean(decodeWords(given, charset)).replace(/\s+/g, ' ').trim().slice(0, MOST_SUBJECT).toWellFormed()
}

function headersOf({ fields }: Entity, charset: string): Headers {
  const headers: Headers = new Map()
  for (const { name, value } of fields) {
    const known = headers.get(name)
    const text = decodeRaw(value, charset).trim()
    if (known) known.push(text)
    else headers.set(name, [text])
  }
  return headers
}
