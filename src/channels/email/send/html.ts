import {
  type Block,
  type Document,
  type Inline,
  linkUrl,
  plainText,
  saysItsUrl,
  wordsOf,
} from '../../../core/document.ts'

/** The document as a fragment of html for a mail: styles stand at each element, since mail programs drop style sheets. */
export function toHtml(doc: Document): string {
  return doc.map(htmlOf).join('\n')
}

/**
 * The document as the text part of a mail: one line per line of the author, never wrapped, no blanks at line ends (which
 * some programs take for soft breaks), code indented, links as "text <address>".
 */
export function toText(doc: Document): string {
  const text = plainText(doc, {
    link: link => (saysItsUrl(link) ? link.text : `${link.text} <${link.url}>`),
    code: code => code.replace(/^(?=.)/gm, '    '),
  })
  return text.replace(/[ \t]+$/gm, '')
}

/** Text that means only itself in html, in an attribute too. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, char => entities.get(char)!)
}

const entities = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
])

const mono = 'font-family:Menlo,Consolas,monospace;font-size:.9em;background:#f4f4f4'

const styles = {
  paragraph: 'margin:0 0 1em',
  list: 'margin:0 0 1em;padding-left:2em',
  nestedList: 'margin:0;padding-left:2em',
  quote: 'margin:0 0 1em;padding-left:1em;border-left:3px solid #ccc;color:#555',
  pre: `margin:0 0 1em;padding:.7em;white-space:pre-wrap;${mono}`,
  rule: 'border:0;border-top:1px solid #ccc;margin:1em 0',
}

const headingSizes = { 1: '1.5em', 2: '1.25em', 3: '1.1em' }

function htmlOf(block: Block): string {
  switch (block.type) {
    case 'paragraph':
      return `<p dir="auto" style="${styles.paragraph}">${line(block.content)}</p>`
    case 'heading': {
      const style = `margin:0 0 .6em;font-size:${headingSizes[block.level]}`
      return `<h${block.level} dir="auto" style="${style}">${line(block.content)}</h${block.level}>`
    }
    case 'quote':
      return `<blockquote style="${styles.quote}">${toHtml(block.content)}</blockquote>`
    case 'code': // the first newline after <pre> is not part of the text
      return `<pre style="${styles.pre}">${block.text.startsWith('\n') ? '\n' : ''}${escapeHtml(block.text)}</pre>`
    case 'rule':
      return `<hr style="${styles.rule}">`
    case 'list':
      return list(block, styles.list)
  }
}

function list({ ordered, start = 1, items }: Extract<Block, { type: 'list' }>, style: string): string {
  const tag = ordered ? 'ol' : 'ul'
  const from = ordered && start !== 1 ? ` start="${Math.trunc(start)}"` : ''
  return `<${tag}${from} style="${style}">${items.map(item => `<li dir="auto">${itemHtml(item)}</li>`).join('')}</${tag}>`
}

/** A first paragraph stands in the item itself, so that plain items are close together. */
function itemHtml(item: Block[]): string {
  return item
    .map((block, i) => {
      if (block.type === 'list') return list(block, styles.nestedList)
      return block.type === 'paragraph' && i === 0 && item[1]?.type !== 'paragraph'
        ? line(block.content)
        : htmlOf(block)
    })
    .join('')
}

/** Blanks that html would swallow are kept as no-break spaces. */
function line(content: Inline[]): string {
  let before = '\n'
  return content
    .map(inline => {
      const words = wordsOf(inline)
      const kept = words.replace(/\t/g, '    ').replace(/ /g, (_, i: number, all: string) => {
        return /\s/.test(i ? all[i - 1]! : before) ? '\u00a0' : ' '
      })
      before = words.at(-1) ?? before
      return dressed(inline, escapeHtml(kept).replaceAll('\u00a0', '&nbsp;').replaceAll('\n', '<br>\n'))
    })
    .join('')
}

function dressed(inline: Inline, html: string): string {
  if (inline.type !== 'text' && inline.type !== 'link') return html
  const url = inline.type === 'link' ? linkUrl(inline.url) : undefined
  let dressed = inline.code ? `<code style="${mono}">${html}</code>` : html
  if (inline.strike) dressed = `<s>${dressed}</s>`
  if (inline.italic) dressed = `<em>${dressed}</em>`
  if (inline.bold) dressed = `<strong>${dressed}</strong>`
  return url ? `<a href="${escapeHtml(url)}">${dressed}</a>` : dressed
}
