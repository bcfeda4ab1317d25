import { createHash } from 'node:crypto'
import { z } from 'zod'
import { type Mailbox, readAddressList } from '../address.ts'
import { messageId, messageIds } from '../identity.ts'
import { addressHeader, filePart, header, multipart, type Part, plainHeader, textPart } from '../send/mime.ts'

const MOST_ADDRESSES = 500
const MOST_FILES = 100
const MOST_HEADERS = 500
const LONGEST_HEADER = 64 * 1024

const line = z.string().max(LONGEST_HEADER)
const mailbox = z.union([line, z.object({ address: line, name: line.optional() })])
const mailboxes = z.union([mailbox, z.array(mailbox).max(MOST_ADDRESSES)])
const ids = z.union([line, z.array(line).max(1_000)])
const base64 = z.string().regex(/^[\w+/\s=-]*$/, 'This is no base64.')

/** A mail as programs post it that have none as it came. What is unknown is ignored. */
export const postedMail = z.object({
  from: mailbox,
  to: mailboxes.optional(),
  cc: mailboxes.optional(),
  replyTo: mailboxes.optional(),
  subject: line.optional(),
  text: z.string().optional(),
  html: z.string().optional(),
  date: z.iso.datetime({ offset: true }).optional(),
  messageId: line.optional(),
  inReplyTo: ids.optional(),
  references: ids.optional(),
  headers: z
    .union([z.record(z.string(), ids), z.array(z.object({ name: line, value: line })).max(MOST_HEADERS)])
    .optional(),
  attachments: z
    .array(
      z.object({
        filename: z.string().max(1_000).optional(),
        contentType: z.string().max(200).optional(),
        contentId: z.string().max(500).optional(),
        content: base64,
      }),
    )
    .max(MOST_FILES)
    .optional(),
  envelope: z.object({ from: line.optional(), to: z.array(line).max(MOST_ADDRESSES).optional() }).optional(),
})
export type PostedMail = z.infer<typeof postedMail>

/**
 * The same as a mail (RFC 5322), the same bytes each time: what comes twice is known. `bytes` are those that were posted; a mail
 * without an id is known by them. `at` is when it came (ms UTC), where it does not say.
 */
export function mailOf(posted: PostedMail, bytes: Buffer, at: number): Buffer {
  const digest = createHash('sha256').update(bytes).digest('hex').slice(0, 32)
  const own = ownHeaders(posted, digest, at)
  const names = new Set(own.map(text => text.slice(0, text.indexOf(':')).toLowerCase()))
  const others = headersIn(posted).filter(h => isOther(h.name, names))
  const content = contentOf(posted, digest)
  const lines = [...others.map(h => header(h.name, h.value)), ...own, 'MIME-Version: 1.0', ...content.headers]
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${content.body}`)
}

/** Those that the fields say; where a field is not given, the headers may say it. */
function ownHeaders(posted: PostedMail, digest: string, at: number): string[] {
  const said = (name: string) => headersIn(posted).find(h => h.name.toLowerCase() === name)?.value
  const id = messageId(posted.messageId ?? said('message-id') ?? '') ?? `<${digest}@posted.invalid>`
  const date = posted.date ?? said('date')
  const moment = date && !Number.isNaN(Date.parse(date)) ? Date.parse(date) : at
  return [
    ...addresses('From', posted.from).slice(0, 1),
    ...addresses('To', posted.to),
    ...addresses('Cc', posted.cc),
    ...addresses('Reply-To', posted.replyTo),
    ...(posted.subject === undefined ? [] : [header('Subject', posted.subject)]),
    ...idsHeader('In-Reply-To', posted.inReplyTo),
    ...idsHeader('References', posted.references),
    plainHeader('Message-ID', id),
    `Date: ${new Date(moment).toUTCString().replace('GMT', '+0000')}`,
  ]
}

function addresses(name: string, given: z.infer<typeof mailboxes> | undefined): string[] {
  const all = (Array.isArray(given) ? given : given === undefined ? [] : [given]).flatMap(mailboxesIn)
  // one line for each would be several headers of a name: they are one list
  const texts = all.map(m => addressHeader(name, m).slice(name.length + 2))
  return texts.length ? [`${name}: ${texts.join(',\r\n ')}`] : []
}

function mailboxesIn(given: z.infer<typeof mailbox>): Mailbox[] {
  if (typeof given === 'string') return readAddressList(given)
  return readAddressList(given.address).map(({ address }) => ({ address, name: given.name ?? '' }))
}

/** Whether a mailbox can be read from what is given. */
export function isFromSomebody({ from }: PostedMail): boolean {
  return mailboxesIn(from).length > 0
}

function idsHeader(name: string, given: z.infer<typeof ids> | undefined): string[] {
  const all = (Array.isArray(given) ? given : [given ?? '']).flatMap(messageIds)
  return all.length ? [plainHeader(name, all.join(' '))] : []
}

function headersIn({ headers = [] }: PostedMail): { name: string; value: string }[] {
  if (Array.isArray(headers)) return headers
  const all = Object.entries(headers).flatMap(([name, value]) => [value].flat().map(v => ({ name, value: v })))
  return all.slice(0, MOST_HEADERS)
}

/** What tells how a body is written is for us to say. */
function isOther(name: string, ours: Set<string>): boolean {
  return /^[!-9;-~]{1,100}$/.test(name) && !/^(content-|mime-version$)/i.test(name) && !ours.has(name.toLowerCase())
}

function contentOf({ text, html, attachments = [] }: PostedMail, digest: string): Part {
  const texts = [
    ...(text !== undefined || html === undefined ? [textPart('plain', text ?? '')] : []),
    ...(html === undefined ? [] : [textPart('html', html)]),
  ]
  const body = texts.length === 1 ? (texts[0] as Part) : multipart('alternative', `ov_a_${digest}`, texts)
  if (!attachments.length) return body
  const files = attachments.map(({ filename, contentType, contentId, content }) =>
    filePart({
      name: filename ?? 'file',
      type: contentType ?? 'application/octet-stream',
      bytes: Buffer.from(content, 'base64'),
      contentId: contentId ?? null,
    }),
  )
  return multipart('mixed', `ov_m_${digest}`, [body, ...files])
}
