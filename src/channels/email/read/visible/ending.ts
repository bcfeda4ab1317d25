import { bare, beginnings, LONGEST_TESTED, wordsIn } from './lines.ts'
import { DEVICE_ENDS, DEVICE_STARTS, FOOTER_STARTS, FOOTER_TOPICS } from './tail-words.ts'

/**
 * How many of these lines are left when what stands under the words is taken off: signature, the phone's line, footers,
 * disclaimers, dashes. All of them stay where nothing but such things is there.
 */
export function wordsEnd(lines: string[]): number {
  let end = lines.length
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const next = ENDINGS.reduce((to, ending) => ending(lines, to), end)
    if (next === end) break
    end = next
  }
  return saysMoreThan(lines, end, 0) ? keptBack(lines, end) : lines.length
}

/** Whether this line is the one that a phone or a mail program adds. */
export function isDevice(line: string): boolean {
  const text = bare(line).toLowerCase()
  const words = text.replace(/^[([<"—–-]+\s*/, '')
  if (words.length > 160 || (/[.!]$/.test(words) && words.split(' ').length > 8 && !MACHINE.test(words))) return false
  if (words.length < 60 && deviceEnd(words) !== undefined) return true
  // `Sent from my desk, which is easier` is a sentence.
  return deviceStart(words) !== undefined && !/[\p{L}\d],\s\p{Ll}/u.test(words.slice(0, 80))
}

const deviceStart = beginnings(DEVICE_STARTS)
const deviceEnd = beginnings(DEVICE_ENDS, true)
const footerStart = beginnings(FOOTER_STARTS)

/** A machine or a program, named early in the line. */
const MACHINE =
  /^(?:\S+ ){2,5}\S*(?:phone|ipad|galaxy|android|blackberry|tablet|device|gerät|samsung|huawei|xiaomi|outlook|mail|windows)/

/** A line of dashes, stars and the like. */
export function isRule(line: string): boolean {
  const text = line.slice(0, LONGEST_TESTED).trim()
  return /^[-_=*#~+•·.ᐧ─━—–‐\s]{1,200}$/.test(text) && (text.length > 2 || text === 'ᐧ')
}

const MOST_ROUNDS = 6
const MOST_SIGNATURE_LINES = 25
const MOST_FOOTER_LINES = 60
const MOST_CONTACT_LINES = 16

/** Each takes one kind of ending off the lines before `end` and says where they end now. */
const ENDINGS: ((lines: string[], end: number) => number)[] = [
  withoutBlank,
  withoutDeviceAndRules,
  withoutListFooter,
  withoutFooter,
  withoutSignature,
  withoutContacts,
  withoutNameLine,
]

function withoutBlank(lines: string[], end: number): number {
  let to = end
  while (to > 0 && (lines[to - 1] as string).trim() === '') to--
  return to
}

function withoutDeviceAndRules(lines: string[], end: number): number {
  let to = end
  while (
    to > 0 &&
    ((lines[to - 1] as string).trim() === '' || isRule(lines[to - 1] as string) || isDevice(lines[to - 1] as string))
  )
    to--
  return to
}

/** `-- ` on a line of its own (RFC 3676, 4.3), and what people make of it. */
function withoutSignature(lines: string[], end: number): number {
  let to = end
  let inCode = false
  for (let i = end - 1; i >= 0 && i >= end - MOST_SIGNATURE_LINES && !isQuoted(lines[i] as string); i--) {
    if (/^\s{0,3}```/.test(lines[i] as string)) inCode = !inCode
    if (inCode) continue
    const line = bare(lines[i] as string)
    const raw = (lines[i] as string)
      .slice(0, LONGEST_TESTED)
      .trim()
      .replace(/^[*\s]+|[*\s]+$/g, '')
    if (/^(?:--|__|—|–|‐‐|──)$/.test(raw) || /^-- ?\p{Lu}[^.!?]{1,40}$/u.test(line)) to = i
  }
  return to
}

/** A name with telephone number or address under a line of dashes. */
function withoutContacts(lines: string[], end: number): number {
  let told = 0
  for (let i = end - 1; i >= 0 && told <= MOST_CONTACT_LINES; i--) {
    const line = lines[i] as string
    if (isQuoted(line) || line.length > 100) return end
    if (isRule(line)) return told > 0 && isAddressed(lines, i, end) ? i : end
    if (line.trim() !== '') told++
  }
  return end
}

/** Whether somebody tells under this line who they are, and the words above do not lead to it. */
function isAddressed(lines: string[], rule: number, end: number): boolean {
  const above = lines.slice(Math.max(0, rule - 3), rule).findLast(line => line.trim() !== '')
  if (above === undefined || /[:：]\s*$/.test(above.slice(-LONGEST_TESTED))) return false
  const below = lines.slice(rule + 1, end).filter(line => line.trim() !== '')
  const isName = (line: string) => /^\s*\p{Lu}[^.!?:;]{1,38}$/u.test(line)
  return (
    below.some(isContact) || (/^\s*-{3,}\s*$/.test(lines[rule] as string) && below.length <= 4 && below.every(isName))
  )
}

function isContact(line: string): boolean {
  return /https?:\/\/|www\.|[^\s@]@[^\s@]|(?:\+|\b\d)[\d ()./-]{7,}\d/.test(line.slice(0, LONGEST_TESTED))
}

/** `-Jane Doe` as the last line. */
function withoutNameLine(lines: string[], end: number): number {
  if (end < 3 || (lines[end - 2] as string).trim() !== '' || /^\s*[-–—•*] ?\S/.test(lines[end - 3] as string))
    return end
  return /^[-–—]\s?\p{Lu}[\p{L}.'’-]{0,20}(?: \p{Lu}[\p{L}.'’-]{0,20}){0,2}$/u.test((lines[end - 1] as string).trim())
    ? end - 1
    : end
}

function withoutListFooter(lines: string[], end: number): number {
  for (let i = end - 1; i >= 0 && i >= end - 12; i--) {
    const isFooter = () =>
      lines
        .slice(i + 1, end)
        .some(l => /mailing[ -]?list|listinfo|unsubscribe|mailman|Google Groups/i.test(l.slice(0, LONGEST_TESTED)))
    if (/^\s*[_-]{10,}\s*$/.test((lines[i] as string).slice(0, LONGEST_TESTED)) && isFooter()) return i
  }
  return end
}

/** What lawyers, virus scanners and mailing lists add: from a paragraph that begins and speaks like it. */
function withoutFooter(lines: string[], end: number): number {
  let to = end
  for (let i = end - 1; i > 0 && i >= end - MOST_FOOTER_LINES && !isQuoted(lines[i] as string); i--) {
    if ((lines[i - 1] as string).trim() !== '' && !isRule(lines[i - 1] as string)) continue
    const text = bare(lines[i] as string)
      .toLowerCase()
      .replace(/^[^\p{L}]+/u, '')
      .replace(/^p (?=please|bitte|antes|avant)/, '')
    if (footerStart(text) !== undefined && speaksOfIt(lines, i, end)) to = i
  }
  return to
}

function speaksOfIt(lines: string[], from: number, end: number): boolean {
  const text = lines
    .slice(from, Math.min(end, from + 12))
    .join(' ')
    .slice(0, 2000)
    .toLowerCase()
  return FOOTER_TOPICS.some(topic => text.includes(topic))
}

function isQuoted(line: string): boolean {
  return line.startsWith('>')
}

/** Less than three words above something like a sentence: it is more likely a mail that begins oddly. */
function keptBack(lines: string[], end: number): number {
  if (saysMoreThan(lines, end, 2)) return end
  const taken = lines.slice(end).filter(line => !isQuoted(line))
  const sentences = taken.filter(line => wordsIn(line) >= 8 && !isDevice(line))
  const footer = taken.some(line => footerStart(bare(line).toLowerCase()) !== undefined)
  return sentences.length && !footer ? lines.length : end
}

function saysMoreThan(lines: string[], end: number, words: number): boolean {
  let said = 0
  for (let i = 0; i < end && said <= words; i++) said += wordsIn(lines[i] as string)
  return said > words
}
