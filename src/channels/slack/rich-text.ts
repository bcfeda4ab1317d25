import type {
  DividerBlock,
  RichTextBlock,
  RichTextBlockElement,
  RichTextElement,
  RichTextList,
  RichTextQuote,
  RichTextSection,
} from '@slack/types'
import {
  type Block,
  type Document,
  type Inline,
  type Link,
  linkUrl,
  type Marks,
  plainText,
  saysItsUrl,
  wordsOf,
} from '../../core/document.ts'
import { hexOf } from './emoji.ts'

export { fromMrkdwn } from './mrkdwn.ts'
export { fromRichText } from './read-rich-text.ts'

export type SlackText = RichTextBlock | DividerBlock
type Element = RichTextBlockElement | DividerBlock
type List = RichTextList & { offset?: number } // the types lack it: how many numbers came before
type ListBlock = Extract<Block, { type: 'list' }>

/** Slack refuses a message whose blocks hold much more text than this, whatever each of them may hold. */
const messageLimit = 8000
const dividersPerMessage = 24 // with text between them 49 blocks; Slack takes 50

/**
 * The document as Slack's rich text, one list of blocks per message: each holds fewer than `limit` characters and than
 * fifty blocks. Every word is a literal text element, so nothing that a customer wrote can mention or ping anybody.
 */
export function toRichText(doc: Document, { limit = messageLimit }: { limit?: number } = {}): SlackText[][] {
  const elements = doc.flatMap(block => elementsOf(block, { limit, indent: 0 }))
  const messages: Element[][] = []
  let size = limit
  let dividers = 0
  for (const element of elements.flatMap(element => split(element, limit - 3))) {
    const more = sizeOf(element) + 2 // the empty line that may come between
    if (size + more >= limit || (element.type === 'divider' && dividers === dividersPerMessage)) {
      messages.push([])
      size = 0
      dividers = 0
    }
    messages.at(-1)!.push(element)
    size += more
    if (element.type === 'divider') dividers++
  }
  return messages.map(toBlocks)
}

/** The same in at most `limit` characters of escaped mrkdwn, for notifications and for clients that show no blocks. */
export function fallbackText(doc: Document, limit = 3000): string {
  let text = ''
  for (const char of plainText(doc)) {
    const next = escapes.get(char) ?? char
    if (text.length + next.length >= limit) return `${text}…`
    text += next
  }
  return text
}

const escapes = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
])

function toBlocks(elements: Element[]): SlackText[] {
  const blocks: SlackText[] = []
  for (const element of elements) {
    const last = blocks.at(-1)
    if (element.type === 'divider') blocks.push(element)
    else if (last?.type === 'rich_text') append(last.elements, element)
    else blocks.push({ type: 'rich_text', elements: [element] })
  }
  return blocks
}

/** Adds an element, as part of the last one where both are one text, one quote or one list. */
function append(elements: RichTextBlockElement[], next: RichTextBlockElement): void {
  const last = elements.at(-1)
  if (last?.type === 'rich_text_list' && next.type === 'rich_text_list' && continues(last, next)) {
    last.elements.push(...next.elements)
  } else if (isText(last) && last.type === next.type) {
    last.elements = merged([...last.elements, { type: 'text', text: '\n\n' }, ...(next as typeof last).elements])
  } else elements.push(next)
}

function isText(element: RichTextBlockElement | undefined): element is RichTextSection | RichTextQuote {
  return element?.type === 'rich_text_section' || element?.type === 'rich_text_quote'
}

function continues(last: List, next: List): boolean {
  if (last.style !== next.style || last.indent !== next.indent || last.border !== next.border) return false
  return last.style === 'bullet' || (last.offset ?? 0) + last.elements.length === (next.offset ?? 0)
}

/** Where a block stands: how far in, and whether inside a quote, which Slack shows as a border. */
interface Place {
  limit: number
  indent: number
  border?: 1
}

function elementsOf(block: Block, place: Place): Element[] {
  switch (block.type) {
    case 'paragraph':
      return textOf(inlinesOf(block.content, place.limit), place)
    case 'heading':
      return textOf(inlinesOf(block.content.map(bold), place.limit), place)
    case 'code':
      return block.text ? [{ type: 'rich_text_preformatted', elements: [text(block.text)], ...borderOf(place) }] : []
    case 'rule':
      return place.border ? textOf([text('———')], place) : [{ type: 'divider' }]
    case 'quote':
      return block.content.flatMap(inner => elementsOf(inner, { ...place, border: 1 }))
    case 'list':
      return block.items.flatMap((item, i) => itemOf(item, block, i, place))
  }
}

/** The item's first paragraph is its line; what else it holds follows, lists further in. */
function itemOf(item: Block[], list: ListBlock, i: number, place: Place): Element[] {
  const [first, ...others] = item
  const begins = first?.type === 'paragraph' || first?.type === 'heading'
  const content = begins ? inlinesOf(first.content, place.limit) : []
  const offset = list.ordered ? (list.start ?? 1) - 1 + i : 0
  const line: List = {
    type: 'rich_text_list',
    style: list.ordered ? 'ordered' : 'bullet',
    indent: Math.min(place.indent, deepest),
    ...(offset > 0 && { offset }),
    ...borderOf(place),
    elements: [section(content.length ? content : [text(' ')])],
  }
  const inner = { ...place, indent: place.indent + 1 }
  return [line, ...(begins ? others : item).flatMap(block => elementsOf(block, inner))]
}

const deepest = 8

