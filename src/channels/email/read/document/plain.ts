import { type Block, type Document, type Inline, joined, linkUrl } from '../../../../core/document.ts'
import { clean } from '../../../../lib/clean.ts'

export interface PlainFormat {
  flowed?: boolean // Content-Type: text/plain; format=flowed (RFC 3676)
  delsp?: boolean // ...; delsp=yes
  maxLength?: number
}

/**
 * What a text mail says. Quotes and what clearly are lists become such, addresses become links; every other line stays
 * as it is, with its line end. Past `maxLength` characters "[…]" stands instead.
 */
export function fromPlain(text: string, { flowed, delsp, maxLength = 1_000_000 }: PlainFormat = {}): Document {
  const all = clean(text.slice(0, maxLength)).split('\n')
  const lines = all.slice(0, mostLines).map(readLine)
  const doc = blocksOf(flowed ? unflowed(lines, delsp === true) : lines, 0)
  const rest = all.slice(mostLines).join('\n').trim() // nobody wrote these by hand: the words, without form
  if (rest) doc.push({ type: 'code', text: rest })
  if (text.length > maxLength) doc.push({ type: 'paragraph', content: [{ type: 'text', text: '[…]' }] })
  return doc
}

interface Line {
  depth: number // of quoting
  text: string
}

const deepest = 20
const mostLines = 20_000
const mostLinks = 500 // in one line

/** "> > text" and ">> text" are both two deep; a space after the marks is theirs. */
function readLine(line: string): Line {
  const marks = /^(?:> ?)*/.exec(line)![0]
  const depth = marks.replaceAll(' ', '').length
  return { depth: Math.min(depth, deepest), text: line.slice(marks.length) }
}

/** Joins the lines that a program broke: those that end with a blank, within one depth. */
function unflowed(lines: Line[], delsp: boolean): Line[] {
  const joined: Line[] = []
  let goesOn = false
  for (const { depth, text } of lines) {
    const line = depth === 0 && text.startsWith(' ') ? text.slice(1) : text // stuffed, so that it is not taken for a mark
    const last = joined.at(-1)
    const soft = line.endsWith(' ') && line !== '-- '
    const words = soft && delsp ? line.slice(0, -1) : line
    if (goesOn && last?.depth === depth && line !== '-- ') last.text += words
    else joined.push({ depth, text: words })
    goesOn = soft
  }
  return joined
}

function blocksOf(lines: Line[], depth: number): Block[] {
  const blocks: Block[] = []
  for (let i = 0; i < lines.length; ) {
    const quoted = lines[i]!.depth > depth
    let end = i + 1
    while (end < lines.length && lines[end]!.depth > depth === quoted) end++
    const run = lines.slice(i, end)
    if (!quoted) blocks.push(...paragraphsOf(run.map(line => line.text.trimEnd())))
    else {
      const content = blocksOf(run, depth + 1)
      if (content.length) blocks.push({ type: 'quote', content })
    }
    i = end
  }
  return blocks
}

function paragraphsOf(lines: string[]): Block[] {
  const blocks: Block[] = []
  let part: string[] = []
  for (const line of [...lines, '']) {
    if (line.trim()) part.push(line)
    else {
      blocks.push(...listsIn(part))
      part = []
    }
  }
  return blocks
}

/** Lines without an empty one between, as paragraphs and lists. */
function listsIn(lines: string[]): Block[] {
  const blocks: Block[] = []
  let plain: string[] = []
  const endPlain = () => {
    if (plain.length) blocks.push({ type: 'paragraph', content: linesOf(plain) })
    plain = []
  }
  for (let i = 0; i < lines.length; ) {
    const { list, end } = listAt(lines, i)
    if (list) {
      endPlain()
      blocks.push(list)
    } else plain.push(...lines.slice(i, end))
    i = end
  }
  endPlain()
  return blocks
}

const item = /^( {0,3})(?:([-*•])|(\d{1,3})\.)[ \t]+(?=\S)/

/** The list that begins at a line and where it ends; fewer than two like items are no list, but lines that look so. */
function listAt(lines: string[], begin: number): { list?: Block; end: number } {
  const first = item.exec(lines[begin]!)
  if (!first) return { end: begin + 1 }
  const items: string[][] = []
  let end = begin
  for (; end < lines.length; end++) {
    const next = item.exec(lines[end]!)
    if (next && isNext(first, next, items.length)) items.push([lines[end]!.slice(next[0].length)])
    else if (items.length && /^( {2}|\t)/.test(lines[end]!)) items.at(-1)!.push(lines[end]!.trim())
    else break
  }
  if (items.length < 2) return { end }
  const start = Number(first[3] ?? 1)
  const content = items.map((item): Block[] => [{ type: 'paragraph', content: linesOf(item) }])
  return {
    list: { type: 'list', ordered: first[3] !== undefined, ...(start !== 1 && { start }), items: content },
    end,
  }
}

function isNext(first: RegExpExecArray, next: RegExpExecArray, count: number): boolean {
  if (next[1] !== first[1] || next[2] !== first[2]) return false
  return first[3] === undefined || Number(next[3]) === Number(first[3]) + count
}

function linesOf(lines: string[]): Inline[] {
  return joined(lines.flatMap((line, i) => [...(i ? [{ type: 'break' } as const] : []), ...withLinks(line)]))
}

/** The words of a line, with the addresses in it as links. */
function withLinks(line: string): Inline[] {
  const inlines: Inline[] = []
  let done = 0
  for (const match of line.matchAll(/(?:https?:\/\/|\bwww\.)[^\s<>"]+/gi)) {
    const text = withoutPunctuation(match[0])
    const url = linkUrl(/^www/i.test(text) ? `http://${text}` : text)
    if (!url) continue
    if (inlines.length >= 2 * mostLinks) break
    inlines.push({ type: 'text', text: line.slice(done, match.index) }, { type: 'link', url, text })
    done = match.index + text.length
  }
  return [...inlines, { type: 'text', text: line.slice(done) }]
}

/** An address ends before the punctuation of the sentence that it stands in; brackets that it opens itself are its own. */
function withoutPunctuation(url: string): string {
  let open = url.split('(').length - url.split(')').length
  let end = url.length
  for (; end > 0; end--) {
    const last = url[end - 1]!
    if (last === ')' && open < 0) open++
    else if (!".,;:!?'*_]}".includes(last)) break
  }
  return url.slice(0, end)
}
