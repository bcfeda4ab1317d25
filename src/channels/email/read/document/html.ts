import { Tokenizer, type TokenizerCallbacks } from 'htmlparser2'
import { type Document, linkUrl, type Marks } from '../../../../core/document.ts'
import { clean } from '../../../../lib/clean.ts'
import { markOf } from '../visible/marks.ts'
import { type Dress, Flow, type Region } from './flow.ts'
import { type Look, lookOf } from './style.ts'

/** What a person who opens this html in a mail program reads; see `readHtml`. */
export function fromHtml(html: string, options: { maxLength?: number } = {}): Document {
  return readHtml(html, options).doc
}

/** A page as a document, and which of its blocks mail programs marked as something that the writer did not write. */
export interface Read {
  doc: Document
  marked: Marked[]
}

/** The blocks from `begin` to before `end`. */
export interface Marked {
  as: 'quote' | 'signature'
  begin: number
  end: number
}

/**
 * What a person who opens this html in a mail program reads. Never throws, and takes time in proportion to its length,
 * of which at most `maxLength` characters are read; "[…]" then stands at the end.
 */
export function readHtml(html: string, { maxLength = 2_000_000 }: { maxLength?: number } = {}): Read {
  const page = new Page(html.slice(0, maxLength))
  const tokenizer = new Tokenizer({ decodeEntities: true }, page)
  tokenizer.write(page.html)
  tokenizer.end()
  const doc = page.flow.end()
  if (html.length > maxLength) doc.push({ type: 'paragraph', content: [{ type: 'text', text: '[…]' }] })
  return { doc, marked: page.marked.map(m => ({ ...m, end: Math.min(m.end, doc.length) })) }
}

/** An element that is open, and what holds inside it. */
interface Element {
  tag: string
  dress: Dress
  hidden: boolean
  tiny: boolean
  keepsBlanks: boolean
  region: boolean
  ends: 'nothing' | 'line' | 'paragraph' // what ends where it begins and ends
  mark: Marked | undefined
}

const deepest = 200
const mostMarked = 200

/** Follows the tokens of a page, with a stack of open elements that never grows past a limit. */
class Page implements TokenizerCallbacks {
  readonly html: string
  readonly flow = new Flow()
  readonly marked: Marked[] = []
  #stack: Element[] = []
  #beyond = new Map<string, number>() // elements past the limit, by name: their words count, their form does not
  #pending = '' // text up to the next tag
  #tag = ''
  #start = 0
  #attributes = new Map<string, string>()
  #attribute = ''
  #value = ''
  #looks = new Map<string, Look>()

  constructor(html: string) {
    this.html = html
  }

  ontext(start: number, end: number): void {
    this.#pending += this.html.slice(start, end)
  }

  ontextentity(code: number): void {
    this.#pending += String.fromCodePoint(code)
  }

  onopentagname(start: number, end: number): void {
    this.#attributes.clear()
    this.#start = start
    this.#tag = this.html.slice(start, end).toLowerCase()
  }

  onattribname(start: number, end: number): void {
    this.#attribute = this.html.slice(start, Math.min(end, start + 20)).toLowerCase()
    this.#value = ''
  }

