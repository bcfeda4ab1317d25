import { createHash } from 'node:crypto'

const LONGEST_HEADER = 256 * 1024
const LONGEST_KEY = 400

/**
 * What an arriving mail is known by. The same mail that reaches us by two ways differs in its trace headers only, so it
 * is the Message-ID and the hash of the bytes below the header; a mail without an id is known by the headers that do not
 * change on the way and those bytes. Another mail under a used id is another arrival: some programs repeat their ids.
 */
export function keyOf(raw: Buffer): string {
  const { header, body } = split(raw)
  const id = messageIdOf(header)
  if (id) return `${id} ${sha256(body).slice(0, 24)}`
  const fixed = ['from', 'to', 'date', 'subject'].map(name => fieldOf(header, name)).join('\n')
  return `sha256:${sha256(fixed, body)}`
}

/** The Message-ID in an inbound key, by which replies name the mail, or the whole key where there is none. */
export function idInKey(key: string): string {
  return /^<[^>]*>/.exec(key)?.[0] ?? key
}

/** A Message-ID in the one form that is compared: in angle brackets, without white space. Null when there is none. */
export function messageId(text: string): string | null {
  const bare = (/<([^<>]*)>/.exec(text)?.[1] ?? text).replace(/\s+/g, '')
  if (!bare || bare.length > 2_000) return null
  return bare.length > LONGEST_KEY ? `<${sha256(bare)}@long>` : `<${bare}>`
}

/** All Message-IDs in an In-Reply-To or References, in their order, whatever stands between them. */
export function messageIds(text: string): string[] {
  const within = text.slice(0, LONGEST_HEADER)
  const bracketed = within.match(/<[^<>]{1,2000}>/g)
  const ids = bracketed ?? within.split(/[\s,;]+/).filter(word => word.includes('@'))
  return ids.flatMap(id => messageId(id) ?? [])
}

function split(raw: Buffer): { header: string; body: Buffer } {
  let from = 0
  while (raw[from] === 10 || raw[from] === 13) from++
  const crlf = raw.indexOf('\r\n\r\n', from)
  const lf = raw.indexOf('\n\n', from)
  const end = crlf < 0 || (lf >= 0 && lf < crlf) ? lf : crlf
  const until = end < 0 ? raw.length : end
  return {
    header: raw.toString('latin1', from, Math.min(until, from + LONGEST_HEADER)),
    body: raw.subarray(until),
  }
}

function messageIdOf(header: string): string | null {
  return messageId(fieldOf(header, 'message-id'))
}

function fieldOf(header: string, name: string): string {
  const at = new RegExp(`^${name}[ \\t]*:`, 'im').exec(header)
  if (!at) return ''
  const value = header.slice(at.index + at[0].length)
  return (/^.*(?:\r?\n[ \t].*)*/.exec(value)?.[0] ?? '').replace(/\r?\n(?=[ \t])/g, '').trim()
}

function sha256(...parts: (string | Buffer)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}
