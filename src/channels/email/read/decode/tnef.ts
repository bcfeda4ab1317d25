import { decodeBytes } from './charset.ts'
import { fromCompressedRtf, rtfWords } from './rtf.ts'

/** What Outlook packs into a winmail.dat (MS-OXTNEF). */
export interface Tnef {
  text: string
  html: string
  files: { name: string; type: string; bytes: Buffer; contentId: string | null }[]
}

const SIGNATURE = 0x223e9f78
const MOST_ATTRIBUTES = 10_000
const MOST_FILES = 200
const DEEPEST = 3 // mails in mails

const RENDERING = 0x9002 // begins an attachment
const TITLE = 0x8010
const DATA = 0x800f
const FILE_PROPERTIES = 0x9005
const PROPERTIES = 0x9003
const BODY = 0x800c
const CODE_PAGE = 0x9007

interface Attached {
  title: string
  data: Buffer | null
  properties: Properties
}

/** Unpacks a winmail.dat in time proportional to its length; null when it is none, or broken before anything is found. */
export function readTnef(bytes: Buffer, depth = 0): Tnef | null {
  if (bytes.length < 6 || bytes.readUInt32LE(0) !== SIGNATURE || depth > DEEPEST) return null
  let charset = ''
  let body: Buffer | null = null
  let properties: Properties = new Map()
  const attached: Attached[] = []
  for (const { id, data } of attributes(bytes)) {
    const file = attached.at(-1)
    if (id === CODE_PAGE && data.length >= 4) charset = `cp${data.readUInt32LE(0)}`
    else if (id === BODY) body = data
    else if (id === PROPERTIES) properties = propertiesOf(data)
    else if (id === RENDERING && attached.length < MOST_FILES)
      attached.push({ title: '', data: null, properties: new Map() })
    else if (id === TITLE && file) file.title = untilNul(decodeBytes(data, charset))
    else if (id === DATA && file) file.data = data
    else if (id === FILE_PROPERTIES && file) file.properties = propertiesOf(data)
  }
  const files = attached.flatMap(file => filesOf(file, charset, depth))
  const { text, html } = bodyOf(properties, body, charset)
  return files.length || text || html ? { text, html, files } : null
}

function* attributes(bytes: Buffer): Generator<{ id: number; data: Buffer }> {
  let at = 6
  for (let n = 0; n < MOST_ATTRIBUTES && at + 9 <= bytes.length; n++) {
    const length = bytes.readUInt32LE(at + 5)
    if (at + 9 + length > bytes.length) return
    yield { id: bytes.readUInt16LE(at + 1), data: bytes.subarray(at + 9, at + 9 + length) }
    at += 9 + length + 2 // a checksum
  }
}

const PROPERTY = {
  body: 0x1000,
  rtf: 0x1009,
  html: 0x1013,
  displayName: 0x3001,
  data: 0x3701,
  name: 0x3704,
  longName: 0x3707,
  type: 0x370e,
  contentId: 0x3712,
  codePage: 0x3fde,
}

function bodyOf(properties: Properties, body: Buffer | null, charset: string): Pick<Tnef, 'text' | 'html'> {
  const page = properties.get(PROPERTY.codePage)
  const label = page && page.bytes.length >= 4 ? `cp${page.bytes.readUInt32LE(0)}` : charset
  const html = textOf(properties.get(PROPERTY.html), label)
  const text = textOf(properties.get(PROPERTY.body), label) || (body ? untilNul(decodeBytes(body, charset)) : '')
  const rtf = html || text.trim() ? null : properties.get(PROPERTY.rtf)
  return { html, text: (rtf ? rtfWords(fromCompressedRtf(rtf.bytes)) : text).replace(/\r\n?/g, '\n') }
}

function filesOf({ title, data, properties }: Attached, charset: string, depth: number): Tnef['files'] {
  const text = (id: number) => textOf(properties.get(id), charset)
  const name = text(PROPERTY.longName) || title || text(PROPERTY.name) || text(PROPERTY.displayName)
  const stored = properties.get(PROPERTY.data)
  const bytes = data?.length ? data : (stored?.bytes ?? data)
  if (!bytes) return []
  const mail = stored?.type === OBJECT ? readTnef(stored.bytes.subarray(16), depth + 1) : null
  if (mail) return mailFiles(mail, name)
  const type = /^[\w.+-]+\/[\w.+-]+$/.test(text(PROPERTY.type)) ? text(PROPERTY.type).toLowerCase() : typeOf(bytes)
  return [{ name: withExtension(name, type), type, bytes, contentId: text(PROPERTY.contentId) || null }]
}