function textOf(elements: RichTextElement[], place: Place): Element[] {
  if (elements.length === 0) return []
  return [place.border ? { type: 'rich_text_quote', elements } : section(elements)]
}

function section(elements: RichTextElement[]): RichTextSection {
  return { type: 'rich_text_section', elements }
}

function borderOf(place: Place) {
  return place.border ? { border: place.border } : {}
}

function bold(inline: Inline): Inline {
  return 'text' in inline ? { ...inline, bold: true } : inline
}

function inlinesOf(content: Inline[], limit: number): RichTextElement[] {
  return merged(content.flatMap(inline => inlineOf(inline, limit)))
}

function inlineOf(inline: Inline, limit: number): RichTextElement[] {
  if (inline.type === 'link') return linkOf(inline, limit)
  if (inline.type === 'emoji' && /^[\w+'-]+(::skin-tone-[2-6])?$/.test(inline.name)) {
    return [{ type: 'emoji', name: inline.name, ...(inline.unicode && { unicode: hexOf(inline.unicode) }) }]
  }
  return [text(wordsOf(inline), inline.type === 'text' ? inline : {})]
}

/** A link whose words name another address than the one that it leads to is shown with the latter. */
function linkOf(link: Link, limit: number): RichTextElement[] {
  const url = linkUrl(link.url)
  if (!url || url.length > 3000 || url.length + link.text.length > limit / 2) return [text(link.text, link)]
  const element: RichTextElement = { type: 'link', url, text: link.text || url, ...styleOf(link) }
  return namesAnother(link) ? [element, text(` (${new URL(url).host || url})`)] : [element]
}

function namesAnother({ text, url }: Link): boolean {
  const named = /^(?:https?:\/\/)?(?:[^\s/@]*@)?((?:[\p{L}\p{N}-]+\.)+\p{L}{2,})(?:[:/?#]\S*)?$/iu.exec(
    text.trim(),
  )?.[1]
  if (!named || saysItsUrl({ text, url })) return false
  const host = new URL(url).host || url.split('@').at(-1)!
  const bare = (name: string) => name.toLowerCase().replace(/^www\./, '')
  return bare(host) !== bare(named) && !bare(host).endsWith(`.${bare(named)}`)
}

function text(words: string, marks: Marks = {}): RichTextElement & { type: 'text' } {
  return { type: 'text', text: words, ...styleOf(marks) }
}

function styleOf({ bold, italic, strike, code }: Marks) {
  if (!(bold || italic || strike || code)) return {}
  return {
    style: { ...(bold && { bold }), ...(italic && { italic }), ...(strike && { strike }), ...(code && { code }) },
  }
}

function merged(elements: RichTextElement[]): RichTextElement[] {
  const pieces: RichTextElement[] = []
  for (const element of elements) {
    const last = pieces.at(-1)
    if (element.type === 'text' && element.text === '') continue
    if (last?.type === 'text' && element.type === 'text' && sameStyle(last, element)) {
      pieces[pieces.length - 1] = { ...last, text: last.text + element.text }
    } else pieces.push(element)
  }
  return pieces
}

function sameStyle(a: RichTextElement, b: RichTextElement): boolean {
  return JSON.stringify(a.style ?? {}) === JSON.stringify(b.style ?? {})
}

/** The element in pieces of at most `most` characters each. */
function split(element: Element, most: number): Element[] {
  if (sizeOf(element) <= most || element.type === 'divider') return [element]
  if (element.type !== 'rich_text_list') {
    return piecesOf(element.elements, most).map(elements => ({ ...element, elements }) as RichTextBlockElement)
  }
  const [first = [], ...others] = element.elements.flatMap(item => piecesOf(item.elements, most))
  return [{ ...element, elements: [section(first)] }, ...others.map(section)]
}

function piecesOf(elements: RichTextElement[], most: number): RichTextElement[][] {
  const pieces: RichTextElement[][] = [[]]
  let room = most
  for (const element of elements.flatMap(element => cut(element, most))) {
    if (sizeOfInline(element) > room) {
      pieces.push([])
      room = most
    }
    pieces.at(-1)!.push(element)
    room -= sizeOfInline(element)
  }
  return pieces.filter(piece => piece.length > 0)
}

/** A long text in pieces, cut between lines or words where it has any, and never within a character. */
function cut(element: RichTextElement, most: number): RichTextElement[] {
  if (element.type !== 'text') return [element]
  const pieces: RichTextElement[] = []
  let rest = element.text
  while (rest.length > most) {
    const window = rest.slice(0, most)
    const space = Math.max(window.lastIndexOf('\n'), window.lastIndexOf(' '))
    const whole = /[\ud800-\udbff]$/.test(window) ? most - 1 : most
    const end = space > most / 2 ? space + 1 : whole
    pieces.push({ ...element, text: rest.slice(0, end) })
    rest = rest.slice(end)
  }
  return [...pieces, { ...element, text: rest }]
}

function sizeOf(element: Element): number {
  if (element.type === 'divider') return 0
  if (element.type === 'rich_text_list') return sum(element.elements.map(sizeOf))
  return sum(element.elements.map(sizeOfInline))
}

function sizeOfInline(element: RichTextElement): number {
  if (element.type === 'text') return element.text.length
  if (element.type === 'link') return element.url.length + (element.text?.length ?? 0)
  return element.type === 'emoji' ? element.name.length + 2 : 0
}

function sum(sizes: number[]): number {
  return sizes.reduce((total, size) => total + size, 0)
}
