import { attributionAt } from './attribution.ts'
import { isDevice, isRule } from './ending.ts'
import { headerBlockAt } from './header-block.ts'
import { bare, beginnings, LONGEST_TESTED, lower, wordsIn } from './lines.ts'
import { FORWARD_WORDS, ORIGINAL_WORDS, WHOLE_ORIGINAL_WORDS } from './quote-words.ts'
import { ABOVE, ABOVE_THIS_LINE } from './tail-words.ts'

/** What a line is. */
export type Kind =
  | 'blank'
  | 'text'
  | 'quote'
  | 'rule' // dashes and the like
  | 'device'
  | 'attribution'
  | 'headers'
  | 'original' // `-----Original Message-----`, and whatever else says that the answered mail follows
  | 'forward'

const forwardWord = beginnings(FORWARD_WORDS)
const originalWord = beginnings(ORIGINAL_WORDS)
const MOST_LINES = 5_000 // that are looked at closely

/** What each line is. */
export function kindsOf(lines: string[]): Kind[] {
  const kinds: Kind[] = []
  for (let i = 0; i < lines.length; ) {
    const code = i < MOST_LINES ? codeAt(lines, i) : 0
    const [kind, span] = code
      ? (['text', code] as const)
      : i < MOST_LINES
        ? kindAt(lines, i)
        : [plainKind(lines[i] as string), 1]
    for (let j = 0; j < span; j++) kinds.push(kind)
    i += span
  }
  return kinds
}

const MOST_CODE_LINES = 200

/** How many lines a fenced block of code has that begins here, or 0: nothing in it is what it looks like. */
function codeAt(lines: string[], i: number): number {
  if (!/^\s{0,3}```/.test(lines[i] as string)) return 0
  for (let end = i + 1; end < lines.length && end <= i + MOST_CODE_LINES; end++)
    if (/^\s{0,3}```\s*$/.test(lines[end] as string)) return end + 1 - i
  return 0
}

function plainKind(line: string): Kind {
  return line.startsWith('>') ? 'quote' : line.trim() === '' ? 'blank' : 'text'
}

function kindAt(lines: string[], i: number): readonly [Kind, number] {
  const line = (lines[i] as string).slice(0, LONGEST_TESTED).trim()
  if (line === '') return ['blank', 1]
  if (isGroupWise(line)) return ['original', 1]
  const groupWise = line.startsWith('>>> ') ? attributionAt([line.slice(4), ...lines.slice(i + 1, i + 4)], 0) : 0
  if (groupWise && !lines[i - 1]?.startsWith('>')) return ['attribution', groupWise]
  if (isQuote(lines, i, line)) return ['quote', 1]
  if (isForward(line)) return ['forward', 1]
  if (isOriginal(line) || isAboveThisLine(line)) return ['original', 1]
  if (isRule(line)) return ['rule', 1]
  if (isDevice(line) && !attributionAt(lines, i)) return ['device', 1]
  const attribution = attributionAt(lines, i)
  if (attribution) return ['attribution', attribution]
  const headers = headerBlockAt(lines, i)
  if (headers) return [isIntended(lines, i) ? 'text' : 'headers', headers.span]
  if (isTitleOfOriginal(lines, i, line)) return ['original', 1]
  return ['text', 1]
}

/** A quoted line; a run of `>>> words <<<` is decoration, and `>From` is how mailbox files write `From`. */
function isQuote(lines: string[], i: number, line: string): boolean {
  if (!line.startsWith('>') || /<<\s*$/.test(line)) return false
  const alone = (at: number) => !lines[at]?.trimStart().startsWith('>')
  return !(/^>From /.test(line) && alone(i - 1) && alone(i + 1))
}

/** GroupWise: `>>> Jane Doe <jane@acme.test> 3/3/2026 9:30 AM >>>`. */
function isGroupWise(line: string): boolean {
  return /^>>>.{3,200}>>>$/.test(line) && /\d{1,2}[:.]\d{2}/.test(line)
}

/** `---------- Forwarded message ----------`, `Begin forwarded message:`. */
export function isForward(line: string): boolean {
  const text = lower(bare(line))
  const words = text.replace(/^[-–—‐_=>\s]+/, '')
  const said = forwardWord(words)
  if (said === undefined) return false
  const rest = words.slice(said.length)
  if (/^[-–—‐_=]{2}/.test(text)) return rest.length < 80 || /^[^\p{L}]{2,14}\S/u.test(rest)
  return /^[^.!?]{0,40}[:：]$/.test(rest) || (rest === '' && words.includes(' ') && text === words)
}

function isOriginal(line: string): boolean {
  const text = bare(line)
  if (!/^[-–—‐_=]{2}/.test(line.replace(/^[\s*]+/, ''))) return false
  const words = lower(text.replace(/^[-–—‐_=*>\s]+|[-–—‐_=*:\s]+$/g, ''))
  if (WHOLE_ORIGINAL_WORDS.includes(words)) return /[-–—‐_=]{2}[\s*]*$/.test(line)
  return words.length < 60 && originalWord(words) !== undefined
}

function isAboveThisLine(line: string): boolean {
  return (
    line.length < 160 && ABOVE.test(line) && ABOVE_THIS_LINE.some(pattern => pattern.test(line)) && !/[?]$/.test(line)
  )
}

/** `Original Message` without dashes counts where a header follows. */
function isTitleOfOriginal(lines: string[], i: number, line: string): boolean {
  if (line.length > 60) return false
  const words = bare(line)
    .toLowerCase()
    .replace(/[\s:：]+$/, '')
  if (!ORIGINAL_WORDS.includes(words)) return false
  const next = lines.findIndex((l, at) => at > i && at < i + 4 && l.trim() !== '' && !isRule(l))
  return next > i && (headerBlockAt(lines, next) !== null || attributionAt(lines, next) > 0)
}

/** `The header says:` above a copied header: it is there to be read. */
function isIntended(lines: string[], i: number): boolean {
  for (let at = i - 1; at >= 0 && at >= i - 3; at--) {
    const line = (lines[at] as string).slice(-LONGEST_TESTED).trim()
    if (line !== '')
      return (
        /\p{L}[:：]$/u.test(line) &&
        !line.startsWith('>') &&
        !isForward(line) &&
        wordsIn(line) >= 3 &&
        !isLabelled(line)
      )
  }
  return false
}

function isLabelled(line: string): boolean {
  return (
    attributionAt([line], 0) > 0 || ORIGINAL_WORDS.some(w => line.toLowerCase().includes(w)) || isAboveThisLine(line)
  )
}
