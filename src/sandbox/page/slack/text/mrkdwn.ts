import { get } from 'node-emoji'
import type { Inline, Rich, Style } from './rich.ts'

/**
 * Slack's mrkdwn as rich text. `written` is what an app sends: with entities and `<...>` tokens. `typed` is what a person
 * types: every character means itself, and lists are made of lines that begin like one.
 */
export function richOf(text: string, manner: 'written' | 'typed'): Rich[] {
  const rich: Rich[] = []
  text.split(/```\n?([\s\S]*?)\n?```/).forEach((part, index) => {
    if (index % 2 === 1) {
      rich.push({ type: 'rich_text_preformatted', elements: [{ type: 'text', text: literal(part, manner) }] })
    } else if (part.trim() || !text.includes('```')) {
      rich.push(...linesOf(part, manner))
    }
  })
  return rich
}

/** One run of mrkdwn without lists, quotes and code blocks. */
export function inlineOf(text: string, manner: 'written' | 'typed', style: Style = {}): Inline[] {
  const found = firstMark(text, manner)
  if (!found) return text ? [plain(literal(text, manner), style)] : []
  const before = text.slice(0, found.at)
  return [
    ...(before ? [plain(literal(before, manner), style)] : []),
    ...found.read(style),
    ...inlineOf(text.slice(found.at + found.length), manner, style),
  ]
}

function linesOf(text: string, manner: 'written' | 'typed'): Rich[] {
  const rich: Rich[] = []
  for (const line of text.replace(/^\n|\n$/g, '').split('\n')) {
    const { kind, content, indent } = kindOf(line, manner)
    const last = rich.at(-1)
    const elements = inlineOf(content, manner)
    if (kind === 'bullet' || kind === 'ordered') {
      const item: Rich = { type: 'rich_text_section', elements }
      if (last?.type === 'rich_text_list' && last.style === kind && last.indent === indent) last.elements.push(item)
      else rich.push({ type: 'rich_text_list', style: kind, indent, elements: [item] })
    } else if (last?.type === kind) last.elements.push(plain('\n', {}), ...elements)
    else rich.push({ type: kind, elements })
  }
  return rich
}

type LineKind = 'bullet' | 'ordered' | 'rich_text_quote' | 'rich_text_section'

function kindOf(line: string, manner: 'written' | 'typed'): { kind: LineKind; content: string; indent: number } {
  const quote = line.match(manner === 'typed' ? /^> ?(.*)$/ : /^(?:&gt;|>) ?(.*)$/)
  if (quote) return { kind: 'rich_text_quote', content: quote[1] ?? '', indent: 0 }
  const item = manner === 'typed' ? line.match(/^( *)(?:([-*•])|\d+[.)]) +(.*)$/) : null
  if (!item) return { kind: 'rich_text_section', content: line, indent: 0 }
  const indent = Math.min(8, Math.floor((item[1]?.length ?? 0) / 2))
  return { kind: item[2] ? 'bullet' : 'ordered', content: item[3] ?? '', indent }
}

interface Mark {
  at: number
  length: number
  read(style: Style): Inline[]
}

type Reader = (match: RegExpMatchArray, manner: 'written' | 'typed') => ((style: Style) => Inline[]) | undefined

const STYLES = { '*': 'bold', _: 'italic', '~': 'strike' } as const

const MARKS: { pattern: RegExp; only?: 'written'; read: Reader }[] = [
  { pattern: /<([^<>\n]+)>/, only: 'written', read: match => readToken(match[1] ?? '') },
  {
    pattern: /`([^`\n]+)`/,
    read: (match, manner) => style => [plain(literal(match[1] ?? '', manner), { ...style, code: true })],
  },
  {
    pattern: /(?<![\w*_~])([*_~])(?=[^\s*_~])([^\n]*?[^\s])\1(?![\w*_~])/,
    read: (match, manner) => style =>
      inlineOf(match[2] ?? '', manner, { ...style, [STYLES[match[1] as keyof typeof STYLES]]: true }),
  },
  {
    pattern: /:([a-z0-9_+'-]+):/,
    read: match => readEmoji(match[1] ?? ''),
  },
  {
    pattern: /\bhttps?:\/\/[^\s<>|]+[^\s<>|.,;:!?)'"]/,
    read: (match, manner) => style => [{ type: 'link', url: literal(match[0], manner), ...styled(style) }],
  },
]

function firstMark(text: string, manner: 'written' | 'typed'): Mark | undefined {
  let first: Mark | undefined
  for (const { pattern, only, read } of MARKS) {
    if (only && only !== manner) continue
    for (const match of text.matchAll(new RegExp(pattern, 'g'))) {
      if (first && match.index >= first.at) break
      const reading = read(match, manner)
      if (!reading) continue
      first = { at: match.index, length: match[0].length, read: reading }
      break
    }
  }
  return first
}

/** With its code points, as Slack stores what somebody typed: who reads it may not know the name. */
function readEmoji(name: string): (() => Inline[]) | undefined {
  const character = get(name)
  if (!character) return undefined
  const unicode = [...character].map(char => (char.codePointAt(0) as number).toString(16)).join('-')
  return () => [{ type: 'emoji', name, unicode }]
}

function readToken(token: string): (style: Style) => Inline[] {
  const [target = '', label] = token.split('|')
  if (target.startsWith('@')) return style => [{ type: 'user', user_id: target.slice(1), ...styled(style) }]
  if (target.startsWith('#')) return style => [{ type: 'channel', channel_id: target.slice(1), ...styled(style) }]
  if (target.startsWith('!subteam^')) return () => [{ type: 'usergroup', usergroup_id: target.slice(9) }]
  if (target.startsWith('!date^')) return () => [readDate(target, label)]
  if (target.startsWith('!')) return () => [{ type: 'broadcast', range: target.slice(1) }]
  const text = label === undefined ? undefined : literal(label, 'written')
  return style => [
    { type: 'link', url: literal(target, 'written'), ...(text === undefined ? {} : { text }), ...styled(style) },
  ]
}

function readDate(target: string, fallback = ''): Inline {
  const [, timestamp = '0', format = '{date}', url] = target.split('^')
  return { type: 'date', timestamp: Number(timestamp), format, fallback, ...(url ? { url } : {}) }
}

function plain(text: string, style: Style): Inline {
  return { type: 'text', text, ...styled(style) }
}

function styled(style: Style): { style?: Style } {
  return Object.keys(style).length ? { style } : {}
}

function literal(text: string, manner: 'written' | 'typed'): string {
  if (manner === 'typed') return text
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}
