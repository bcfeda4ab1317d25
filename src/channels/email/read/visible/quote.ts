import { attributionAt, attributionWithin } from './attribution.ts'
import { wordsEnd } from './ending.ts'
import type { Facts } from './facts.ts'
import { type Passage, passageIn } from './forward.ts'
import { type Kind, kindsOf } from './kinds.ts'
import { LONGEST_TESTED, wordsIn } from './lines.ts'
import { UNSPACED_VERBS } from './quote-words.ts'

/** What of a line stays: all, nothing, or that many characters of its beginning. */
export type Keep = boolean | number

/** What the lines of a mail are to its reader. */
export interface Share {
  keep: Keep[] // what is the writer's own
  passage: Passage | null // where the mail is that they pass on
}

/**
 * Which lines of a mail are its writer's own: without the mail that is answered, its attribution, the signature and
 * what phones add. Inline answers keep what they answer, a forwarded mail stays whole, and when nothing would be left
 * everything is. The time is linear in the input, whatever it is.
 */
export function shareOf(lines: string[], facts: Facts = {}): Share {
  if (lines.length <= MOST_LINES) return shareOfAll(lines, facts)
  const { keep, passage } = shareOfAll(lines.slice(0, MOST_LINES), facts)
  const rest = keep.at(-1) !== false // nobody wrote that much by hand: it goes the way of what is above
  return {
    keep: [...keep, ...Array<boolean>(lines.length - MOST_LINES).fill(rest)],
    passage: passage && { ...passage, end: passage.end === MOST_LINES ? lines.length : passage.end },
  }
}

const MOST_LINES = 20_000

function shareOfAll(lines: string[], facts: Facts): Share {
  const pieces = splitAtAttributions(lines)
  const texts = pieces.map(p => p.text)
  const kinds = kindsOf(texts)
  const keep = texts.map(() => true)
  const passage = passageIn(texts, kinds, facts)
  if (!passage) {
    markWrapped(texts, kinds)
    dropQuoted(texts, kinds, keep, facts)
    dropEnding(texts, kinds, keep)
  } else {
    const own = texts.slice(0, passage.begin)
    for (let i = wordsEnd(own); i < own.length; i++) keep[i] = kinds[i] === 'blank'
  }
  return {
    keep: saysSomething(texts, keep) ? joinedKeep(lines, pieces, keep) : lines.map(() => true),
    passage: passage && inLines(passage, pieces, lines.length),
  }
}

/** The same for a text: its visible part, or all of it. */
export function visibleText(text: string, facts: Facts = {}): string {
  const lines = text.split(/\r\n?|\n/)
  return keptOf(lines, shareOf(lines, facts).keep)
}

/** What is kept of these lines, as text. */
export function keptOf(lines: string[], keep: Keep[]): string {
  return lines
    .flatMap((line, i) => (keep[i] === true ? [line] : keep[i] === false ? [] : [line.slice(0, keep[i] as number)]))
    .join('\n')
    .replace(/^(?:[ \t]*\n)+/, '')
    .trimEnd()
}

/** A line, or the part of one before or after the place where an attribution begins in it. */
interface Piece {
  text: string
  line: number
}

const MOST_SPLIT = 5_000

/** Lines with words and the beginning of an attribution, as two. */
function splitAtAttributions(lines: string[]): Piece[] {
  return lines.flatMap((text, line) => {
    const at = line < MOST_SPLIT ? attributionWithin(lines, line) : 0
    if (!at) return { text, line }
    return [
      { text: text.slice(0, at), line },
      { text: text.slice(at), line },
    ]
  })
}

function joinedKeep(lines: string[], pieces: Piece[], keep: boolean[]): Keep[] {
  const joined: Keep[] = lines.map(() => false)
  for (const [i, { text, line }] of pieces.entries()) {
    const whole = pieces[i + 1]?.line !== line && pieces[i - 1]?.line !== line
    if (keep[i]) joined[line] = whole || pieces[i - 1]?.line === line ? true : text.length
  }
  return joined
}

function inLines({ from, begin, body, end }: Passage, pieces: Piece[], most: number): Passage {
  const lineOf = (piece: number) => pieces[piece]?.line ?? most
  return { from, begin: lineOf(begin), body: lineOf(body), end: lineOf(end) }
}

const CUTS: Kind[] = ['attribution', 'headers', 'original']
const MOST_CLOSING_LINES = 2 // a greeting and a name below the quote answer nothing in it

/** Takes the answered mail out. */
function dropQuoted(lines: string[], kinds: Kind[], keep: boolean[], facts: Facts): void {
  const end = kinds.length
  const cut = kinds.findIndex(kind => CUTS.includes(kind))
  if (cut < 0) {
    if (facts.page || !isOneLine(lines, kinds)) dropTrailingQuote(lines, kinds, keep, 0)
    dropBelowDevice(kinds, keep)
    return
  }
  const above = wrote(lines, kinds, 0, cut)
  const below = kinds[cut] === 'attribution' ? quoteAfter(kinds, cut) : cut
  const wordsTo = below > cut ? below + wordsEnd(lines.slice(below)) : end
  const answersBelow = below > cut && wrote(lines, kinds, below, wordsTo)
  const manyBelow = kinds.slice(below, wordsTo).filter(k => k === 'text').length > MOST_CLOSING_LINES
  const answersInside = above && manyBelow && !isGreeting(lines, kinds, cut)
  if (answersBelow && (answersInside || quotesBeforeText(kinds, below))) {
    // Answers between the lines of the quote, which they need.
    dropTrailingQuote(lines, kinds, keep, 0)
  } else if (answersBelow) {
    keep.fill(false, cut, below)
    dropQuotedBelow(lines, kinds, keep, below)
  } else if (!above && below === cut && kinds[cut] === 'attribution') {
    // The quote was taken out, or its lines are not marked: nobody can tell.
    const text = kinds.indexOf('text', cut)
    if (text >= 0) keep.fill(false, cut, text)
  } else keep.fill(false, cut, end)
}

