import { type Block, type Document, type Inline, joined, plainText } from '../../../core/document.ts'
import { visibleLines } from './quote.ts'

/** The writer's own part of a mail and, where that leaves something out, the whole. */
export interface Visible {
  body: Document
  full: Document | null
}

interface Row {
  block: number // -1: a blank line between two
  line: string
}

/**
 * Cuts a document where its text is to be cut, so that the form of what stays survives. A paragraph is cut between its
 * lines; lists, code and quotes stay or go whole, and stay when in doubt.
 */
export function visibleDocument(doc: Document, facts: { forward?: boolean } = {}): Visible {
  const rows = rowsOf(doc)
  const keep = visibleLines(
    rows.map(r => r.line),
    facts,
  )
  if (keep.every(k => k)) return { body: doc, full: null }
  const kept: boolean[][] = doc.map(() => [])
  for (const [i, row] of rows.entries()) if (row.block >= 0) kept[row.block]?.push(keep[i] as boolean)
  const body = doc.flatMap((block, i) => part(block, kept[i] as boolean[]))
  return body.length ? { body, full: doc } : { body: doc, full: null }
}

function rowsOf(doc: Document): Row[] {
  return doc.flatMap((block, i) => [
    ...(i ? [{ block: -1, line: '' }] : []),
    ...plainText([block])
      .split('\n')
      .map(line => ({ block: i, line })),
  ])
}

function part(block: Block, keep: boolean[]): Block[] {
  if (keep.every(k => k)) return [block]
  if (!keep.some(k => k)) return []
  if (block.type !== 'paragraph' && block.type !== 'heading') return [block]
  const lines = linesOf(block.content)
  if (lines.length !== keep.length) return [block]
  const content = joined(
    lines.filter((_, i) => keep[i]).flatMap((line, i): Inline[] => (i ? [{ type: 'break' }, ...line] : line)),
  )
  return content.length ? [{ ...block, content }] : []
}

function linesOf(content: Inline[]): Inline[][] {
  const lines: Inline[][] = [[]]
  for (const inline of content) {
    if (inline.type === 'break') lines.push([])
    else lines.at(-1)?.push(inline)
  }
  return lines
}
