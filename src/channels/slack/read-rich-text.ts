import {
  type Block,
  type Document,
  fromText,
  type Inline,
  type Marks,
  withBreaks,
  wordsOf,
} from '../../core/document.ts'
import { characterOf } from './emoji.ts'
import { nestLists } from './lists.ts'
import { fromMrkdwn } from './mrkdwn.ts'
import { channelWords, everyone, linkOutside, type Names, outside, personName } from './outside.ts'

/**
 * What the blocks of a Slack message say, for people outside Slack: no id, no name of a channel and no address of a
 * workspace is left in it. Blocks that carry no words (actions, files) say nothing.
 */
export function fromRichText(blocks: readonly { type: string }[], names: Names): Document {
  return (blocks as readonly Part[]).flatMap(block => readBlock(block, names))
}

/** Blocks and elements alike, as loosely as they come over the wire. */
interface Part {
  type: string
  elements?: Part[]
  fields?: Part[]
  text?: string | Part
  title?: string | Part
  alt_text?: string
  style?: string | { bold?: boolean; italic?: boolean; strike?: boolean; code?: boolean }
  indent?: number
  offset?: number
  border?: number
  url?: string
  name?: string
  unicode?: string
  user_id?: string
  usergroup_id?: string
  channel_id?: string
  value?: string
  fallback?: string
  timestamp?: number
}

function readBlock(block: Part, names: Names): Block[] {
  switch (block.type) {
    case 'rich_text':
      return readRichText(block.elements ?? [], names)
    case 'header':
      return paragraphsOf(readInline({ type: 'text', text: textIn(block.text) }, names)).map(heading)
    case 'section':
      return [block.text, ...(block.fields ?? [])].flatMap(text => readText(text, names))
    case 'context':
      return (block.elements ?? []).flatMap(element => readText(element, names))
    case 'markdown':
      return readText({ type: 'plain_text', text: textIn(block.text) }, names)
    case 'image':
      return readText({ type: 'plain_text', text: textIn(block.title) || (block.alt_text ?? '') }, names)
    case 'divider':
      return [{ type: 'rule' }]
    default:
      return []
  }
}

function readText(text: string | Part | undefined, names: Names): Block[] {
  if (typeof text !== 'object') return []
  if (text.type === 'mrkdwn') return fromMrkdwn(textIn(text), names)
  if (text.type !== 'plain_text') return []
  return fromText(textIn(text)).flatMap(block => (block.type === 'paragraph' ? paragraphsOf(block.content) : []))
}

function textIn(text: string | Part | undefined): string {
  if (typeof text === 'object') return textIn(text.text)
  return text ?? ''
}

function heading(block: Block): Block {
  return block.type === 'paragraph' ? { type: 'heading', level: 2, content: block.content } : block
}

function readRichText(elements: Part[], names: Names): Block[] {
  const blocks: Block[] = []
  for (let i = 0; i < elements.length; ) {
    const element = elements[i]!
    let end = i + 1
    if (element.type === 'rich_text_list') while (continuesList(element, elements[end])) end++
    const read = readElements(elements.slice(i, end), names)
    const quoted = element.type === 'rich_text_quote' || element.border === 1
    if (quoted) addQuoted(blocks, read)
    else blocks.push(...read)
    i = end
  }
  return blocks
}

function continuesList(list: Part, next: Part | undefined): boolean {
  return next?.type === 'rich_text_list' && (next.border ?? 0) === (list.border ?? 0)
}

/** Slack shows a quoted list or code as an element of its own with a border: it is one quote with what is around it. */
function addQuoted(blocks: Block[], content: Block[]): void {
  const last = blocks.at(-1)
  if (last?.type === 'quote') last.content.push(...content)
  else if (content.length) blocks.push({ type: 'quote', content })
}

/** One element, or the run of lists that form one list together. */
function readElements(elements: Part[], names: Names): Block[] {
  const [first] = elements
  switch (first?.type) {
    case 'rich_text_list':
      return nestLists(elements.flatMap(list => itemsOf(list, names)))
    case 'rich_text_preformatted':
      return codeOf(first, names)
    default:
      return paragraphsOf((first?.elements ?? []).flatMap(element => readInline(element, names)))
  }
}

function itemsOf(list: Part, names: Names) {
  return (list.elements ?? []).map((item, i) => ({
    indent: list.indent ?? 0,
    ordered: list.style === 'ordered',
    ...(list.offset && { number: list.offset + 1 + i }),
    content: paragraphsOf((item.elements ?? []).flatMap(element => readInline(element, names))),
  }))
}

function codeOf(element: Part, names: Names): Block[] {
  const content = outside((element.elements ?? []).flatMap(part => readInline(part, names)))
  const text = content.map(wordsOf).join('')
  return text.trim() ? [{ type: 'code', text }] : []
}

function paragraphsOf(content: Inline[]): Block[] {
  const paragraphs: Inline[][] = [[]]
  content.forEach((inline, i) => {
    if (inline.type === 'break' && content[i - 1]?.type === 'break') paragraphs.push([])
    else paragraphs.at(-1)!.push(inline)
  })
  return paragraphs
    .map(outside)
    .filter(words => words.some(inline => wordsOf(inline).trim() !== ''))
    .map(words => ({ type: 'paragraph', content: words }))
}

function readInline(element: Part, names: Names): Inline[] {
  const marks = marksOf(element)
  const say = (words: string) => withBreaks(words, marks)
  switch (element.type) {
    case 'link':
      return linkOutside(element.url ?? '', textIn(element.text), marks)
    case 'emoji':
      return emojiOf(element)
    case 'user':
      return [{ type: 'mention', name: personName(names.user(element.user_id ?? '')) }]
    case 'usergroup':
      return [{ type: 'mention', name: personName(names.usergroup(element.usergroup_id ?? '')) }]
    case 'channel':
      return say(channelWords(names.channel(element.channel_id ?? '')))
    case 'broadcast':
      return say(everyone)
    case 'color':
      return say(element.value ?? '')
    case 'date':
      return say(element.fallback ?? utc(element.timestamp ?? 0))
    case 'team':
      return []
    default:
      return say(textIn(element.text)) // also of kinds that are newer than this
  }
}

function marksOf({ style }: Part): Marks {
  if (typeof style !== 'object') return {}
  const { bold, italic, strike, code } = style
  return { ...(bold && { bold }), ...(italic && { italic }), ...(strike && { strike }), ...(code && { code }) }
}

function emojiOf(element: Part): Inline[] {
  const name = (element.name ?? '').replace(/^:|:$/g, '')
  const unicode = characterOf(element.unicode)
  return name ? [{ type: 'emoji', name, ...(unicode && { unicode }) }] : []
}

function utc(seconds: number): string {
  const date = new Date(seconds * 1000)
  return Number.isNaN(date.getTime()) ? '' : `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