  onattribdata(start: number, end: number): void {
    if (attributes.has(this.#attribute)) this.#value += this.html.slice(start, end)
  }

  onattribentity(code: number): void {
    if (attributes.has(this.#attribute)) this.#value += String.fromCodePoint(code)
  }

  onattribend(): void {
    if (attributes.has(this.#attribute) && !this.#attributes.has(this.#attribute)) {
      this.#attributes.set(this.#attribute, this.#value)
    }
  }

  onopentagend(end: number): void {
    if (isAddress(this.#tag)) this.#pending += `<${this.html.slice(this.#start, end)}>`
    else this.#open(this.#tag)
  }

  onselfclosingtag(end: number): void {
    const foreign = this.#tag.includes(':') || this.#inside().hidden
    if (isAddress(this.#tag) || !foreign) this.onopentagend(end) // html has no self-closing elements: it is just open
  }

  onclosetag(start: number, end: number): void {
    const tag = this.html.slice(start, end).toLowerCase()
    if (tag === 'br') this.#open(tag)
    else {
      this.#say()
      this.#close(tag)
    }
  }

  onend(): void {
    this.#say()
    while (this.#stack.length) this.#pop()
  }

  oncdata(): void {}
  oncomment(): void {}
  ondeclaration(): void {}
  onprocessinginstruction(): void {}

  /** Hands over the text since the last tag. */
  #say(): void {
    if (this.#pending === '') return
    const { dress, hidden, tiny, keepsBlanks } = this.#inside()
    const text = hidden || tiny ? '' : clean(this.#pending)
    this.#pending = ''
    if (keepsBlanks) this.flow.lines(text, dress)
    else this.flow.words(text, dress)
  }

  #open(tag: string): void {
    this.#say()
    if (transparent.has(tag)) return
    if (voids.has(tag)) this.#void(tag)
    else {
      this.#closeImplied(tag)
      this.#push(tag)
    }
  }

  #void(tag: string): void {
    const { hidden, dress } = this.#inside()
    if (hidden) return
    if (tag === 'br') this.flow.newline()
    if (tag === 'hr') {
      if (markOf(this.#attributes)) this.#mark()
      this.flow.rule()
    }
    if (tag === 'img') this.flow.words(clean(this.#altText()), dress)
  }

  /** What the picture says, if it is there to say something: no file name, no pixel that only counts readers. */
  #altText(): string {
    const alt = this.#attributes.get('alt') ?? ''
    const tiny = ['width', 'height'].some(side => /^[01](px)?$/.test(this.#attributes.get(side) ?? ''))
    if (tiny || this.#look().hidden || /^\S*\.(png|jpe?g|gif|bmp|svg|webp)$/i.test(alt.trim())) return ''
    return alt
  }

  #push(tag: string): void {
    const around = this.#inside()
    const look = this.#look()
    const hidden = around.hidden || look.hidden === true || this.#attributes.has('hidden') || unshown.has(tag)
    if (this.#stack.length >= deepest && hidden === around.hidden) {
      this.#beyond.set(tag, (this.#beyond.get(tag) ?? 0) + 1)
      if (blocks.has(tag)) this.flow.boundary()
      return
    }
    const ends = hidden ? 'nothing' : this.#ends(tag, look)
    this.#stack.push({
      tag,
      dress: this.#dress(tag, look, around.dress),
      hidden,
      tiny: look.tiny ?? around.tiny,
      keepsBlanks: look.keepsBlanks ?? (tag === 'pre' || around.keepsBlanks),
      ends,
      mark: hidden ? undefined : this.#mark(),
      region: this.#begin(tag, ends, hidden),
    })
  }

  /** Notes where a part begins that a mail program marked, if it lies open on the page and in no table or list. */
  #mark(): Marked | undefined {
    const found = markOf(this.#attributes)
    if (!found || this.marked.length >= mostMarked) return undefined
    this.flow.paragraph()
    const begin = this.flow.blocksSoFar()
    if (begin === undefined) return undefined
    const mark: Marked = { as: found.as, begin, end: Number.POSITIVE_INFINITY }
    this.marked.push(mark)
    return found.toEnd ? undefined : mark
  }

  #begin(tag: string, ends: Element['ends'], hidden: boolean): boolean {
    const region = hidden ? undefined : this.#regionOf(tag)
    if (region && this.flow.enter(region)) return true
    if (ends === 'line') this.flow.boundary()
    if (ends === 'paragraph') this.flow.paragraph()
    return false
  }

  #regionOf(tag: string): Region | undefined {
    if (/^h[1-6]$/.test(tag)) return { kind: 'heading', level: Math.min(Number(tag[1]), 3) as 1 | 2 | 3 }
    if (tag === 'ul' || tag === 'menu' || tag === 'dir') return { kind: 'list', ordered: false, start: 1 }
    if (tag === 'ol') return { kind: 'list', ordered: true, start: this.#firstNumber() }
    if (tag === 'pre') return this.#isProse() ? undefined : { kind: 'code' }
    return regions.get(tag)
  }

  #firstNumber(): number {
    const start = this.#attributes.get('start') ?? ''
    return /^\d{1,6}$/.test(start) ? Number(start) : 1
  }

  /** Some mail programs put plain text into <pre>. */
  #isProse(): boolean {
    return this.#attributes.has('wrap') || /\bmoz-/.test(this.#attributes.get('class') ?? '')
  }

  #ends(tag: string, look: Look): Element['ends'] {
    if (tag === 'p') {
      const tight =
        look.tight || /\bMso(Normal|ListParagraph|PlainText)|^p\d+$/.test(this.#attributes.get('class') ?? '')
      return tight ? 'line' : 'paragraph'
    }
    if (tag === 'table' || tag === 'pre' || tag === 'dl') return 'paragraph'
    return blocks.has(tag) ? 'line' : 'nothing'
  }

  #dress(tag: string, look: Look, around: Dress): Dress {
    const { bold, italic, strike, code, url } = { ...around, ...marksOf(tag), ...onlySet(look) }
    const href = tag === 'a' ? linkUrl(this.#attributes.get('href') ?? '') : url
    return {
      ...(bold && { bold: true }),
      ...(italic && { italic: true }),
      ...(strike && { strike: true }),
      ...(code && { code: true }),
      ...(href && { url: href }),
    }
  }

  #look(): Look {
    const style = this.#attributes.get('style')
    if (!style) return {}
    const look = this.#looks.get(style) ?? lookOf(style)
    if (this.#looks.size < 500) this.#looks.set(style, look)
    return look
  }

  /** Closes what html lets a writer leave open. */
  #closeImplied(tag: string): void {
    if (tag === 'li') this.#closeUpTo(['li'], scopes)
    if (tag === 'tr') this.#closeUpTo(['tr'], tables)
    if (tag === 'td' || tag === 'th') this.#closeUpTo(['td', 'th'], rows)
    if (tag === 'a') this.#closeUpTo(['a'], scopes)
    if (blocks.has(tag)) this.#closeUpTo(['p'], blocksButP)
  }

  #close(tag: string): void {
    const beyond = this.#beyond.get(tag) ?? 0
    if (beyond > 0) {
      this.#beyond.set(tag, beyond - 1)
      if (blocks.has(tag)) this.flow.boundary()
    } else if (!this.#closeUpTo([tag], tableParts.has(tag) ? tables : cells) && tag === 'p' && !this.#inside().hidden) {
      this.flow.paragraph() // a browser takes it for an empty one
    }
  }

  /** Closes the innermost of these elements with all inside it; false if none is open on this side of a barrier. */
  #closeUpTo(tags: string[], barrier: ReadonlySet<string>): boolean {
    let at = this.#stack.length - 1
    while (at >= 0 && !tags.includes(this.#stack[at]!.tag)) {
      if (barrier.has(this.#stack[at]!.tag)) return false
      at--
    }
    if (at < 0) return false
    while (this.#stack.length > at) this.#pop()
    return true
  }

  #pop(): void {
    const element = this.#stack.pop()!
    if (element.region) this.flow.leave()
    else if (element.ends === 'line') this.flow.boundary()
    else if (element.ends === 'paragraph') this.flow.paragraph()
    if (element.mark) {
      this.flow.paragraph()
      element.mark.end = this.flow.blocksSoFar() ?? element.mark.end
    }
  }

  #inside(): Pick<Element, 'dress' | 'hidden' | 'tiny' | 'keepsBlanks'> {
    return this.#stack.at(-1) ?? outermost
  }
}

/** `<jane@acme.test>` and `<https://acme.test>`: somebody wrote an address, and a program took it for html. */
function isAddress(tag: string): boolean {
  return tag.includes('@') || /^(https?|mailto):/.test(tag)
}

const outermost = { dress: {}, hidden: false, tiny: false, keepsBlanks: false }

function marksOf(tag: string): Marks {
  return marks.get(tag) ?? {}
}

function onlySet({ bold, italic, strike }: Look) {
  return {
    ...(bold !== undefined && { bold }),
    ...(italic !== undefined && { italic }),
    ...(strike !== undefined && { strike }),
  }
}

const words = (text: string) => text.split(' ')

const marks = new Map<string, Marks>([
  ...words('b strong').map(tag => [tag, { bold: true }] as const),
  ...words('i em cite dfn var').map(tag => [tag, { italic: true }] as const),
  ...words('s del strike').map(tag => [tag, { strike: true }] as const),
  ...words('code tt kbd samp').map(tag => [tag, { code: true }] as const),
])

const regions = new Map<string, Region>([
  ['blockquote', { kind: 'quote' }],
  ['li', { kind: 'item' }],
  ['tr', { kind: 'row' }],
  ['td', { kind: 'cell' }],
  ['th', { kind: 'cell' }],
])

const attributes = new Set(
  words('style class href alt start width height hidden wrap id name data-marker data-smartmail'),
)
const transparent = new Set(words('html head body'))
const voids = new Set(words('area base basefont br col embed frame hr img input link meta param source track wbr'))
const unshown = new Set(
  words('script style title template iframe noframes noembed select datalist textarea svg audio video canvas xml'),
)
const blocks = new Set(
  words(
    'address article aside blockquote caption center dd details dialog dir div dl dt fieldset figcaption figure footer ' +
      'form h1 h2 h3 h4 h5 h6 header hgroup li main menu nav ol p pre search section summary table td th tr ul',
  ),
)
const tableParts = new Set(words('table tbody thead tfoot tr td th caption'))
const tables = new Set(['table'])
const rows = new Set(words('table tr'))
const cells = new Set(words('table td th caption'))
const scopes = new Set(words('ul ol menu dir table td th caption'))
const blocksButP = new Set([...blocks].filter(tag => tag !== 'p'))
