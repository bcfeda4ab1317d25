import { decodeBytes } from './charset.ts'
import { flowed } from './flowed.ts'
import type { Entity } from './mime.ts'
import { readTree } from './mime.ts'
import type { MailPart } from './part.ts'
import { withoutData } from './pictures.ts'
import { clearSigned, isEncrypted, signedContent } from './secure.ts'
import { readTnef } from './tnef.ts'
import { decodeTransfer, fromUuencode } from './transfer.ts'
import { decodeRaw } from './words.ts'

/** What a mail is made of: what it says, and what comes with it. */
export interface Bodies {
  text: string
  html: string
  parts: MailPart[]
  notices: string[] // finished sentences for whoever reads the mail
}

/** Sorts the parts of a mail into its text, its html and the rest, in the order of the mail. */
export async function bodiesOf(root: Entity): Promise<Bodies> {
  const found = new Finding()
  await found.visit(root)
  return found.end()
}

interface Piece {
  kind: 'text' | 'html'
  content: string
  entity: Entity
}

const MOST_TEXT = 1_000_000
const MOST_BYTES = 4_000_000
const MOST_LINES = 20_000
const MOST_HTML = 2_000_000
const DEEPEST_WRAPPING = 3 // a signed mail in a winmail.dat in a signed mail

const IGNORED = new Set(['text/x-amp-html', 'text/watch-html', 'application/applefile'])
const TNEF = new Set(['application/ms-tnef', 'application/vnd.ms-tnef'])
const PKCS7 = new Set(['application/pkcs7-mime', 'application/x-pkcs7-mime'])

class Finding {
  readonly #pieces: Piece[] = []
  readonly #parts: MailPart[] = []
  readonly #notices = new Set<string>()
  #wrapped = 0

  async visit(entity: Entity): Promise<void> {
    if (entity.parts.length) {
      if (entity.type === 'multipart/encrypted') this.#notices.add(ENCRYPTED)
      for (const part of entity.parts) await this.visit(part)
    } else if (entity.type.startsWith('multipart/')) this.#text({ ...entity, type: 'text/plain' })
    else if (IGNORED.has(entity.type) && entity.parent) return
    else if (this.#isBody(entity)) this.#text(entity)
    else await this.#file(entity)
  }

  end(): Bodies {
    const texts = this.#pieces.filter(p => p.kind === 'text')
    const hasHtml = texts.length < this.#pieces.length
    return {
      text: this.#capped(texts.map(p => p.content).join('\n'), 'text/plain', MOST_TEXT, MOST_LINES),
      html: hasHtml ? this.#capped(this.#html(), 'text/html', MOST_HTML) : '',
      parts: this.#parts,
      notices: [...this.#notices],
    }
  }

  /** The html parts, with texts between them that stand in no html: a program wrote some of it so and some so. */
  #html(): string {
    return this.#pieces
      .filter(p => p.kind === 'html' || !this.#hasHtmlTwin(p))
      .map(p => (p.kind === 'html' ? p.content : asHtml(p.content)))
      .filter(content => content.trim())
      .join('<br/>\n')
  }

  #hasHtmlTwin({ entity }: Piece): boolean {
    const choice = ancestor(entity, 'multipart/alternative')
    return choice !== null && this.#pieces.some(p => p.kind === 'html' && isWithin(p.entity, choice))
  }

  /** Too long for anyone to read, or to be read in time: its beginning, and the whole as a file. */
  #capped(content: string, type: string, length: number, lines = Number.POSITIVE_INFINITY): string {
    const cut = Math.min(content.length, length, endOfLine(content, lines))
    if (cut === content.length) return content
    this.#cutShort(Buffer.from(content), type)
    return content.slice(0, cut).toWellFormed()
  }

