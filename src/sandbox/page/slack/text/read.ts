import { inlineOf, richOf } from './mrkdwn.ts'
import type { Inline, Rich, Style } from './rich.ts'

/** What stands in an editor as rich text. Marks that were typed (`*bold*`, `- item`) count as if a button was pressed. */
export function readEditor(editor: HTMLElement): Rich[] {
  if (!editor.querySelector('b, strong, i, em, s, strike, del, code, pre, ul, ol, blockquote, a, [data-user]'))
    return trimmed(richOf(textOf(editor), 'typed'))
  const reading: Reading = { rich: [], line: [] }
  readInto(reading, editor, {}, 0)
  endSection(reading)
  return trimmed(reading.rich)
}

/** Its text alone, line breaks included: what a slash command is read from. */
export function textOf(editor: HTMLElement): string {
  const lines: string[] = ['']
  const walk = (node: Node): void => {
    if (node.nodeName === 'BR') lines.push('')
    else if (node instanceof Text) {
      const [first = '', ...rest] = spacesIn(node.data).split('\n')
      lines[lines.length - 1] += first
      lines.push(...rest)
    } else {
      if (/^(DIV|P)$/.test(node.nodeName) && node !== editor && node.previousSibling) lines.push('')
      // a line break that only holds an empty line open is not one more line
      const isHeldOpen = node.childNodes.length === 1 && node.firstChild?.nodeName === 'BR'
      if (!isHeldOpen) node.childNodes.forEach(walk)
    }
  }
  walk(editor)
  return lines.join('\n').replace(/\n$/, '')
}

interface Reading {
  rich: Rich[]
  line: Inline[]
}

const STYLE_OF: Record<string, keyof Style> = {
  B: 'bold',
  STRONG: 'bold',
  I: 'italic',
  EM: 'italic',
  S: 'strike',
  STRIKE: 'strike',
  DEL: 'strike',
  CODE: 'code',
}

function readInto(reading: Reading, parent: Node, style: Style, indent: number): void {
  for (const node of parent.childNodes) readNode(reading, node, style, indent)
}

function readNode(reading: Reading, node: Node, style: Style, indent: number): void {
  const name = node.nodeName
  if (node instanceof Text) reading.line.push(...readText(node.data, style))
  else if (name === 'BR') reading.line.push({ type: 'text', text: '\n' })
  else if (name === 'UL' || name === 'OL') readList(reading, node, indent)
  else if (name === 'BLOCKQUOTE') readBlock(reading, node, 'rich_text_quote')
  else if (name === 'PRE') readBlock(reading, node, 'rich_text_preformatted')
  else if (node instanceof HTMLElement && node.dataset.user)
    reading.line.push({ type: 'user', user_id: node.dataset.user })
  else if (node instanceof HTMLAnchorElement)
    reading.line.push({ type: 'link', url: node.href, text: node.textContent ?? '', ...styled(style) })
  else {
    if (/^(DIV|P)$/.test(name) && reading.line.length) reading.line.push({ type: 'text', text: '\n' })
    const own = STYLE_OF[name]
    readInto(reading, node, own ? { ...style, [own]: true } : style, indent)
  }
}

function readText(data: string, style: Style): Inline[] {
  const text = spacesIn(data)
  if (!text) return []
  return style.code ? [{ type: 'text', text, style }] : inlineOf(text, 'typed', style)
}

function readList(reading: Reading, list: Node, indent: number): void {
  endSection(reading)
  const style = list.nodeName === 'UL' ? 'bullet' : 'ordered'
  for (const item of list.childNodes) {
    if (item.nodeName === 'UL' || item.nodeName === 'OL') {
      readList(reading, item, indent + 1)
      continue
    }
    const inner: Reading = { rich: [], line: [] }
    readInto(inner, item, {}, indent + 1)
    endSection(inner)
    for (const part of inner.rich) {
      const last = reading.rich.at(-1)
      if (part.type === 'rich_text_list') reading.rich.push(part)
      else if (last?.type === 'rich_text_list' && last.style === style && (last.indent ?? 0) === indent)
        last.elements.push({ type: 'rich_text_section', elements: part.elements })
      else
        reading.rich.push({
          type: 'rich_text_list',
          style,
          indent,
          elements: [{ type: 'rich_text_section', elements: part.elements }],
        })
    }
  }
}

function readBlock(reading: Reading, block: Node, type: 'rich_text_quote' | 'rich_text_preformatted'): void {
  endSection(reading)
  const inner: Reading = { rich: [], line: [] }
  readInto(inner, block, {}, 0)
  const elements =
    type === 'rich_text_preformatted' ? [{ type: 'text' as const, text: textOf(block as HTMLElement) }] : inner.line
  const last = reading.rich.at(-1)
  // each line of a quote is a block of its own in the browser
  if (last?.type === type) last.elements.push({ type: 'text', text: '\n' }, ...elements)
  else if (elements.length) reading.rich.push({ type, elements })
}

function endSection(reading: Reading): void {
  if (reading.line.length) reading.rich.push({ type: 'rich_text_section', elements: reading.line })
  reading.line = []
}

/** Without the line breaks at the end of a section, which the browser leaves behind. */
function trimmed(rich: Rich[]): Rich[] {
  for (const element of rich) {
    if (element.type === 'rich_text_list') continue
    for (let last = element.elements.at(-1); last?.type === 'text'; last = element.elements.at(-1)) {
      last.text = last.text.replace(/\n+$/, '')
      if (last.text) break
      element.elements.pop()
    }
  }
  return rich.filter(element => element.elements.length)
}

function styled(style: Style): { style?: Style } {
  return Object.keys(style).length ? { style } : {}
}

/** An editor's hard spaces are only there to be seen, and its empty ones to hold the caret. */
function spacesIn(text: string): string {
  return text.replaceAll('\u00a0', ' ').replaceAll('\u200b', '')
}
