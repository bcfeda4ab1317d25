import { emojiElement, named } from './emoji.ts'
import { shortId } from './ids.ts'
import type { Block, Json } from './types.ts'
import type { World } from './world.ts'

/** The rich_text block that Slack makes of a text in mrkdwn. People's own lists become lists, an app's stay lines. */
export function richTextOf(mrkdwn: string, options: { lists: boolean } = { lists: false }): Block {
  const elements: Json[] = []
  for (const [i, piece] of mrkdwn.split(/```/).entries()) {
    if (i % 2 === 1) elements.push(preformatted(piece))
    else elements.push(...paragraphs(i > 0 ? piece.replace(/^\n/, '') : piece, options.lists))
  }
  return { type: 'rich_text', block_id: shortId(), elements }
}

/** The text in mrkdwn of a rich_text block, as Slack puts it into `text`. */
export function textOfBlocks(blocks: Block[]): string {
  return blocks
    .flatMap(b => (b.type === 'rich_text' ? (b.elements as Json[]).map(part) : []))
    .join('\n')
    .replace(/\n+$/, '')
}

/** What somebody typed, as Slack stores it: escaped, with @names, #channels and addresses made into tokens. */
export function typed(world: World, text: string): string {
  return text
    .split(/(<[@#!][^>\s]+>|<https?:[^>]+>|<mailto:[^>]+>|https?:\/\/[^\s<>]+)/)
    .map((piece, i) =>
      i % 2 === 1 ? (piece.startsWith('<') ? piece : `<${escaped(piece)}>`) : tokens(world, escaped(named(piece))),
    )
    .join('')
}

export function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
}

function plain(text: string): string {
  return text.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&')
}

function tokens(world: World, text: string): string {
  return text
    .replace(/(^|[\s(])@([A-Za-z]\w*)/g, (all, before: string, name: string) => {
      if (/^(here|channel|everyone)$/.test(name)) return `${before}<!${name}>`
      const user = [...world.users.values()].find(u => u.name.toLowerCase() === name.toLowerCase())
      return user ? `${before}<@${user.id}>` : all
    })
    .replace(/(^|[\s(])#([a-z0-9][\w-]*)/g, (all, before: string, name: string) => {
      const channel = [...world.channels.values()].find(c => c.name === name && c.kind !== 'im')
      return channel ? `${before}<#${channel.id}|${name}>` : all
    })
}

function preformatted(text: string): Json {
  const trimmed = plain(text.replace(/^\n|\n$/g, ''))
  return { type: 'rich_text_preformatted', elements: [{ type: 'text', text: trimmed || ' ' }], border: 0 }
}

const BULLET = /^( *)(?:[•◦▪]|-|\*) +(.*)$/
const ORDERED = /^( *)\d+\. +(.*)$/

function paragraphs(text: string, lists: boolean): Json[] {
  const found: Json[] = []
  for (const line of text.split('\n')) addLine(found, line, lists)
  const last = found.at(-1)
  if (last?.type === 'rich_text_section' && last.lines.every((l: string) => l === '')) found.pop()
  return found.map(finished)
}

function addLine(found: Json[], line: string, lists: boolean): void {
  const last = found.at(-1)
  const quote = /^&gt; ?(.*)$/.exec(line)
  const item = lists && (BULLET.exec(line) ?? ORDERED.exec(line))
  if (quote) join(found, last, 'rich_text_quote', quote[1] as string)
  else if (item) addItem(found, last, line, item)
  else join(found, last, 'rich_text_section', line)
}

function addItem(found: Json[], last: Json, line: string, item: RegExpExecArray): void {
  const style = BULLET.test(line) ? 'bullet' : 'ordered'
  const indent = Math.min(8, Math.floor((item[1] as string).length / 2))
  if (last?.type === 'rich_text_list' && last.style === style && last.indent === indent) last.lines.push(item[2])
  else found.push({ type: 'rich_text_list', style, indent, border: 0, lines: [item[2]] })
}

function join(found: Json[], last: Json, type: string, line: string): void {
  if (last?.type === type) last.lines.push(line)
  else found.push({ type, lines: [line] })
}

function finished({ lines, ...element }: Json): Json {
  if (element.type === 'rich_text_list')
    return {
      ...element,
      elements: lines.map((line: string) => ({ type: 'rich_text_section', elements: inlines(line) })),
    }
  return { ...element, elements: inlines(lines.join('\n')) }
}

