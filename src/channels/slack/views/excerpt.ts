import type { KnownBlock, RichTextBlock } from '@slack/types'
import type { Document } from '../../../core/document.ts'
import { type SlackText, toRichText } from '../rich-text.ts'

/** The beginning of a document as Slack's blocks, and whether there is more of it. */
export function excerpt(doc: Document, limit: number, mostBlocks = 20): { blocks: KnownBlock[]; isCut: boolean } {
  const [first = [], ...rest] = toRichText(doc, { limit })
  return { blocks: first.slice(0, mostBlocks), isCut: rest.length > 0 || first.length > mostBlocks }
}

/** The same, shown as a quotation. */
export function quoted(doc: Document, limit: number): { blocks: KnownBlock[]; isCut: boolean } {
  return excerpt([{ type: 'quote', content: doc }], limit)
}

/** A document to begin writing with: what a rich text field takes. */
export function initialText(doc: Document, limit = 3000): RichTextBlock | undefined {
  const [first = []] = toRichText(doc, { limit })
  const elements = first.filter(isRichText).flatMap(block => block.elements)
  return elements.length ? { type: 'rich_text', elements } : undefined
}

function isRichText(block: SlackText): block is RichTextBlock {
  return block.type === 'rich_text'
}
