import { decodeBytes } from './charset.ts'
import { decodeWords } from './words.ts'

/** A header field as it stands in the mail, unfolded; bytes as latin1. */
export interface Field {
  name: string // lower case
  value: string
}

const LONGEST_VALUE = 200_000

/** The value of a structured field and its parameters by lower-case name, decoded. */
export interface Structured {
  value: string // lower case
  params: Map<string, string>
}

const MOST_PARAMS = 200
const NOTHING: Structured = { value: '', params: new Map() }

/**
 * A Content-Type or Content-Disposition (RFC 2045, 5.1): parameters in pieces and with a charset (RFC 2231) are put
 * together, those with encoded-words, which nobody allows and many write, decoded; `charset` is for bytes beyond ASCII.
 */
export function readStructured(value: string | undefined, charset = ''): Structured {
  if (!value) return NOTHING
  const text = value.trimStart()
  const end = text.search(/[;\s(]/)
  const bare = (end < 0 ? text : text.slice(0, end)).toLowerCase().replace(/^"|"$/g, '')
  if (end < 0) return { value: bare, params: NOTHING.params }
  const rest = text.slice(end)
  return { value: bare, params: readParams(rest.startsWith('(') ? withoutComments(rest) : rest, charset) }
}

/** Comments may nest (RFC 5322, 3.2.2); one that never ends is none. */
function withoutComments(text: string): string {
  let depth = 0
  let plain = ''
  for (const c of text) {
    if (c === '(') depth++
    else if (c === ')' && depth > 0) depth--
    else if (depth === 0) plain += c
  }
  return plain
}

// A quoted value ends at its quote; one without quotes, blanks and all, where the next parameter begins.
const PARAM = /([^\s=;"()]{1,100})[ \t]*=[ \t]*(?:"((?:[^"\\]|\\[\s\S])*)"?|([^;"][^;]*)?)/g

interface Piece {
  number: number
  encoded: boolean
  text: string
}

function readParams(text: string, charset: string): Map<string, string> {
  const pieces = new Map<string, Piece[]>()
  let count = 0
  for (const match of text.slice(0, LONGEST_VALUE).matchAll(PARAM)) {
    if (++count > MOST_PARAMS) break
    const found = /^(.*?)(?:\*(\d{1,4}))?(\*)?$/.exec((match[1] as string).toLowerCase())
    const name = found?.[1] ?? ''
    const quoted = match[2]?.replace(/\\(["\\])/g, '$1')
    const piece = {
      number: found?.[2] === undefined ? -1 : Number(found[2]),
      encoded: found?.[3] !== undefined,
      text: quoted ?? unquoted(match[3] ?? ''),
    }
    const known = pieces.get(name)
    if (known) known.push(piece)
    else pieces.set(name, [piece])
  }
  return new Map([...pieces].map(([name, all]) => [name, settled(all, charset)]))
}

function unquoted(text: string): string {
  const plain = text.trim().replace(/^'(.*)'$/, '$1')
  return plain.includes('(') && !plain.includes('=?') ? plain.replace(/[ \t]\([^()]*\)$/, '') : plain
}

/** RFC 6266, 4.3: of a plain value and one with a charset the latter; of what is given twice the first. */
function settled(pieces: Piece[], charset: string): string {
  const parts = pieces.filter(p => p.number >= 0)
  const whole = pieces.find(p => p.number < 0 && p.encoded)
  const plain = pieces.find(p => p.number < 0)
  if (whole) return extended([whole], charset)
  if (parts.length && !plain) return extended(inOrder(parts), charset)
  return decodeValue(plain?.text ?? '', charset)
}

function inOrder(pieces: Piece[]): Piece[] {
  const first = new Map<number, Piece>()
  for (const piece of pieces) if (!first.has(piece.number)) first.set(piece.number, piece)
  return [...first.values()].toSorted((a, b) => a.number - b.number)
}

function extended(pieces: Piece[], charset: string): string {
  if (!pieces.some(p => p.encoded)) return decodeValue(pieces.map(p => p.text).join(''), charset)
  const [first] = pieces as [Piece, ...Piece[]]
  const label = /^([^']{0,60})'[^']{0,60}'/.exec(first.text)
  if (label && first.encoded) first.text = first.text.slice(label[0].length)
  const bytes = Buffer.concat(pieces.map(p => (p.encoded ? percentBytes(p.text) : Buffer.from(p.text, 'latin1'))))
  const text = decodeBytes(bytes, label?.[1] || charset)
  return text.includes('=?') ? decodeWords(text, charset) : text
}

/** A value in quotes that holds what should stand without: encoded-words, or the percent signs of RFC 2231. */
function decodeValue(text: string, charset: string): string {
  const label = /^([\w.-]{2,40})'[\w-]{0,20}'(?=[^']*%[0-9a-f]{2})/i.exec(text)
  if (label) return decodeBytes(percentBytes(text.slice(label[0].length)), label[1])
  return decodeWords(text, charset)
}

function percentBytes(text: string): Buffer {
  const plain = text.replace(/%([0-9a-f]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
  return Buffer.from(plain, 'latin1')
}
