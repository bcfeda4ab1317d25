import { type Block, type Document, type Inline, joined, plainText, wordsOf } from '../../../../core/document.ts'
import { clean } from '../../../../lib/clean.ts'
import { type Marked, readHtml } from '../document/html.ts'
import { fromPlain } from '../document/plain.ts'
import type { Facts } from './facts.ts'
import { type Forwarded, type Passage, unquoted } from './forward.ts'
import { wordsIn } from './lines.ts'
import { type Keep, keptOf, shareOf } from './quote.ts'

/** The writer's own part of a mail, the whole where that leaves something out, and the mail that it passes on. */
export interface Visible {
  body: Document
  full: Document | null
  forwarded: Forwarded | null
}

const MOST_TEXT = 1_000_000
const MOST_HTML = 2_000_000

/** What a text part says. */
export function visibleInText(text: string, facts: Facts = {}): Visible {
  const full = fromPlain(text, { maxLength: MOST_TEXT })
  if (facts.whole) return { body: full, full: null, forwarded: null }
  const lines = text.slice(0, MOST_TEXT).split(/\r\n?|\n/)
  const { keep, passage } = shareOf(lines, facts)
  const forwarded = passage && { from: passage.from, body: passageText(lines, passage) }
  if (!leavesOut(lines, keep)) return { body: full, full: null, forwarded }
  const body = fromPlain(keptOf(lines, keep), { maxLength: MOST_TEXT })
  return body.length ? { body, full, forwarded } : { body: full, full: null, forwarded }
}

/** What an html part says. */
export function visibleInHtml(html: string, facts: Facts = {}): Visible {
  const { doc, marked } = readHtml(html, { maxLength: MOST_HTML })
  if (facts.whole) return { body: doc, full: null, forwarded: null }
  const unsigned = withoutMarked(doc, marked, 'signature')
  const read = visibleDocument(unsigned, facts)
  if (read.forwarded || !saysSomething(read.body)) return visibleDocument(doc, facts)
  if (read.full || facts.forward) return { ...read, full: doc }
  // Where the text shows no quote, the program's own mark may.
  const own = hasQuote(doc) ? unsigned : withoutMarked(doc, marked)
  return own.length < doc.length ? { body: own, full: doc, forwarded: null } : read
}

const LONGEST_SIGNATURE = 1_500 // characters; in more than that somebody wrote

/** The blocks that no mark of this kind covers; all, when nothing would be said without them. */
function withoutMarked(doc: Document, marked: Marked[], as?: Marked['as']): Document {
  const covers = marked.filter(mark => (!as || mark.as === as) && (mark.as === 'quote' || isShort(doc, mark)))
  const rest = doc.filter((_, i) => !covers.some(({ begin, end }) => i >= begin && i < end))
  return saysSomething(rest) ? rest : doc
}

function isShort(doc: Document, { begin, end }: Marked): boolean {
  return plainText(doc.slice(begin, end)).length <= LONGEST_SIGNATURE
}

function saysSomething(doc: Document): boolean {
  return plainText(doc)
    .split('\n')
    .some(line => wordsIn(line) > 0)
}

function hasQuote(doc: Document): boolean {
  return doc.some(block => block.type === 'quote')
}

function leavesOut(lines: string[], keep: Keep[]): boolean {
  return lines.some((line, i) => keep[i] !== true && line.trim() !== '')
}

interface Row {
  block: number // -1: a blank line between two
  line: string
}

/**
 * Cuts a document where its text is to be cut, so that the form of what stays survives. A paragraph is cut between its
 * lines; lists, code and quotes stay or go whole, and stay when in doubt.
 */
function visibleDocument(doc: Document, facts: Facts = {}): Visible {
  const rows = rowsOf(doc)
  const lines = rows.map(r => r.line)
  const { keep, passage } = shareOf(lines, { ...facts, page: true })
  const forwarded = passage && { from: passage.from, body: passageBlocks(doc, rows, passage) }
  if (!leavesOut(lines, keep)) return { body: doc, full: null, forwarded }
  const body = partsOf(doc, rows, (_, i) => keep[i] as Keep)
  return body.length ? { body, full: doc, forwarded } : { body: doc, full: null, forwarded }
}

function passageText(lines: string[], { body, end }: Passage): Document {
  const inner = lines.slice(body, end)
  return fromPlain((inner[0]?.startsWith('>') ? inner.map(unquoted) : inner).join('\n'))
}

function passageBlocks(doc: Document, rows: Row[], { body, end }: Passage): Document {
  const inner = partsOf(doc, rows, (_, i) => i >= body && i < end)
  return inner.length === 1 && inner[0]?.type === 'quote' ? inner[0].content : inner
}

function rowsOf(doc: Document): Row[] {
  return doc.flatMap((block, i) => [
    ...(i ? [{ block: -1, line: '' }] : []),
    ...plainText([block])
      .split('\n')
      .map(line => ({ block: i, line: clean(line) })),
  ])
}

function partsOf(doc: Document, rows: Row[], keep: (row: Row, i: number) => Keep): Block[] {
  const kept: Keep[][] = doc.map(() => [])
  for (const [i, row] of rows.entries()) if (row.block >= 0) kept[row.block]?.push(keep(row, i))
  return doc.flatMap((block, i) => part(block, kept[i] as Keep[]))
}

function part(block: Block, keep: Keep[]): Block[] {
  if (keep.every(k => k === true)) return [block]
  if (!keep.some(k => k)) return []
  if (block.type !== 'paragraph' && block.type !== 'heading') return [block]
  const lines = linesOf(block.content)
  if (lines.length !== keep.length) return [block]
  const content = joined(
    lines
      .map((line, i) => (typeof keep[i] === 'number' ? beginningOf(line, keep[i]) : line))
      .filter((_, i) => keep[i])
      .flatMap((line, i): Inline[] => (i ? [{ type: 'break' }, ...line] : line)),
  )
  return content.length ? [{ ...block, content }] : []
}

/** So many characters of a line, as its plain text counts them. */
function beginningOf(line: Inline[], length: number): Inline[] {
  const kept: Inline[] = []
  let left = length
  for (const inline of line) {
    const size = plainText([{ type: 'paragraph', content: [inline] }]).length
    if (size <= left) kept.push(inline)
    else if ('text' in inline && left > 0) kept.push({ ...inline, text: wordsOf(inline).slice(0, left) })
    left -= size
    if (left <= 0) break
  }
  return kept
}

function linesOf(content: Inline[]): Inline[][] {
  const lines: Inline[][] = [[]]
  for (const inline of content) {
    if (inline.type === 'break') lines.push([])
    else lines.at(-1)?.push(inline)
  }
  return lines
}
