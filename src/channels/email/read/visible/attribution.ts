import { bare, LONGEST_TESTED } from './lines.ts'
import { ATTRIBUTION_STARTS, ATTRIBUTION_VERBS, FINAL_VERBS, PRONOUNS, UNSPACED_VERBS } from './quote-words.ts'

const MOST_LINES = 4 // that an attribution is broken over
const MOST_ROWS = 7 // with blank ones between

/** How many lines an attribution (`On ... Jane wrote:`) that begins here has, or 0. */
export function attributionAt(lines: string[], at: number): number {
  if (!mayEnd(lines, at) || !mayBegin(bare(lines[at] as string))) return 0
  let text = ''
  let used = 0
  for (let row = at; row < lines.length && row < at + MOST_ROWS && used < MOST_LINES; row++) {
    const line = bare(lines[row] as string)
    if (line === '') {
      if (!isUnfinished(text)) return 0
      continue
    }
    if (row > at && beginsAnew(text, line, (lines[row - 1] as string).trim() === '')) return 0
    if (row > at && line.startsWith('>') && !/^>\s?[^>]{0,24}[:：]$/.test(line)) return 0
    text = text ? `${text} ${line}` : line
    used++
    if (text.length > LONGEST_TESTED) return 0
    if (isAttribution(text, () => quoteFollows(lines, row + 1))) return row + 1 - at
  }
  return 0
}

/** Whether an attribution begins with this line, and what stands above it are the writer's words (`See you at 5`). */
function beginsAnew(above: string, line: string, afterBlank: boolean): boolean {
  if (!STARTS.test(line)) return false
  return afterBlank || !(STARTS.test(above) || ADDRESS.test(above))
}

/** Where in a line with words an attribution begins (`Thanks! On ... Jane wrote:`), or 0. */
export function attributionWithin(lines: string[], at: number): number {
  const line = (lines[at] as string).slice(0, LONGEST_TESTED)
  if (line.length < 20 || !/\p{Nd}/u.test(line) || line.trimStart().startsWith('>') || STARTS.test(bare(line))) return 0
  let tried = 0
  for (const match of line.matchAll(INNER_START)) {
    if (++tried > MOST_TRIED) return 0
    const tail = [line.slice(match.index), ...lines.slice(at + 1, at + MOST_ROWS)]
    const head = line.slice(0, match.index)
    // `Ann <a@support.test> am 3.3.2026 ...` is one attribution.
    if (/@/.test(head) && attributionAt(lines, at)) return 0
    if (/\p{L}/u.test(head) && attributionAt(tail, 0)) return match.index
  }
  return 0
}

const MOST_TRIED = 5
const alternatives = (words: string[]) => words.map(escaped).join('|')
const STARTS = new RegExp(`^(?:${alternatives(ATTRIBUTION_STARTS)})(?:[\\s,.:]|(?=\\p{Nd}))`, 'iu')
const INNER_START = new RegExp(
  `(?:-{2,4} ?|(?<=[\\s.!?)…]))(?:${alternatives(ATTRIBUTION_STARTS.filter(s => s.length > 1).map(capital))})\\s(?=[^:]{0,30}\\p{Nd})`,
  'gu',
)
const VERBS = new RegExp(
  `(?<!\\p{L})(?:${alternatives(ATTRIBUTION_VERBS)})(?!\\p{L})|(?:${alternatives(UNSPACED_VERBS)})`,
  'iu',
)
const FINAL = new RegExp(`(?<!\\p{L})(?:${alternatives(FINAL_VERBS)})$`, 'iu')
const ENDS_IN_VERB = new RegExp(`(?:(?<!\\p{L})(?:wrote|schrieb)|${alternatives(UNSPACED_VERBS)})$`, 'iu')
const PRONOUN = new RegExp(`(?<!\\p{L})(?:${alternatives(PRONOUNS)})(?!\\p{L})`, 'iu')

