import type { Document } from '../../../../core/document.ts'
import { type Mailbox, normaliseAddress } from '../../address.ts'
import { attributionAt } from './attribution.ts'
import { isRule } from './ending.ts'
import type { Facts } from './facts.ts'
import { headerBlockAt } from './header-block.ts'
import { isForward, type Kind } from './kinds.ts'
import { bare, LONGEST_TESTED } from './lines.ts'

/** The mail that a mail passes on. */
export interface Forwarded {
  from: Mailbox | null // its author, when it tells
  body: Document
}

/** Where in a mail another one is that it passes on. */
export interface Passage {
  from: Mailbox | null
  begin: number // the first line that is not the forwarder's own
  body: number // the first line of the other mail's text
  end: number
}

/**
 * The mail that these lines pass on, if they do: under a mark like `---------- Forwarded message ----------`; under a
 * copied header or an attribution when the subject says so or when nothing else was written. Else they are an answer.
 */
export function passageIn(lines: string[], kinds: Kind[], facts: Facts): Passage | null {
  const begin = beginOf(lines, kinds, facts)
  if (begin < 0) return null
  const quoted = kinds[begin] === 'quote'
  const end = quoted ? endOfQuote(kinds, begin) : lines.length
  const inner = quoted ? lines.slice(begin, end).map(unquoted) : lines.slice(begin)
  const { from, skip } = headIn(inner)
  const body = begin + skip
  return { from, begin, ...innerQuote(lines, kinds, body, end) }
}

/** One level of `>` less. */
export function unquoted(line: string): string {
  return line.replace(/^\s{0,3}> ?/, '')
}

const MOST_SKIPPED = 8 // lines between the mark and the header
const MOST_OF_HEADER = 3 // fields that no form has

function beginOf(lines: string[], kinds: Kind[], facts: Facts): number {
  const mark = markIn(lines, kinds)
  const cut = kinds.findIndex(kind => kind === 'attribution' || kind === 'headers' || kind === 'original')
  if (mark >= 0 && (cut < 0 || mark < cut)) return mark
  const quote = kinds.indexOf('quote')
  const quotesMail = quote >= 0 && beginsMail(lines, kinds, quote)
  if (facts.forward) return cut >= 0 && (quote < 0 || cut < quote) ? cut : quotesMail ? quote : cut
  return hasNothingAbove(kinds, cut, quote, quotesMail, lines) ? firstNot(kinds, ['blank', 'rule']) : -1
}

/** The line that says so, outside a quote or as its first line. */
function markIn(lines: string[], kinds: Kind[]): number {
  const mark = kinds.indexOf('forward')
  const quote = kinds.indexOf('quote')
  const first = quote < 0 ? -1 : firstWords(lines, quote)
  if (
    first >= 0 &&
    kinds[first] === 'quote' &&
    (mark < 0 || first < mark) &&
    isForward(unquoted(lines[first] as string).trim())
  )
    return quote
  return mark
}

function firstWords(lines: string[], from: number): number {
  for (let i = from; i < lines.length && i < from + MOST_SKIPPED; i++) if (/\p{L}/u.test(lines[i] as string)) return i
  return -1
}

/** Whether a quote begins as a mail does, with a header. */
function beginsMail(lines: string[], kinds: Kind[], quote: number): boolean {
  const inner = lines.slice(quote, endOfQuote(kinds, quote)).map(unquoted)
  const { from, fields } = headIn(inner)
  return from !== null && fields >= MOST_OF_HEADER
}

/** A mail that is nothing but a header and what follows it, or a program's attribution and what it indents. */
function hasNothingAbove(kinds: Kind[], cut: number, quote: number, quotesMail: boolean, lines: string[]): boolean {
  const first = firstNot(kinds, ['blank', 'rule'])
  if (first < 0) return false
  if (first === quote) return quotesMail && !kinds.includes('text')
  if (first !== cut) return false
  if (kinds[cut] === 'attribution') return isMacOutlook(lines, kinds, cut)
  const { from, fields } = headIn(lines.slice(cut))
  return from !== null && fields >= MOST_OF_HEADER && kinds.slice(cut).includes('text')
}