/** A mail within: what it says is a file, too. */
function mailFiles({ text, html, files }: Tnef, name: string): Tnef['files'] {
  const says = html || text
  const type = html ? 'text/html' : 'text/plain'
  const file = { name: `${name || 'mail'}.${html ? 'html' : 'txt'}`, type, bytes: Buffer.from(says), contentId: null }
  return says ? [file, ...files] : files
}

function typeOf(bytes: Buffer): string {
  return bytes.toString('latin1', 0, 15) === 'BEGIN:VCALENDAR' ? 'text/calendar' : 'application/octet-stream'
}

function withExtension(name: string, type: string): string {
  return type === 'text/calendar' && !/\.ics$/i.test(name) ? `${name || 'invitation'}.ics` : name
}

type Properties = Map<number, { type: number; bytes: Buffer }>

const SHORT_STRING = 0x001e
const UNICODE = 0x001f
const BINARY = 0x0102
const OBJECT = 0x000d
const FIXED = new Map([
  [0x0002, 4],
  [0x0003, 4],
  [0x0004, 4],
  [0x000a, 4],
  [0x000b, 4],
  [0x0001, 4],
  [0x0005, 8],
  [0x0006, 8],
  [0x0007, 8],
  [0x0014, 8],
  [0x0040, 8],
  [0x0048, 16],
])
const NAMED = 0x8000
const MULTIPLE = 0x1000

/** MS-OXTNEF 2.1.3.4: the first value of each property up to the first that makes no sense. */
function propertiesOf(data: Buffer): Properties {
  const found: Properties = new Map()
  if (data.length < 4) return found
  const reader = { at: 4 }
  try {
    for (let n = Math.min(data.readUInt32LE(0), 5_000); n > 0; n--) {
      const type = data.readUInt16LE(reader.at)
      const id = data.readUInt16LE(reader.at + 2)
      reader.at += 4
      if (id >= NAMED) skipName(data, reader)
      const bytes = valueAt(data, reader, type)
      if (!found.has(id)) found.set(id, { type: type & ~MULTIPLE, bytes })
    }
  } catch {
    // what was read up to here is good
  }
  return found
}

function skipName(data: Buffer, reader: { at: number }): void {
  const isText = data.readUInt32LE(reader.at + 16) === 1
  reader.at += 24 + (isText ? padded(data.readUInt32LE(reader.at + 20)) : 0)
}

function valueAt(data: Buffer, reader: { at: number }, type: number): Buffer {
  const plain = type & ~MULTIPLE
  const fixed = FIXED.get(plain)
  const isVariable = plain === SHORT_STRING || plain === UNICODE || plain === BINARY || plain === OBJECT
  if (fixed === undefined && !isVariable) throw new RangeError('a property of no known type')
  let count = 1
  if (isVariable || type & MULTIPLE) {
    count = data.readUInt32LE(reader.at)
    reader.at += 4
  }
  let first: Buffer = Buffer.alloc(0)
  for (let i = 0; i < count; i++) {
    const length = fixed ?? data.readUInt32LE(reader.at)
    if (fixed === undefined) reader.at += 4
    if (reader.at + length > data.length) throw new RangeError('a property that goes beyond the end')
    if (i === 0) first = data.subarray(reader.at, reader.at + length)
    reader.at += fixed ?? padded(length)
  }
  return first
}

function padded(length: number): number {
  return (length + 3) & ~3
}

function textOf(property: { type: number; bytes: Buffer } | undefined, charset: string): string {
  if (!property) return ''
  return untilNul(property.type === UNICODE ? property.bytes.toString('utf16le') : decodeBytes(property.bytes, charset))
}

function untilNul(text: string): string {
  const nul = text.indexOf('\0')
  return nul < 0 ? text : text.slice(0, nul)
}
