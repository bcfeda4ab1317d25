import {
  ATTRIBUTION_STARTS,
  ATTRIBUTION_VERBS,
  DEVICE_ENDS,
  DEVICE_STARTS,
  FORWARD_WORDS,
  HEADER_LABELS,
  type HeaderField,
  ORIGINAL_WORDS,
} from './quote-words.ts'

/**
 * Which lines of a mail are its writer's own: without the mail that is answered, its attribution, the signature and
 * what phones add. Inline answers keep what they answer, a forwarded mail stays whole, and when nothing would be left
 * everything is. The time is linear in the input, whatever it is.
 */
export function visibleLines(lines: string[], facts: { forward?: boolean } = {}): boolean[] {
  const kinds = kindsOf(lines)
  markSignature(lines, kinds)
  markWrapped(lines, kinds)
  const keep = lines.map(() => true)
  const forwardAt = facts.forward ? firstOf(kinds, ['headers', 'original', 'forward']) : kinds.indexOf('forward')
  const end = forwardAt < 0 ? lines.length : forwardAt
  dropQuoted(kinds, keep, end)
  if (forwardAt < 0) dropTail(kinds, keep)
  return saysSomething(lines, keep) ? keep : lines.map(() => true)
}

/** The same for a text: its visible part, or all of it. */
export function visibleText(text: string, facts: { forward?: boolean } = {}): string {
  const lines = text.split(/\r\n?|\n/)
  const keep = visibleLines(lines, facts)
  return lines
    .filter((_, i) => keep[i])
    .join('\n')
    .replace(/^\s*\n|\s+$/g, '')
}

type Kind =
  | 'blank'
  | 'text'
  | 'quote'
  | 'rule' // dashes and the like
  | 'signature' // what begins a signature
  | 'device'
  | 'attribution'
  | 'headers'
  | 'original'
  | 'forward'

const LONGEST_TESTED = 400 // characters of a line that are looked at
const MOST_LINES = 20_000

function kindsOf(lines: string[]): Kind[] {
  const kinds: Kind[] = []
  for (let i = 0; i < lines.length; ) {
    const [kind, span] = i < MOST_LINES ? kindAt(lines, i) : (['text', 1] as const)
    for (let j = 0; j < span; j++) kinds.push(kind)
    i += span
  }
  return kinds
}

function kindAt(lines: string[], i: number): readonly [Kind, number] {
  const line = (lines[i] as string).slice(0, LONGEST_TESTED).trim()
  if (line === '') return ['blank', 1]
  if (isQuote(line)) return ['quote', 1]
  const bare = line.replace(/^[*_\s]+|[*_\s]+$/g, '').toLowerCase()
  if (isForward(line, bare)) return ['forward', 1]
  if (isOriginal(line)) return ['original', 1]
  if (/^(--|__|—|–)\s*$/.test(line)) return ['signature', 1]
  if (isRule(line)) return ['rule', 1]
  if (isDevice(bare)) return ['device', 1]
  const attribution = attributionAt(lines, i)
  if (attribution) return ['attribution', attribution]
  const headers = headersAt(lines, i)
  if (headers) return ['headers', headers]
  return ['text', 1]
}

/** A quoted line; a run of `>>> words <<<` is decoration. */
function isQuote(line: string): boolean {
  return line.startsWith('>') && !/<<\s*$/.test(line)
}