const DATE =
  /\p{Nd}{1,2}[:.h]\p{Nd}{2}|(?:19|20|۲۰|٢٠)\p{Nd}{2}|\p{Nd}{1,4}[-/.] ?\p{Nd}{1,2}[-/.]|\p{Nd}{1,2} ?[月日년월일]/u
const ADDRESS = /[^\s<>"(),:;@]@[^\s<>@]/
const BRACKETED = /[<([] ?(?:mailto:)?[^\s<>()@]{1,64}@[^\s<>()]{1,200}|< ?mailto:/
const TIME = /\p{Nd}{1,2}[:.h]\p{Nd}{2}/u
const QUOTING = /^(?:quoting|zitat von|citando|citation de|citat från|citaat van|citeren|selon|citat av|cytat) /i
const GMAIL_SHORT = /^\d{4}-\d\d-\d\d \d{1,2}:\d\d (?:GMT|UTC)[+-]\d{1,2}(?::\d\d)?\s\S.{0,80}$/

const LAST = /(?:[:：\-–—]|wrote|schrieb|[^\0-\u024f])[\s*_|\u200b-\u200f\u202a-\u202e]*$/u
const RUNS_ON = /(?:wrote|schrieb|écrit|escribió|scritto|escreveu) ?: |(?:GMT|UTC)[+-]/iu

/** Whether one of these lines ends as an attribution does: most text is not looked at any closer. */
function mayEnd(lines: string[], at: number): boolean {
  for (let row = at; row < lines.length && row < at + MOST_ROWS; row++)
    if (LAST.test((lines[row] as string).slice(-24))) return true
  return RUNS_ON.test((lines[at] as string).slice(0, LONGEST_TESTED))
}

function mayBegin(line: string): boolean {
  if (line === '') return false
  return STARTS.test(line) || /[\p{Nd}@<]/u.test(line) || (/[:：-]$/.test(line) && VERBS.test(line))
}

function isUnfinished(text: string): boolean {
  return text.length < 200 && /[,<@\p{Nd}]$|(?:GMT|UTC)\S{0,6}\s.{0,60}$|\p{Nd}{1,2}:\p{Nd}{2}\s.{0,60}$/u.test(text)
}

function quoteFollows(lines: string[], from: number): boolean {
  for (let i = from; i < lines.length && i < from + 4; i++) {
    const line = (lines[i] as string).trimStart()
    if (line !== '') return line.startsWith('>')
  }
  return false
}

/** Whether this is a whole attribution. `quoted` tells whether a quote stands below, which allows shorter forms. */
function isAttribution(text: string, quoted: () => boolean): boolean {
  const dashed = /^[-‐–—]{2,}.*[-‐–—]{2,}$/.test(text)
  const words = text.replace(/^[-‐–—>\s]{2,}/, '').replace(/[-‐–—\s]{2,}$/, '')
  const colon = /[:：]$/.test(words)
  if (!colon && !dashed && !ENDS_IN_VERB.test(words.slice(-12))) return runsOn(words) || GMAIL_SHORT.test(words)
  const line = words.replace(/\s*[:：]$/, '')
  const verb = VERBS.exec(line) ?? FINAL.exec(line)
  const begins = opening(line, verb?.index)
  if (dashed && verb && line.length < 150) return true
  if (!begins || line.split(/\s+/, 41).length > 40) return false
  const dated = DATE.test(line)
  if (!verb) return colon && (isVerbless(line, dated) || (isUnknown(line, begins) && quoted()))
  if (dated && begins !== 'address') return !isFirstPerson(line) || quoted()
  if (BRACKETED.test(line)) return begins !== 'name' || wordsAfterAddress(line) <= 6
  if (begins === 'address') return colon
  return colon && quoted() && (begins !== 'date' || /\p{Nd}/u.test(line))
}

/** `Quoting Jane <jane@acme.test>`, `3 Mar 2026 09:30 Jane <jane@acme.test>`. */
function isVerbless(line: string, dated: boolean): boolean {
  return BRACKETED.test(line) && (QUOTING.test(line) || (dated && restOf(line) <= 12))
}

/** What may be the attribution of a program or a language that no table knows. */
function isUnknown(line: string, begins: 'date' | 'name' | 'address'): boolean {
  const tells = BRACKETED.test(line) || (begins === 'date' && (ADDRESS.test(line) || TIME.test(line)))
  return tells && restOf(line) <= 8 && !isFirstPerson(line)
}

/** An attribution with the quote's first words in its line: only the surest form counts. */
function runsOn(text: string): boolean {
  if (!STARTS.test(text) || !/^.{0,30}\p{Nd}/u.test(text)) return false
  const line = /^.{10,200}?(?:wrote|schrieb|a écrit|escribió|ha scritto|escreveu) ?: /iu.exec(text)?.[0]
  return line !== undefined && DATE.test(line) && BRACKETED.test(line)
}

/** How a line begins that may be an attribution: with a date, a name, or an address. */
function opening(line: string, verbAt: number | undefined): 'date' | 'name' | 'address' | undefined {
  const digit = line.search(/\p{Nd}/u)
  const address = line.search(/[<([]? ?(?:mailto:)?[^\s<>"(),:;@]{1,64}@/)
  const begins = STARTS.exec(line)?.[0]
  if (begins !== undefined) {
    const upTo = digit < 0 ? verbAt : digit
    return upTo !== undefined && wordsIn(line.slice(begins.length, upTo)) <= 4
      ? 'date'
      : nameFirst(line, verbAt, address)
  }
  if (digit >= 0 && digit < 40 && (verbAt === undefined || digit < verbAt) && (address < 0 || digit < address)) {
    if (wordsIn(line.slice(0, digit)) <= 2) return 'date'
  }
  return nameFirst(line, verbAt, address)
}

function nameFirst(line: string, verbAt: number | undefined, address: number): 'name' | 'address' | undefined {
  const ends = [verbAt, address].filter(end => end !== undefined && end >= 0) as number[]
  if (ends.length === 0) return undefined
  const end = Math.min(...ends)
  if (end === 0) return address === 0 && wordsIn(line) <= 5 ? 'address' : undefined
  const name = line.slice(0, end).trim()
  return isName(name, end === address) ? 'name' : undefined
}

const PARTICLES = new Set(
  'von van de der den del della da di do dos das la le el al bin ibn zu zum at of the via from from: för für på'.split(
    ' ',
  ),
)

/** `Jane Doe`, `Dr. Jane (Acme)`; with an address behind it also `jd via Acme`. */
function isName(name: string, addressed: boolean): boolean {
  const words = name.split(/\s+/)
  if (words.length > 8 || PRONOUN.test(name)) return false
  const lower = words.filter(w => /^["'“„«([]*\p{Ll}/u.test(w) && !PARTICLES.has(w.toLowerCase()))
  return (
    lower.length <= (addressed ? 2 : 0) && !/[.!?:] \p{Lu}\p{Ll}{3,}/u.test(name.replace(/^\p{Lu}\p{Ll}{1,3}\. /u, ''))
  )
}

function isFirstPerson(line: string): boolean {
  return PRONOUN.test(line.replace(STARTS, '')) || /(?:^|\s)I(?:\s|$)/.test(line)
}

function wordsAfterAddress(line: string): number {
  const at = line.search(ADDRESS)
  return wordsIn(line.slice(at).replace(/^\S+/, ''))
}

/** The words that are neither an address nor a number nor in quotation marks. */
function restOf(line: string): number {
  return wordsIn(
    line
      .replace(/\S*@\S*/g, ' ')
      .replace(/["“„«][^"”“»]{0,60}["”»]/g, ' ')
      .replace(/\S*\p{Nd}\S*/gu, ' '),
  )
}

function wordsIn(text: string): number {
  return text.match(/\p{L}+/gu)?.length ?? 0
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}

function escaped(word: string): string {
  return word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
