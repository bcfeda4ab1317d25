import { type Block, type Document, type Inline, linkUrl, type Marks, wordsOf } from '../../core/document.ts'

/** A text as HTML, bare of any style. */
export function htmlOf(doc: Document): string {
  return doc.map(htmlOfBlock).join('')
}

function htmlOfBlock(block: Block): string {
  switch (block.type) {
    case 'paragraph':
      return `<p>${htmlOfLine(block.content)}</p>`
    case 'heading':
      return `<h${block.level}>${htmlOfLine(block.content)}</h${block.level}>`
    case 'quote':
      return `<blockquote>${htmlOf(block.content)}</blockquote>`
    case 'code':
      return `<pre><code>${escaped(block.text)}</code></pre>`
    case 'rule':
      return '<hr>'
    case 'list': {
      const tag = block.ordered ? 'ol' : 'ul'
      const start = block.start === undefined ? '' : ` start="${Math.trunc(block.start)}"`
      return `<${tag}${start}>${block.items.map(item => `<li>${htmlOf(item)}</li>`).join('')}</${tag}>`
    }
  }
}

function htmlOfLine(content: Inline[]): string {
  return content.map(htmlOfInline).join('')
}

function htmlOfInline(inline: Inline): string {
  if (inline.type === 'break') return '<br>'
  let html = escaped(wordsOf(inline))
  if (inline.type !== 'text' && inline.type !== 'link') return html
  if (inline.code) html = `<code>${html}</code>`
  if (inline.strike) html = `<s>${html}</s>`
  if (inline.italic) html = `<em>${html}</em>`
  if (inline.bold) html = `<strong>${html}</strong>`
  const url = inline.type === 'link' ? linkUrl(inline.url) : undefined
  return url ? `<a href="${escaped(url)}">${html}</a>` : html
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;')
}

/** A text as Markdown (CommonMark, with `~~` for what is struck out). */
export function markdownOf(doc: Document): string {
  return linesOf(doc).join('\n')
}

function linesOf(blocks: Block[]): string[] {
  return blocks.flatMap((block, i) => [...(i ? [''] : []), ...linesOfBlock(block)])
}

function linesOfBlock(block: Block): string[] {
  switch (block.type) {
    case 'paragraph':
      return markdownOfLine(block.content).split('\n')
    case 'heading':
      return [`${'#'.repeat(block.level)} ${markdownOfLine(block.content).replaceAll('\\\n', ' ')}`]
    case 'quote':
      return linesOf(block.content).map(line => (line ? `> ${line}` : '>'))
    case 'rule':
      return ['---']
    case 'code': {
      const longest = Math.max(2, ...[...block.text.matchAll(/`+/g)].map(m => m[0].length))
      const fence = '`'.repeat(longest + 1)
      return [fence, ...block.text.split('\n'), fence]
    }
    case 'list':
      return block.items.flatMap((item, i) => {
        const marker = block.ordered ? `${(block.start ?? 1) + i}. ` : '- '
        return linesOf(item).map((line, j) => (j ? line && ' '.repeat(marker.length) + line : marker + line))
      })
  }
}

function markdownOfLine(content: Inline[]): string {
  return content.map(markdownOfInline).join('')
}

function markdownOfInline(inline: Inline): string {
  if (inline.type === 'break') return '\\\n'
  const words = wordsOf(inline)
  if (inline.type !== 'text' && inline.type !== 'link') return plainly(words)
  const shown = marked(words, inline)
  const url = inline.type === 'link' ? linkUrl(inline.url) : undefined
  return url ? `[${shown}](<${url}>)` : shown
}

/** Blanks at the ends stand outside of the marks, which would be none otherwise. */
function marked(words: string, { bold, italic, strike, code }: Marks): string {
  const text = words.trim()
  if (!text) return words
  const at = words.length - words.trimStart().length
  let shown = code ? inTicks(text) : plainly(text)
  if (strike) shown = `~~${shown}~~`
  if (italic) shown = `*${shown}*`
  if (bold) shown = `**${shown}**`
  return words.slice(0, at) + shown + words.slice(at + text.length)
}

function inTicks(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(m => m[0].length))
  const ticks = '`'.repeat(longest + 1)
  const room = /^`|`$/.test(text) ? ' ' : ''
  return ticks + room + text + room + ticks
}

/** Words that mean only themselves in Markdown. */
function plainly(text: string): string {
  return text
    .replace(/[\\`*_[\]<>~]/g, '\\$&')
    .replace(/^([ \t]*)(#{1,6}|[-+])(?=\s)/gm, '$1\\$2')
    .replace(/^([ \t]*\d{1,9})([.)])(?=\s)/gm, '$1\\$2')
}

/** A text as an editor of the ProseMirror kind has it; `fromJson` reads the same text from it. */
export function jsonOf(doc: Document): object {
  return { type: 'doc', content: doc.map(nodeOf) }
}

function nodeOf(block: Block): object {
  switch (block.type) {
    case 'paragraph':
      return { type: 'paragraph', content: block.content.map(nodeOfInline) }
    case 'heading':
      return { type: 'heading', attrs: { level: block.level }, content: block.content.map(nodeOfInline) }
    case 'quote':
      return { type: 'blockquote', content: block.content.map(nodeOf) }
    case 'code':
      return { type: 'codeBlock', content: block.text ? [{ type: 'text', text: block.text }] : [] }
    case 'rule':
      return { type: 'horizontalRule' }
    case 'list': {
      const content = block.items.map(item => ({ type: 'listItem', content: item.map(nodeOf) }))
      if (!block.ordered) return { type: 'bulletList', content }
      return { type: 'orderedList', attrs: { start: block.start ?? 1 }, content }
    }
  }
}

function nodeOfInline(inline: Inline): object {
  if (inline.type === 'break') return { type: 'hardBreak' }
  if (inline.type === 'mention') return { type: 'mention', attrs: { label: inline.name } }
  if (inline.type !== 'text' && inline.type !== 'link') return { type: 'text', text: wordsOf(inline) }
  const marks = [
    ...(['bold', 'italic', 'strike', 'code'] as const).filter(mark => inline[mark]).map(type => ({ type })),
    ...(inline.type === 'link' ? [{ type: 'link', attrs: { href: inline.url } }] : []),
  ]
  return { type: 'text', text: inline.text, ...(marks.length && { marks }) }
}
