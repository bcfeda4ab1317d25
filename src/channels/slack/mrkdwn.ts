import { type Block, type Document, type Inline, joined, type Marks, wordsOf } from '../../core/document.ts'
import { type FlatItem, nestLists } from './lists.ts'
import { channelWords, everyone, linkOutside, type Names, outside, personName, withoutInternalUrls } from './outside.ts'

/**
 * What the `text` of a Slack message without blocks says. Takes time in proportion to its length, whatever it is given;
 * what is not markup stays as it was written.
 */
export function fromMrkdwn(text: string, names: Names): Document {
  const parts = text.slice(0, longest).replace(/\r\n?/g, '\n').split('```')
  if (parts.length % 2 === 0) parts.push(parts.splice(-2).join('```')) // a fence that nothing closes is text
  return parts.flatMap((part, i) => (i % 2 ? codeOf(part, names) : blocksOf(part.split('\n'), names)))
}

const longest = 40_000 // Slack cuts there itself

/** The words of one line of mrkdwn. */
function inlinesOf(line: string, names: Names): Inline[] {
  return outside(read(line.match(tokens) ?? [], {}, names))
}

function codeOf(text: string, names: Names): Block[] {
  const code = withoutInternalUrls(verbatim(text, names)).replace(/^\n|\n$/g, '')
  return code.trim() ? [{ type: 'code', text: code }] : []
}

/** What code says: only references mean something in it. */
function verbatim(text: string, names: Names): string {
  return text
    .split(/<([^<>\n]*)>/)
    .map((part, i) => (i % 2 ? reference(part, {}, names).map(wordsOf).join('') : decode(part)))
    .join('')
}

function blocksOf(lines: string[], names: Names): Block[] {
  const blocks: Block[] = []
  for (let i = 0; i < lines.length; ) {
    const kind = kindOf(lines[i]!)
    let end = i + 1
    if (lines[i]!.match(/^(&gt;|>){3}/)) end = lines.length
    else while (end < lines.length && kindOf(lines[end]!) === kind) end++
    blocks.push(...groups[kind](lines.slice(i, end), names))
    i = end
  }
  return blocks
}

type Kind = 'quote' | 'list' | 'blank' | 'plain'

function kindOf(line: string): Kind {
  if (/^(&gt;|>)/.test(line)) return 'quote'
  if (item.test(line)) return 'list'
  return line.trim() ? 'plain' : 'blank'
}

const item = /^([ \t]*)(?:[•◦▪‣-]|(\d{1,4})\.)[ \t]+(?=\S)/

const groups: Record<Kind, (lines: string[], names: Names) => Block[]> = {
  blank: () => [],
  plain: paragraph,
  list: (lines, names) => nestLists(lines.map(line => flatItem(line, names))),
  quote: (lines, names) => {
    const inner = lines.map(line => line.replace(/^(?:(?:&gt;|>){3}|&gt;|>) ?/, ''))
    const content = paragraphs(inner, names)
    return content.length ? [{ type: 'quote', content }] : []
  },
}

function paragraphs(lines: string[], names: Names): Block[] {
  const blocks: Block[] = []
  let part: string[] = []
  for (const line of [...lines, '']) {
    if (line.trim()) part.push(line)
    else {
      blocks.push(...paragraph(part, names))
      part = []
    }
  }
  return blocks
}

function paragraph(lines: string[], names: Names): Block[] {
  const content = lines.flatMap((line, i): Inline[] => [
    ...(i ? [{ type: 'break' } as const] : []),
    ...inlinesOf(line, names),
  ])
  const words = joined(content)
  return words.length ? [{ type: 'paragraph', content: words }] : []
}

function flatItem(line: string, names: Names): FlatItem {
  const [marker, indent = '', number] = line.match(item)!
  return {
    indent: indent.replaceAll('\t', '    ').length,
    ordered: number !== undefined,
    ...(number !== undefined && { number: Number(number) }),
    content: paragraph([line.slice(marker.length)], names),
  }
}

const tokens = /<[^<>]*>|`[^`]+`|:[a-z+-][a-z0-9_+'-]*:(?::skin-tone-[2-6]:)?|[^<`*_~:]+|./gisu

const delimiters = new Map<string, keyof Marks>([
  ['*', 'bold'],
  ['_', 'italic'],
  ['~', 'strike'],
])

/** Reads tokens under the marks around them. A mark does not open inside itself, so this goes at most four deep. */
function read(tokens: readonly string[], marks: Marks, names: Names): Inline[] {
  const inlines: Inline[] = []
  const unclosed = new Set<string>() // no closing one follows: none need be looked for again
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!
    const mark = delimiters.get(token)
    const close = mark && !marks[mark] && !unclosed.has(token) && opens(tokens, i) ? closing(tokens, i) : undefined
    if (close === -1) unclosed.add(token)
    if (mark && close !== undefined && close > 0) {
      inlines.push(...read(tokens.slice(i + 1, close), { ...marks, [mark]: true }, names))
      i = close
    } else inlines.push(...word(token, marks, names))
  }
  return inlines
}

function opens(tokens: readonly string[], i: number): boolean {
  return !/[\p{L}\p{N}]$/u.test(tokens[i - 1] ?? '') && /^[^\s]/.test(tokens[i + 1] ?? ' ')
}

function closing(tokens: readonly string[], i: number): number {
  for (let j = i + 2; j < tokens.length; j++) {
    if (tokens[j] !== tokens[i] || /\s$/.test(tokens[j - 1]!)) continue
    if (!/^[\p{L}\p{N}]/u.test(tokens[j + 1] ?? '')) return j
  }
  return -1
}

function word(token: string, marks: Marks, names: Names): Inline[] {
  if (/^<.*>$/s.test(token)) return reference(token.slice(1, -1), marks, names)
  if (/^`.+`$/s.test(token)) return [code(verbatim(token.slice(1, -1), names), marks)]
  if (/^:.+:$/.test(token)) return [{ type: 'emoji', name: token.slice(1, -1) }]
  return [text(token, marks)]
}

function reference(ref: string, marks: Marks, names: Names): Inline[] {
  const [target = '', label] = [ref.split('|', 1)[0], ref.includes('|') ? ref.slice(ref.indexOf('|') + 1) : undefined]
  const id = target.slice(1)
  if (/^@\w+$/.test(target)) return [{ type: 'mention', name: personName(names.user(id)) }]
  if (/^#\w+$/.test(target)) return [text(channelWords(names.channel(id)), marks)]
  if (/^!(here|channel|everyone)$/.test(target)) return [text(everyone, marks)]
  if (target.startsWith('!subteam^')) return [{ type: 'mention', name: personName(names.usergroup(target.slice(9))) }]
  if (target.startsWith('!')) return [text(label ?? '', marks)]
  if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return linkOutside(decode(target), label && decode(label), marks)
  return [text(`<${ref}>`, marks)]
}

function text(raw: string, marks: Marks): Inline {
  return { type: 'text', text: decode(raw), ...marks }
}

function code(words: string, marks: Marks): Inline {
  return { type: 'text', text: words, ...marks, code: true }
}

function decode(text: string): string {
  return text.replace(/&(lt|gt|amp);/g, (_, name: 'lt' | 'gt' | 'amp') => ({ lt: '<', gt: '>', amp: '&' })[name])
}

/** What somebody typed: Slack writes an address that it recognised as a link. */
export function unlinked(typed: string): string {
  return typed.replace(/^<mailto:([^|>]+).*>$/, '$1')
}