const TOKENS = [
  { of: /<([^<>\n]+)>/, make: (m: RegExpExecArray, style: Json) => [token(m[1] as string, style)] },
  {
    of: /`([^`\n]+)`/,
    make: (m: RegExpExecArray, style: Json) => [words(plain(m[1] as string), { ...style, code: true })],
  },
  { of: /(?<![\w*])\*([^*\n\s](?:[^*\n]*[^*\n\s])?)\*(?![\w*])/, make: styled('bold') },
  { of: /(?<![\w_])_([^_\n\s](?:[^_\n]*[^_\n\s])?)_(?![\w_])/, make: styled('italic') },
  { of: /(?<![\w~])~([^~\n\s](?:[^~\n]*[^~\n\s])?)~(?![\w~])/, make: styled('strike') },
  {
    of: /:([a-z0-9][a-z0-9_+'-]*):(?![\w])/,
    make: (m: RegExpExecArray, style: Json) => [marked(emojiElement(m[1] as string), style)],
  },
]

function inlines(text: string, style: Json = {}): Json[] {
  if (text === '') return []
  const first = TOKENS.map(t => ({ ...t, match: t.of.exec(text) }))
    .filter(t => t.match)
    .sort((a, b) => a.match!.index - b.match!.index)[0]
  if (!first?.match) return [words(plain(text), style)]
  const { index, 0: all } = first.match
  return [
    ...(index > 0 ? [words(plain(text.slice(0, index)), style)] : []),
    ...first.make(first.match, style),
    ...inlines(text.slice(index + all.length), style),
  ]
}

function styled(name: string) {
  return (m: RegExpExecArray, style: Json): Json[] => inlines(m[1] as string, { ...style, [name]: true })
}

function words(text: string, style: Json): Json {
  return marked({ type: 'text', text }, style)
}

function marked(element: Json, style: Json): Json {
  return Object.keys(style).length ? { ...element, style } : element
}

function token(inside: string, style: Json): Json {
  const [target = '', label] = inside.split('|')
  const user = /^@([UW]\w+)$/.exec(target)
  if (user) return marked({ type: 'user', user_id: user[1] }, style)
  const channel = /^#([CGD]\w+)$/.exec(target)
  if (channel) return marked({ type: 'channel', channel_id: channel[1] }, style)
  const range = /^!(here|channel|everyone)$/.exec(target)
  if (range) return marked({ type: 'broadcast', range: range[1] }, style)
  const group = /^!subteam\^(\w+)/.exec(target)
  if (group) return marked({ type: 'usergroup', usergroup_id: group[1] }, style)
  if (/^(https?:|mailto:|tel:)/.test(target))
    return marked({ type: 'link', url: plain(target), ...(label ? { text: plain(label) } : {}) }, style)
  return words(`<${plain(inside)}>`, style)
}

function part(element: Json): string {
  switch (element.type) {
    case 'rich_text_list':
      return element.elements
        .map((item: Json, i: number) => {
          const mark = element.style === 'ordered' ? `${i + 1}.` : '•'
          return `${'    '.repeat(element.indent ?? 0)}${mark} ${inlineText(item.elements)}`
        })
        .join('\n')
    case 'rich_text_quote':
      return inlineText(element.elements).replace(/^/gm, '&gt; ')
    case 'rich_text_preformatted':
      return `\`\`\`${inlineText(element.elements)}\`\`\``
    default:
      return inlineText(element.elements)
  }
}

function inlineText(elements: Json[]): string {
  return elements.map(e => wrapped(bare(e), e.style ?? {})).join('')
}

function bare(e: Json): string {
  switch (e.type) {
    case 'text':
      return escaped(e.text)
    case 'link':
      return e.text ? `<${escaped(e.url)}|${escaped(e.text)}>` : `<${escaped(e.url)}>`
    case 'user':
      return `<@${e.user_id}>`
    case 'channel':
      return `<#${e.channel_id}>`
    case 'broadcast':
      return `<!${e.range}>`
    case 'usergroup':
      return `<!subteam^${e.usergroup_id}>`
    case 'emoji':
      return `:${e.name}:`
    case 'date':
      return e.fallback ?? ''
    default:
      return e.value ?? ''
  }
}

function wrapped(text: string, style: Json): string {
  let inside = text
  if (style.code) inside = `\`${inside}\``
  if (style.strike) inside = `~${inside}~`
  if (style.italic) inside = `_${inside}_`
  if (style.bold) inside = `*${inside}*`
  return inside
}
