import type { Block, Document } from '../document.ts'

const MOST_QUOTED = 3

/**
 * What tells somebody who has the old text what is to be read in its place: the part that was wrong as a quotation, and
 * what it should say; where most of it is new, all of it.
 */
export function correctionOf(old: Document, now: Document): Document {
  const { before, after } = changed(old, now)
  if (!before.length) return [said('An addition to my earlier message:'), ...after]
  if (!after.length) return [said('A correction to my earlier message. Please disregard this part:'), quote(before)]
  if (before.length > MOST_QUOTED) return [said('A correction to my earlier message. It should say in full:'), ...now]
  return [said('A correction to my earlier message. It said:'), quote(before), said('It should say:'), ...after]
}

/** What differs between the beginning and the end that both have. */
function changed(old: Document, now: Document): { before: Document; after: Document } {
  const [a, b] = [old.map(block => JSON.stringify(block)), now.map(block => JSON.stringify(block))]
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start++
  let end = 0
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end++
  return { before: old.slice(start, old.length - end), after: now.slice(start, now.length - end) }
}

function said(text: string): Block {
  return { type: 'paragraph', content: [{ type: 'text', text, italic: true }] }
}

function quote(content: Document): Block {
  return { type: 'quote', content }
}