/** Outlook for Mac: a mark of byte order, the attribution, and an indented text. */
function isMacOutlook(lines: string[], kinds: Kind[], cut: number): boolean {
  if ((lines[cut] as string).startsWith('\ufeff')) return !kinds.includes('quote')
  const below = lines.slice(cut).filter((_, i) => kinds[cut + i] === 'text')
  return below.length > 0 && !kinds.includes('quote') && below.every(line => /^(?: {4}|\t)\S/.test(line))
}

/** The author that the head of a forwarded mail names, and how many lines the head has. */
function headIn(lines: string[]): { from: Mailbox | null; skip: number; fields: number } {
  let marked = false
  for (let i = 0; i < lines.length && i < MOST_SKIPPED; i++) {
    const line = unquoted(lines[i] as string).slice(0, 1000)
    if (line.trim() === '' || isRule(line)) continue
    const attribution = attributionAt(lines, i)
    if (attribution)
      return { from: mailboxIn(lines.slice(i, i + attribution).join(' ')), skip: i + attribution, fields: 0 }
    const header = headerBlockAt(lines, i, { loose: marked })
    if (header)
      return { from: mailboxIn(header.fields.get('from') ?? ''), skip: i + header.span, fields: header.fields.size }
    if (marked && !/[-–—‐=_]{2}|[:：]$/.test(line)) return { from: null, skip: i, fields: 0 }
    const inLine = afterMark(line)
    const inOne = inLine ? headerBlockAt([inLine], 0) : null
    if (inOne) return { from: mailboxIn(inOne.fields.get('from') ?? ''), skip: i + 1, fields: inOne.fields.size }
    marked = true
  }
  return { from: null, skip: marked ? 1 : 0, fields: 0 }
}

/** What stands behind `----- Forwarded Message -----` in its line. */
function afterMark(line: string): string {
  return /^\s*[-–—]{2,20}[^-–—]{3,60}[-–—]{2,20}\s(.*)$/.exec(line)?.[1] ?? ''
}

/** Apple and others quote the text but not the header above it. */
function innerQuote(lines: string[], kinds: Kind[], body: number, end: number): { body: number; end: number } {
  let from = body
  while (from < end && /^[>\s]*$/.test(lines[from] as string)) from++
  if (kinds[from] !== 'quote') return { body: from, end: kinds[body] === 'quote' ? lines.length : end }
  return { body: from, end: endOfQuote(kinds, from) }
}

function endOfQuote(kinds: Kind[], from: number): number {
  let end = from
  while (end < kinds.length && (kinds[end] === 'quote' || kinds[end] === 'blank')) end++
  return end
}

function firstNot(kinds: Kind[], skipped: Kind[]): number {
  return kinds.findIndex(kind => !skipped.includes(kind))
}

/** The mailbox in `Jane Doe <jane@acme.test>`, `Jane [mailto:jane@acme.test]` or an attribution. */
function mailboxIn(value: string): Mailbox | null {
  const text = bare(value.slice(0, LONGEST_TESTED)).replace(/<mailto:[^>\s]*>/gi, m =>
    /@/.test(value.replace(m, '')) ? '' : m,
  )
  const match = /(?:mailto:)?([^\s<>()"',:;[\]|]{1,64}@[^\s<>()"',;:[\]|]{1,200})/.exec(text)
  const address = normaliseAddress((match?.[1] ?? '').replace(/[.]+$/, ''))
  if (!match || !address) return null
  return { address, name: nameIn(text.slice(0, match.index), text) }
}

function nameIn(before: string, whole: string): string {
  const name =
    /["«“„]\s*([^"»”“]{1,100}?)\s*["»”“][\s<([]*$/.exec(before)?.[1] ??
    (/\d/.test(before) && /[:：]$/.test(whole) ? '' : before)
  const plain = name.replace(/[<([\s]+$/, '').replace(/^['"*\s]+|['"*,\s]+$/g, '')
  return plain.includes('@') ? '' : plain.slice(0, 100)
}
