import { charsetOf, decodeBytes } from './charset.ts'
import { hexPair } from './transfer.ts'

/**
 * A header value (bytes as latin1) in words: encoded-words (RFC 2047) undone wherever they stand, also in quotes, broken
 * by folding or without their end; other bytes beyond ASCII are read as UTF-8, else by `charset`, else as guessed.
 */
export function decodeWords(value: string, charset = ''): string {
  return replaceWords(value, charset, text => text)
}

/** The same, with something else in the place of what encoded-words said. */
export function replaceWords(value: string, charset: string, replace: (text: string) => string): string {
  if (!value.includes('=?')) return decodeRaw(value, charset)
  const pieces = piecesOf(value)
  let text = ''
  for (let i = 0; i < pieces.length; ) {
    const piece = pieces[i] as string | Word
    if (typeof piece === 'string') {
      const betweenWords = i > 0 && i + 1 < pieces.length && !piece.trim()
      text += betweenWords ? '' : decodeRaw(piece, charset)
      i++
      continue
    }
    const { run, next } = runFrom(pieces, i)
    text += replace(decodeRun(run, charset))
    i = next
  }
  return text
}

/** Bytes beyond ASCII in a value (latin1) as the letters that they most likely are. */
export function decodeRaw(value: string, charset = ''): string {
  if (!BEYOND_ASCII.test(value)) return value
  return decodeBytes(Buffer.from(value, 'latin1'), charset)
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: ESC begins the letters of ISO-2022
const BEYOND_ASCII = /[\x1b\x80-\xff]/

interface Word {
  charset: string
  encoding: 'b' | 'q'
  text: string
}

// One with a name too long for a charset, or another letter than B or Q, is no encoded-word.
const BEGIN = /=\?([^?\s=]{0,80})\?([bq])\?/gi
const NEXT = new RegExp(BEGIN)
const MOST_WORDS = 5_000

/** The value cut into encoded-words and what stands between them. */
function piecesOf(value: string): (string | Word)[] {
  const pieces: (string | Word)[] = []
  let done = 0
  BEGIN.lastIndex = 0
  for (let begin = BEGIN.exec(value); begin && pieces.length < MOST_WORDS; begin = BEGIN.exec(value)) {
    const encoding = (begin[2] as string).toLowerCase() as Word['encoding']
    const from = begin.index + begin[0].length
    const { until, next } = endOfWord(value, from, encoding)
    if (begin.index > done) pieces.push(value.slice(done, begin.index))
    pieces.push({ charset: (begin[1] as string).toLowerCase(), encoding, text: value.slice(from, until) })
    done = next
    BEGIN.lastIndex = next
  }
  if (done < value.length) pieces.push(value.slice(done))
  return pieces
}

/** A word ends with `?=`; one without goes up to the next word, or to the end. */
function endOfWord(value: string, from: number, encoding: Word['encoding']): { until: number; next: number } {
  NEXT.lastIndex = from
  const nextWord = NEXT.exec(value)?.index ?? -1
  const limit = nextWord < 0 ? value.length : nextWord
  for (let end = value.indexOf('?=', from); end >= 0; end = value.indexOf('?=', end + 2)) {
    if (end > limit) break
    // `?=41` may be a question mark and a code
    const isCode = encoding === 'q' && hexPair(value.charCodeAt(end + 2), value.charCodeAt(end + 3)) >= 0
    if (isCode && isWithinWord(value, end + 4)) continue
    return { until: end, next: end + 2 }
  }
  const until = from + value.slice(from, limit).trimEnd().length
  return { until, next: nextWord < 0 ? value.length : until }
}

/** Whether the word's end is still to come, before a blank. */
function isWithinWord(value: string, from: number): boolean {
  const rest = /^[^\s]{0,200}/.exec(value.slice(from, from + 200))?.[0] ?? ''
  return /\?=(?![0-9a-f]{2})/i.test(rest)
}

/** The words that belong together: side by side, in one charset, so that a letter may begin in one and end in the next. */
function runFrom(pieces: (string | Word)[], from: number): { run: Word[]; next: number } {
  const run = [pieces[from] as Word]
  let next = from + 1
  for (;;) {
    const gap = pieces[next]
    const at = typeof gap === 'string' && !gap.trim() ? next + 1 : next
    const word = pieces[at]
    if (typeof word !== 'object' || word.charset !== run[0]?.charset || word.charset.includes('utf-7')) break
    run.push(word)
    next = at + 1
  }
  return { run, next }
}

function decodeRun(run: Word[], fallback: string): string {
  const label = run[0]?.charset ?? ''
  const bytes = Buffer.concat(joined(run).map(bytesOf))
  const isRaw = run.some(word => BEYOND_ASCII.test(word.text))
  return decodeBytes(bytes, charsetOf(label) ? label : isRaw || !label ? fallback : label).replace(/\0/g, '')
}

/** Some programs cut base64 anywhere: a piece that ends within a group of four goes on in the next. */
function joined(run: Word[]): Word[] {
  const words: Word[] = []
  for (const word of run) {
    const last = words.at(-1)
    const isOpen = last?.encoding === 'b' && !last.text.includes('=') && last.text.replace(/\s/g, '').length % 4 !== 0
    if (last && isOpen && word.encoding === 'b') last.text += word.text
    else words.push({ ...word })
  }
  return words
}

function bytesOf({ encoding, text }: Word): Buffer {
  if (encoding === 'b') return Buffer.concat(text.split(/=+/).map(part => Buffer.from(part, 'base64')))
  return fromQ(text)
}

/** RFC 2047, 4.2. An equals sign before no code is one, but at the end it is a line break that was not to be. */
function fromQ(text: string): Buffer {
  const raw = Buffer.from(text.replace(/=\s*$/, ''), 'latin1')
  const out = Buffer.alloc(raw.length)
  let length = 0
  for (let i = 0; i < raw.length; i++) {
    const byte = raw[i] as number
    const code = byte === 0x3d ? hexPair(raw[i + 1], raw[i + 2]) : -1
    if (code >= 0) i += 2
    out[length++] = code >= 0 ? code : byte === 0x5f ? 0x20 : byte
  }
  return out.subarray(0, length)
}