function isRule(line: string): boolean {
  return /^[-_=*#~+•·.ᐧ\s]{1,200}$/.test(line) && (line.length > 2 || line === 'ᐧ')
}

function isForward(line: string, bare: string): boolean {
  const words = bare.replace(/^[-–—\s]+|[-–—\s:：]+$/g, '')
  if (words.length > 80 || !FORWARD_WORDS.some(w => words.startsWith(w))) return false
  return /^[\s*_]*[-–—]{2}/.test(line) || /[:：]\**\s*$/.test(line)
}

function isOriginal(line: string): boolean {
  if (!/^[\s*_]*[-–—_]{2}/.test(line) || !/[-–—_]{2}[\s*_]*$/.test(line)) return false
  const dashed = line.replace(/^[-–—_*\s]+|[-–—_*\s]+$/g, '').toLowerCase()
  return (
    ORIGINAL_WORDS.some(w => dashed.startsWith(w) && dashed.length < 60) || (VERBS.test(dashed) && /\d/.test(dashed))
  )
}

function isDevice(bare: string): boolean {
  if (bare.length > 120 || (bare.endsWith('.') && bare.split(' ').length > 6)) return false
  const words = bare.replace(/^[(<["-]+\s*/, '')
  return DEVICE_STARTS.some(s => words.startsWith(s)) || DEVICE_ENDS.some(e => words.endsWith(e) && words.length < 60)
}

const MOST_ATTRIBUTION_LINES = 4
const STARTS = new RegExp(`^(?:${ATTRIBUTION_STARTS.map(escaped).join('|')})(?:[\\s,.]|(?=\\d))`, 'i')
const VERBS = new RegExp(`(?:${ATTRIBUTION_VERBS.map(escaped).join('|')})`, 'i')

/** How many lines an attribution that begins here has, or 0. */
function attributionAt(lines: string[], i: number): number {
  const first = stripped(lines[i] as string)
  if (!mayBeginAttribution(first)) return 0
  let text = ''
  for (let n = 1; n <= MOST_ATTRIBUTION_LINES && i + n <= lines.length; n++) {
    const line = stripped(lines[i + n - 1] as string)
    if (line === '' && n > 1) {
      if (text.length > 200 || !/[,<]$|@|\d$/.test(text)) return 0
      continue
    }
    if (n > 1 && isQuote(line) && !/^>\s?[^>]{0,20}[:：]$/.test(line)) return 0
    text = text ? `${text} ${line}` : line
    if (text.length > LONGEST_TESTED) return 0
    if (isAttribution(text)) return n
  }
  return 0
}

function mayBeginAttribution(line: string): boolean {
  return STARTS.test(line) || line.includes('@') || /\d{2,4}[-/.年]\d{1,2}/.test(line) || VERBS.test(line)
}

function isAttribution(text: string): boolean {
  if (!/[:：]$/.test(text) && !/(写道|寫道|wrote|のメール)$/i.test(text)) return false
  const digits = text.replace(/\D/g, '').length
  const address = /[^\s<>]@[^\s<>]/.test(text)
  if (VERBS.test(text)) return address || (digits >= 3 && (STARTS.test(text) || /^\p{L}{0,12}\.?,? ?\d/u.test(text)))
  // `2013/11/13 Jane Doe <jane@acme.test>:`
  return digits >= 5 && /^\S{0,12}\s?\d/.test(text) && /<?[^\s<>]+@[^\s<>]+>?\s*[:：]$/.test(text)
}

const LABELS = new Map<string, HeaderField>(
  (Object.keys(HEADER_LABELS) as HeaderField[]).flatMap(f => HEADER_LABELS[f].map(label => [label, f] as const)),
)
const MOST_HEADER_LINES = 16

/** How many lines a copied mail header that begins here has, or 0. */
function headersAt(lines: string[], i: number): number {
  const first = fieldOf(lines[i] as string)
  if (!first || first === 'other') return 0
  const seen = new Set<HeaderField>()
  let address = false
  let last = 0
  let misses = 0
  for (let n = 0; n < MOST_HEADER_LINES && i + n < lines.length; n++) {
    const line = lines[i + n] as string
    const field = fieldOf(line)
    if (!field) {
      if (n > 0 && ++misses > 2) break
      continue
    }
    misses = 0
    seen.add(field)
    if (field === 'from' && line.includes('@')) address = true
    last = n + 1
    if (seen.has('from') && seen.has('subject') && (seen.has('to') || seen.has('sent')) && field === 'subject') break
  }
  seen.delete('other')
  return seen.size >= 3 || (seen.size === 2 && seen.has('from') && address) ? last : 0
}

function fieldOf(line: string): HeaderField | undefined {
  const label = /^[\s*_>|-]{0,6}([^:：*]{1,20}?)\s{0,3}\*{0,2}\s?[:：]/u.exec(line.slice(0, 60))?.[1]
  return label === undefined ? undefined : LABELS.get(label.trim().toLowerCase())
}

function stripped(line: string): string {
  return line.slice(0, LONGEST_TESTED).replace(/^[\s*_|]+|[\s*_]+$/g, '')
}

/** Takes the answered mail out of the lines before `end`. */
function dropQuoted(kinds: Kind[], keep: boolean[], end: number): void {
  const cut = firstOf(kinds.slice(0, end), ['attribution', 'headers', 'original'])
  if (cut < 0) {
    dropTrailingQuote(kinds, keep, 0, end)
    return
  }
  const wrote = (from: number, to: number) => kinds.slice(from, to).includes('text')
  const below = kinds[cut] === 'attribution' ? quoteAfter(kinds, cut, end) : cut
  const answersBelow = below > cut && wrote(below, end)
  const manyBelow = kinds.slice(below, end).filter(k => k === 'text').length > MOST_CLOSING_LINES
  if (answersBelow && ((wrote(0, cut) && manyBelow) || quotesBeforeText(kinds, below, end))) {
    // Answers between the lines of the quote, which they need.
    dropTrailingQuote(kinds, keep, 0, end)
  } else if (answersBelow) {
    keep.fill(false, cut, below)
    dropQuotedBelow(kinds, keep, below, end)
  } else if (!wrote(0, cut) && below === cut && kinds[cut] === 'attribution') {
    // The quote was taken out, or its lines are not marked: nobody can tell.
    keep.fill(false, cut, kinds.indexOf('text', cut) < 0 ? cut : kinds.indexOf('text', cut))
  } else keep.fill(false, cut, end)
}

const MOST_CLOSING_LINES = 2 // a greeting and a name below the quote answer nothing in it

function quotesBeforeText(kinds: Kind[], from: number, end: number): boolean {
  const quote = kinds.indexOf('quote', from)
  return quote >= 0 && quote < end && kinds.lastIndexOf('text', end - 1) > quote
}

function dropQuotedBelow(kinds: Kind[], keep: boolean[], from: number, end: number): void {
  const next = firstOf(kinds.slice(from, end), ['attribution', 'headers', 'original'])
  if (next >= 0) keep.fill(false, from + next, end)
  else dropTrailingQuote(kinds, keep, from, end)
}

/** Where the quote under an attribution ends; the attribution's own place when none follows. */
function quoteAfter(kinds: Kind[], cut: number, end: number): number {
  let i = cut
  while (i < end && (kinds[i] === 'attribution' || kinds[i] === 'blank')) i++
  if (kinds[i] !== 'quote') return cut
  while (i < end && (kinds[i] === 'quote' || kinds[i] === 'blank' || kinds[i] === 'attribution')) i++
  return i
}

/** Takes out the quote that nothing of the writer's follows. */
function dropTrailingQuote(kinds: Kind[], keep: boolean[], begin: number, end: number): void {
  const last = kinds.lastIndexOf('text', end - 1)
  if (last < begin) return
  const first = kinds.indexOf('quote', last)
  if (first < 0 || first >= end) return
  let from = first
  while (from > last + 1 && (kinds[from - 1] === 'blank' || kinds[from - 1] === 'attribution')) from--
  keep.fill(false, from, end)
}

const MOST_SIGNATURE_LINES = 25
const MOST_FOOTER_LINES = 8

/** The lines of a signature, or of a mailing list's footer, are no words of the writer's. */
function markSignature(lines: string[], kinds: Kind[]): void {
  let end = kinds.length
  while (end > 0 && kinds[end - 1] === 'blank') end--
  for (let i = end - 1; i >= 0 && i >= end - MOST_SIGNATURE_LINES && kinds[i] !== 'quote'; i--) {
    if (kinds[i] === 'signature' || (end - i <= MOST_FOOTER_LINES && isListFooter(lines, i, end)))
      kinds.fill('signature', i, end)
  }
}

function isListFooter(lines: string[], i: number, end: number): boolean {
  return (
    /^\s*[_-]{10,}\s*$/.test((lines[i] as string).slice(0, LONGEST_TESTED)) &&
    lines.slice(i + 1, end).some(l => /mailing list|listinfo|unsubscribe/i.test(l.slice(0, LONGEST_TESTED)))
  )
}

/** A quoted line that was wrapped on its way goes on without its mark. */
function markWrapped(lines: string[], kinds: Kind[]): void {
  for (let i = 1; i < kinds.length - 1; i++) {
    const before = lines[i - 1] as string
    const wrapped =
      /^[\p{Ll}_)\]/&=?]/u.test(lines[i] as string) && (before.length >= 60 || /[^\s>]{30,}$/.test(before.slice(-60)))
    if (kinds[i] === 'text' && kinds[i - 1] === 'quote' && kinds[i + 1] === 'quote' && wrapped) kinds[i] = 'quote'
  }
}

/** Takes the signature, the phone's line and dashes off the end. */
function dropTail(kinds: Kind[], keep: boolean[]): void {
  for (let i = kinds.length - 1; i >= 0; i--) {
    if (!keep[i] || kinds[i] === 'blank') continue
    if (!isTail(kinds[i] as Kind)) return
    keep[i] = false
  }
}

function isTail(kind: Kind): boolean {
  return kind === 'device' || kind === 'rule' || kind === 'signature' || kind === 'attribution'
}

function saysSomething(lines: string[], keep: boolean[]): boolean {
  return lines.some((line, i) => keep[i] && /[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(line))
}

function firstOf(kinds: Kind[], wanted: Kind[]): number {
  return kinds.findIndex(k => wanted.includes(k))
}

function escaped(word: string): string {
  return word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
