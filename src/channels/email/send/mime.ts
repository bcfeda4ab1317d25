import { buildHeaderParam, encodeWord, encodeWords, foldLines } from 'nodemailer/lib/mime-funcs'
import { encode as encodeQuoted, wrap as wrapQuoted } from 'nodemailer/lib/qp'
import type { Mailbox } from '../address.ts'

/** A node of a mail: finished header lines without line ends, and a finished body. */
export interface Part {
  headers: string[]
  body: string
}

export interface EnclosedFile {
  name: string
  type: string
  bytes: Buffer
  contentId: string | null
}

/** One header line, folded. No value can begin another line: line breaks and control characters become a space. */
export function header(name: string, value: string): string {
  return foldLines(`${name}: ${encodeWords(oneLine(value), 'Q', 52)}`, 76)
}

/** A header whose value is made of our own ASCII tokens, such as ids and dates; it is checked all the same. */
export function plainHeader(name: string, value: string): string {
  return foldLines(`${name}: ${oneLine(value)}`, 76)
}

/** A header line of one mailbox, folded. */
export function addressHeader(name: string, mailbox: Mailbox): string {
  return foldLines(`${name}: ${mailboxText(mailbox)}`, 76)
}

/** A header line of several addresses without names, folded. */
export function addressesHeader(name: string, addresses: string[]): string {
  return foldLines(`${name}: ${addresses.map(address => mailboxText({ address, name: '' })).join(', ')}`, 76)
}

function mailboxText({ address, name }: Mailbox): string {
  const bare = oneLine(address).replace(/[<>\s]/g, '')
  const shown = oneLine(name).trim()
  return shown ? `${phrase(shown)} <${bare}>` : bare
}

function phrase(name: string): string {
  if (/^[\w !#$%&'*+/=?^`{|}~-]*$/.test(name)) return name
  if (/^[\x20-\x7e]*$/.test(name)) return `"${name.replace(/[\\"]/g, '\\$&')}"`
  return encodeWord(name, 'Q', 52)
}

/** The value without anything that could end a header line. */
export function oneLine(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  return value.replace(/[\u0000-\u001f\u007f\u0085\u2028\u2029]+/g, ' ').toWellFormed()
}

/** A text part in the plainest encoding that carries it. */
export function textPart(subtype: 'plain' | 'html', text: string): Part {
  const body = text.toWellFormed().replace(/\r\n?|\n/g, '\r\n')
  const plain = isPlain(body)
  return {
    headers: [
      `Content-Type: text/${subtype}; charset=utf-8`,
      `Content-Transfer-Encoding: ${plain ? '7bit' : 'quoted-printable'}`,
    ],
    body: plain ? body : wrapQuoted(encodeQuoted(body)),
  }
}

const LONGEST_LINE = 900 // the standard's limit is 998

function isPlain(body: string): boolean {
  if (!/^[\t\r\n\x20-\x7e]*$/.test(body)) return false
  if (/^From /m.test(body)) return false // some mailboxes would put a `>` before it
  for (let from = 0; from < body.length; ) {
    const end = body.indexOf('\r\n', from)
    if ((end < 0 ? body.length : end) - from > LONGEST_LINE) return false
    if (end < 0) break
    from = end + 2
  }
  return true
}

/** A file as a part: shown inline where it has a content id. */
export function filePart(file: EnclosedFile): Part {
  const type = /^[\w.+-]+\/[\w.+-]+$/.test(file.type) ? file.type.toLowerCase() : 'application/octet-stream'
  // A mail or a multipart must not be in base64, so such a file travels as bytes.
  const safeType = /^(message|multipart)\//.test(type) ? 'application/octet-stream' : type
  const name = oneLine(file.name)
  const headers = [
    foldLines(`Content-Type: ${safeType}; ${params('name', name)}`, 76),
    foldLines(`Content-Disposition: ${file.contentId ? 'inline' : 'attachment'}; ${params('filename', name)}`, 76),
    'Content-Transfer-Encoding: base64',
  ]
  if (file.contentId) headers.push(`Content-ID: <${oneLine(file.contentId).replace(/[<>\s]/g, '')}>`)
  return { headers, body: wrapped(file.bytes.toString('base64')) }
}

function params(key: string, value: string): string {
  return buildHeaderParam(key, value, 50)
    .map(p => `${p.key}=${p.key.endsWith('*') ? p.value : `"${p.value.replace(/[\\"]/g, '\\$&')}"`}`)
    .join('; ')
}

function wrapped(base64: string): string {
  return base64.replace(/.{76}(?!$)/g, '$&\r\n')
}

/** Parts in one; the boundary must be in no part and the same at each try. */
export function multipart(subtype: 'alternative' | 'mixed' | 'related', boundary: string, parts: Part[]): Part {
  const type = subtype === 'related' ? '; type="text/html"' : ''
  return {
    headers: [foldLines(`Content-Type: multipart/${subtype}${type}; boundary="${boundary}"`, 76)],
    body: `${parts.map(p => `--${boundary}\r\n${p.headers.join('\r\n')}\r\n\r\n${p.body}\r\n`).join('')}--${boundary}--\r\n`,
  }
}
