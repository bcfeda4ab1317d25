import { type Block, type Document, type Inline, wordsOf } from '../../core/document.ts'

/**
 * A message with variables as it was meant: Slack makes a link of `row.name`, a bold word splits what stands between the
 * braces, and a keyboard that means well types curly quotes, none of which Liquid can read.
 */
export function mendVariables(doc: Document): Document {
  return doc.map(mendBlock)
}

/** The same for one line of text. */
export function mendVariable(text: string): string {
  return text.replace(/\{\{[^}]*\}\}|\{%[^%]*%\}/g, v => v.replace(/[“”„«»]/g, '"').replace(/[‘’‚]/g, "'"))
}

function mendBlock(block: Block): Block {
  switch (block.type) {
    case 'paragraph':
    case 'heading':
      return { ...block, content: mendInlines(block.content) }
    case 'list':
      return { ...block, items: block.items.map(mendVariables) }
    case 'quote':
      return { ...block, content: mendVariables(block.content) }
    case 'code':
      return { ...block, text: mendVariable(block.text) }
    case 'rule':
      return block
  }
}

function mendInlines(content: Inline[]): Inline[] {
  const mended: Inline[] = []
  for (const inline of content) {
    const last = mended.at(-1)
    if (last?.type === 'text' && isOpen(last.text))
      mended[mended.length - 1] = { ...last, text: last.text + (inline.type === 'break' ? ' ' : wordsOf(inline)) }
    else mended.push(inline)
  }
  return mended.map(inline => (inline.type === 'text' ? { ...inline, text: mendVariable(inline.text) } : inline))
}

/** Whether a variable begins in it that does not end. */
function isOpen(text: string): boolean {
  return text.lastIndexOf('{{') > text.lastIndexOf('}}') || text.lastIndexOf('{%') > text.lastIndexOf('%}')
}