  #isBody(entity: Entity): boolean {
    const kind = bodyKind(entity.type)
    if (!kind || entity.disposition.value === 'attachment') return false
    if (entity.disposition.value && entity.disposition.value !== 'inline') return false
    const related = ancestor(entity, 'multipart/related')
    if (related && isShownByRoot(entity, related)) return false
    return (
      !nameOf(entity) || !this.#pieces.length || (isAlternative(entity) && !this.#pieces.some(p => p.kind === kind))
    )
  }

  #text(entity: Entity): void {
    const kind = bodyKind(entity.type) ?? 'text'
    const isPlain = kind === 'text'
    const bytes = this.#cappedBytes(decodeTransfer(entity.body, entity.encoding), entity.type)
    const rest = isPlain ? this.#withoutUuencoded(bytes) : bytes
    const label = entity.contentType.params.get('charset') ?? ''
    const text = decodeBytes(rest, label || (isPlain ? '' : charsetInHtml(rest))).replace(/\r\n?/g, '\n')
    this.#pieces.push({ kind, entity, content: isPlain ? this.#plain(text, entity) : this.#withoutData(text) })
  }

  /** Nobody writes that much; html may have pictures in it, which are taken out first. */
  #cappedBytes(bytes: Buffer, type: string): Buffer {
    if (bytes.length <= MOST_BYTES || (type === 'text/html' && bytes.includes('data:image/'))) return bytes
    this.#cutShort(bytes, type)
    return bytes.subarray(0, MOST_BYTES)
  }

  #cutShort(bytes: Buffer, type: string): void {
    const name = type === 'text/html' ? 'text.html' : 'text.txt'
    if (this.#parts.some(p => p.name === name && p.bytes.length > bytes.length)) return
    this.#notices.add('This mail is longer than is shown here; the whole text is in a file with it.')
    this.#parts.push({ ...NO_PART, type, name, bytes })
  }

  #plain(text: string, { contentType }: Entity): string {
    const unarmoured = text.includes('-----BEGIN PGP ') ? clearSigned(text) : text
    if (isEncrypted(unarmoured)) this.#notices.add(ENCRYPTED)
    const isFlowed = contentType.params.get('format')?.trim().toLowerCase() === 'flowed'
    return isFlowed ? flowed(unarmoured, contentType.params.get('delsp')?.trim().toLowerCase() === 'yes') : unarmoured
  }

  #withoutData(content: string): string {
    const { html, pictures } = withoutData(content)
    this.#parts.push(...pictures.map(picture => ({ ...NO_PART, ...picture, related: true })))
    return html
  }

  #withoutUuencoded(bytes: Buffer): Buffer {
    const rest: Buffer[] = []
    let done = 0
    for (let file = fromUuencode(bytes); file && rest.length < 100; file = fromUuencode(bytes, file.end)) {
      rest.push(bytes.subarray(done, file.begin))
      this.#parts.push({ ...NO_PART, name: decodeRaw(file.name), bytes: file.bytes })
      done = file.end
    }
    return done ? Buffer.concat([...rest, bytes.subarray(done)]) : bytes
  }

  async #file(entity: Entity): Promise<void> {
    const name = nameOf(entity)
    const bytes = decodeTransfer(entity.body, entity.encoding)
    if (this.#wrapped < DEEPEST_WRAPPING) {
      this.#wrapped++
      const isOpened = await this.#opened(entity, name, bytes)
      this.#wrapped--
      if (isOpened) return
    }
    const first = (field: string) => entity.fields.find(f => f.name === field)?.value.trim() || null
    this.#parts.push({
      type: entity.type,
      name,
      bytes,
      contentId: first('content-id')?.replace(/^<|>$/g, '').trim() || null,
      location: first('content-location')?.replace(/\s+/g, '') || null,
      related: ancestor(entity, 'multipart/related') !== null,
    })
  }

  /** Some files are wrappings: what is in them is what the mail says. */
  async #opened(entity: Entity, name: string, bytes: Buffer): Promise<boolean> {
    if (TNEF.has(entity.type) || name.toLowerCase() === 'winmail.dat') return this.#unpacked(entity, bytes)
    if (!PKCS7.has(entity.type)) return false
    const content = signedContent(bytes)
    if (content) await this.visit((await readTree(content)).root)
    else if (!/signed|certs/.test(entity.contentType.params.get('smime-type') ?? '')) this.#notices.add(ENCRYPTED)
    return content !== null
  }

  #unpacked(entity: Entity, bytes: Buffer): boolean {
    const tnef = readTnef(bytes)
    if (!tnef) return false
    const says = this.#pieces.some(p => p.content.trim())
    if (!says && tnef.html) this.#pieces.push({ kind: 'html', entity, content: tnef.html })
    if (!says && !tnef.html && tnef.text) this.#pieces.push({ kind: 'text', entity, content: tnef.text })
    this.#parts.push(...tnef.files.map(file => ({ ...NO_PART, ...file })))
    return true
  }
}

const ENCRYPTED =
  'This mail is encrypted, and Overture has no key for it. What it says is in the file that came with it.'

const NO_PART: MailPart = {
  type: 'application/octet-stream',
  name: '',
  bytes: Buffer.alloc(0),
  contentId: null,
  location: null,
  related: false,
}

function bodyKind(type: string): 'text' | 'html' | null {
  if (type === 'text/plain' || type === 'text/enriched' || type === 'text/markdown') return 'text'
  return type === 'text/html' || type === 'application/xhtml+xml' ? 'html' : null
}

/** The name that a part was given; where two differ the disposition's, unless it lost its letters on the way. */
function nameOf({ contentType, disposition }: Entity): string {
  const given = [disposition.params.get('filename'), contentType.params.get('name')].filter(name => name?.trim())
  return given.find(name => !/\ufffd|\?\?\?/.test(name as string)) ?? given[0] ?? ''
}

function ancestor(entity: Entity, type: string): Entity | null {
  for (let at = entity.parent; at; at = at.parent) if (at.type === type) return at
  return null
}

function isWithin(entity: Entity, outer: Entity): boolean {
  for (let at = entity.parent; at; at = at.parent) if (at === outer) return true
  return false
}

function isAlternative(entity: Entity): boolean {
  return ancestor(entity, 'multipart/alternative') !== null
}

/** RFC 2387: of related parts one is the root, the others are there to be shown by it. */
function isShownByRoot(entity: Entity, related: Entity): boolean {
  const hasKey = entity.fields.some(f => f.name === 'content-id' || f.name === 'content-location')
  return hasKey && entity.parent === related && related.parts[0] !== entity
}

function endOfLine(text: string, lines: number): number {
  let at = -1
  for (let n = 0; n < lines; n++) {
    at = text.indexOf('\n', at + 1)
    if (at < 0) return text.length
  }
  return at
}

function charsetInHtml(bytes: Buffer): string {
  const head = bytes.toString('latin1', 0, 2_000)
  return /<meta[^>]{1,200}?charset\s{0,5}=\s{0,5}["']?([\w.:-]{1,40})/i.exec(head)?.[1] ?? ''
}

function asHtml(text: string): string {
  const plain = text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
  return `<div style="white-space: pre-wrap">${plain}</div>`
}
