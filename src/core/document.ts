/**
 * The text of a message, independent of any channel. Each channel translates its own format into a Document and back;
 * what the Document cannot say does not travel. It is stored as JSON beside its plain text.
 */
export type Document = Block[]

export type Block =
  | { type: 'paragraph'; content: Inline[] }
  | { type: 'heading'; level: 1 | 2 | 3; content: Inline[] }
  | { type: 'list'; ordered: boolean; start?: number; items: Block[][] } // an item is blocks, so lists nest
  | { type: 'quote'; content: Block[] }
  | { type: 'code'; text: string }
  | { type: 'rule' }

export interface Marks {
  bold?: true
  italic?: true
  strike?: true
  code?: true
}

export type Inline =
  | ({ type: 'text'; text: string } & Marks)
  | ({ type: 'link'; url: string; text: string } & Marks) // http, https, mailto or tel only
  | { type: 'emoji'; name: string; unicode?: string } // name without colons; unicode absent for a workspace's own emoji
  | { type: 'mention'; name: string } // a person or group by the name that people see, never an id
  | { type: 'break' }

export type Link = Extract<Inline, { type: 'link' }>

/** A document that says just this text: a blank line begins a paragraph, a single newline is a break. */
export function fromText(text: string): Document {
  return storable(text)
    .replace(/\r\n?/g, '\n')
    .split(/\n{2,}/)
    .map(part => part.replace(/^\n+|\n+$/g, ''))
    .filter(part => part !== '')
    .map(part => ({ type: 'paragraph', content: withBreaks(part) }))
}

/** The same text with its newlines as breaks. */
export function withBreaks(text: string, marks: Marks = {}): Inline[] {
  return text
    .split('\n')
    .flatMap((line, i): Inline[] => [
      ...(i ? [{ type: 'break' } as const] : []),
      ...(line ? [{ type: 'text' as const, text: line, ...marks }] : []),
    ])
}

/** How a link and a code block read in plain text. */
export interface PlainStyle {
  link(link: Link): string
  code(text: string): string
}

const storedStyle: PlainStyle = {
  link: link => (saysItsUrl(link) ? link.text : `${link.text} (${link.url})`),
  code: text => text,
}

/**
 * The document as plain text, for search, previews and text mail: lists with "- " and "1. ", quotes with "> ", links as
 * "text (url)", or as their text alone where that is the address already.
 */
export function plainText(doc: Document, style: PlainStyle = storedStyle): string {
  return linesOfBlocks(doc, style, '\n\n').join('\n')
}

/** Whether there is nothing to read in it. */
export function isEmpty(doc: Document): boolean {
  return doc.every(block => {
    if (block.type === 'list') return block.items.every(isEmpty)
    if (block.type === 'quote') return isEmpty(block.content)
    if (block.type === 'code') return block.text.trim() === ''
    return block.type === 'rule' || block.content.every(inline => wordsOf(inline).trim() === '')
  })
}

/** What an inline says, without its form. */
export function wordsOf(inline: Inline): string {
  switch (inline.type) {
    case 'text':
    case 'link':
      return inline.text
    case 'emoji':
      return inline.unicode ?? `:${inline.name}:`
    case 'mention':
      return `@${inline.name}`
    case 'break':
      return '\n'
  }
}

/** The same line in as few pieces as can be: neighbours of one form are one, empty ones and breaks at the ends are gone. */
export function joined(content: Inline[]): Inline[] {
  const pieces: Inline[] = []
  for (const inline of content) {
    const last = pieces.at(-1)
    if ('text' in inline && inline.text === '') continue
    if (inline.type === 'break' && pieces.length === 0) continue
    if (last && 'text' in last && 'text' in inline && sameForm(last, inline)) {
      pieces[pieces.length - 1] = { ...last, text: last.text + inline.text }
    } else pieces.push(inline)
  }
  while (pieces.at(-1)?.type === 'break') pieces.pop()
  return pieces
}

function sameForm(a: Inline & Marks, b: Inline & Marks): boolean {
  const url = (inline: Inline) => (inline.type === 'link' ? inline.url : undefined)
  return url(a) === url(b) && a.bold === b.bold && a.italic === b.italic && a.strike === b.strike && a.code === b.code
}

/** The address in a form that is safe to link to, or undefined if it is none (only http, https, mailto and tel are). */
export function linkUrl(url: string): string | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: browsers skip them, so `java\nscript:` is a script
  const bare = url.replace(/[\u0000-\u001f\u007f]/g, '').trim()
  if (bare.length > 4000 || !/^(https?:\/\/|mailto:|tel:)./i.test(bare) || !URL.canParse(bare)) return undefined
  return bare.replace(/[\s<>"|`\\]|\p{Cs}/gu, encodeForUrl)
}

/** Whether the text of a link already tells where it goes. */
export function saysItsUrl({ text, url }: { text: string; url: string }): boolean {
  const bare = (s: string) => s.replace(/^(https?:\/\/|mailto:|tel:)/i, '').replace(/\/$/, '')
  return bare(text) === bare(url)
}

/** The same text without what a database refuses: NUL and halves of characters. */
function storable(text: string): string {
  return text.replaceAll('\0', '').replace(/\p{Cs}/gu, '\ufffd')
}

function linesOfBlocks(blocks: Block[], style: PlainStyle, between: '\n' | '\n\n'): string[] {
  return blocks.flatMap((block, i) => [
    ...(i && (between === '\n\n' || block.type !== 'list') ? [''] : []),
    ...linesOf(block, style),
  ])
}

function linesOf(block: Block, style: PlainStyle): string[] {
  switch (block.type) {
    case 'paragraph':
    case 'heading':
      return block.content
        .map(inline => (inline.type === 'link' ? style.link(inline) : wordsOf(inline)))
        .join('')
        .split('\n')
    case 'code':
      return style.code(block.text).split('\n')
    case 'quote':
      return linesOfBlocks(block.content, style, '\n\n').map(line => (line ? `> ${line}` : '>'))
    case 'rule':
      return ['---']
    case 'list':
      return block.items.flatMap((item, i) => {
        const marker = block.ordered ? `${(block.start ?? 1) + i}. ` : '- '
        const lines = linesOfBlocks(item, style, '\n')
        return (lines.length ? lines : ['']).map((line, j) =>
          j ? line && ' '.repeat(marker.length) + line : marker + line,
        )
      })
  }
}

function encodeForUrl(char: string): string {
  return char.length === 1 && /\p{Cs}/u.test(char) ? '%EF%BF%BD' : encodeURIComponent(char)
}