const LONGEST_GREETING = 4 // words

/** Whether no more than a greeting stands above the attribution: then the answer is what stands below the quote. */
function isGreeting(lines: string[], kinds: Kind[], cut: number): boolean {
  let words = 0
  for (let i = 0; i < cut && words <= LONGEST_GREETING; i++)
    if (kinds[i] === 'text') words += wordsIn(lines[i] as string)
  return words <= LONGEST_GREETING
}

/** A single line with `>`, without attribution: programs quote more, people just so much. */
function isOneLine(lines: string[], kinds: Kind[]): boolean {
  const quotes = kinds.flatMap((kind, i) => (kind === 'quote' && wordsIn(lines[i] as string) > 0 ? [i] : []))
  return quotes.length === 1 && !isAttributed(lines, quotes[0] as number)
}

/** Whether there are words of the writer's, other than a signature. */
function wrote(lines: string[], kinds: Kind[], from: number, to: number): boolean {
  return (
    kinds.slice(from, to).includes('text') &&
    lines.slice(from, to).some((line, i) => kinds[from + i] === 'text' && wordsIn(line) > 0)
  )
}

function quotesBeforeText(kinds: Kind[], from: number): boolean {
  const quote = kinds.indexOf('quote', from)
  return quote >= 0 && kinds.lastIndexOf('text') > quote
}

function dropQuotedBelow(lines: string[], kinds: Kind[], keep: boolean[], from: number): void {
  const next = kinds.findIndex((kind, i) => i >= from && CUTS.includes(kind))
  if (next >= 0) keep.fill(false, next)
  else dropTrailingQuote(lines, kinds, keep, from)
}

/** Where the quote under an attribution ends; the attribution's own place when none follows. */
function quoteAfter(kinds: Kind[], cut: number): number {
  let i = cut
  while (kinds[i] === 'attribution' || kinds[i] === 'blank') i++
  if (kinds[i] !== 'quote') return cut
  while (kinds[i] === 'quote' || kinds[i] === 'blank' || kinds[i] === 'attribution') i++
  return i
}

/** Takes out the quote that nothing of the writer's follows, unless words with a colon lead to it. */
function dropTrailingQuote(lines: string[], kinds: Kind[], keep: boolean[], begin: number): void {
  const to = wordsEnd(lines)
  const last = Math.max(kinds.lastIndexOf('text', to - 1), kinds.lastIndexOf('headers', to - 1))
  if (last < begin) return
  const first = kinds.indexOf('quote', last)
  if (first < 0) return
  const led =
    /[\p{L}\p{N})][:：]\s*$/u.test((lines[last] as string).slice(-LONGEST_TESTED)) && !isAttributed(lines, first)
  if (led) return
  let from = first
  while (from > last + 1 && (kinds[from - 1] === 'blank' || kinds[from - 1] === 'attribution')) from--
  keep.fill(false, from)
}

/** Apple puts the attribution inside the quote. */
function isAttributed(lines: string[], quote: number): boolean {
  const inside = lines.slice(quote, quote + 4).map(line => line.replace(/^[>\s]+/, ''))
  return inside.some(
    (line, i) => line !== '' && (attributionAt(inside, i) > 0 || UNSPACED_VERBS.some(v => line.endsWith(v))),
  )
}

/** Phones of some makers put the answered mail, unmarked, under their line. */
function dropBelowDevice(kinds: Kind[], keep: boolean[]): void {
  const device = kinds.indexOf('device')
  if (device < 0 || kinds.includes('quote') || kinds[device - 1] !== 'blank' || kinds[device + 1] !== 'blank') return
  if (kinds.slice(0, device).includes('text')) keep.fill(false, device)
}

/** A quoted line that was wrapped on its way goes on without its mark. */
function markWrapped(lines: string[], kinds: Kind[]): void {
  for (let i = 1; i < kinds.length - 1; i++) {
    if (kinds[i] !== 'text' || (kinds[i + 1] !== 'quote' && kinds[i + 1] !== 'blank')) continue
    const before = (lines[i - 1] as string).slice(-LONGEST_TESTED)
    const line = (lines[i] as string).slice(0, LONGEST_TESTED)
    const goesOn = /^[\p{Ll}_)\]/&=?]/u.test(line) && (before.length >= 60 || /[^\s>]{24,}$/.test(before))
    const isLast = kinds[i + 1] === 'blank'
    const isLink = /^[\s(<[]*(?:https?:|mailto:|www\.)[^\s<>]{1,300}[>)\]\s]*$/.test(line)
    if (
      (kinds[i - 1] === 'quote' && (isLast ? goesOn && line.length < 40 : goesOn || isLink)) ||
      (!isLast && isLink && kinds[i - 1] === 'blank' && kinds[i - 2] === 'quote')
    )
      kinds[i] = 'quote'
  }
}

/** Takes signature, footers, the phone's line and dashes off the end of what is left. */
function dropEnding(lines: string[], kinds: Kind[], keep: boolean[]): void {
  const rows = lines.flatMap((_, i) => (keep[i] ? [i] : []))
  while (rows.length && kinds[rows.at(-1) as number] === 'attribution') keep[rows.pop() as number] = false
  const end = wordsEnd(rows.map(i => lines[i] as string))
  for (const i of rows.slice(end)) keep[i] = false
}

function saysSomething(lines: string[], keep: boolean[]): boolean {
  return lines.some((line, i) => keep[i] && wordsIn(line) > 0)
}
