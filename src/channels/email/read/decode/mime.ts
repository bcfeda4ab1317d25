import { Headers, type MimeNode, Splitter } from '@zone-eu/mailsplit'
import { type Field, readStructured, type Structured } from './fields.ts'

/** A part of a mail (RFC 2045): its header, and its body as it stands in the mail, or the parts that it is made of. */
export interface Entity {
  fields: Field[]
  type: string // lower case, such as text/plain
  contentType: Structured
  disposition: Structured
  encoding: string // lower case
  body: Buffer // as it stands in the mail; for a multipart what no part of it has
  parts: Entity[]
  parent: Entity | null
}

export interface Tree {
  root: Entity
  isCut: boolean // it has more parts, or a longer header, than is read
}

export const MOST_PARTS = 1_000
const LONGEST_HEADER = 4 * 1024 * 1024
const MOST_MENDINGS = 3 // multiparts without a boundary, one in the other

/** Takes a mail apart at its boundaries, up to the first limit that it breaks. Never rejects. */
export async function readTree(raw: Buffer, mending = MOST_MENDINGS): Promise<Tree> {
  const splitter = new Splitter({ ignoreEmbedded: true, maxChildNodes: MOST_PARTS, maxHeadSize: LONGEST_HEADER })
  const entities = new Map<MimeNode, { entity: Entity; chunks: Buffer[] }>()
  let root: Entity | undefined
  let isCut = false
  splitter.end(raw)
  try {
    for await (const chunk of splitter as AsyncIterable<
      MimeNode | { type: 'body' | 'data'; node: MimeNode; value: Buffer }
    >)
      if (chunk.type === 'node') {
        const parent = chunk.parentNode ? (entities.get(chunk.parentNode)?.entity ?? null) : null
        const entity = entityOf(chunk, parent)
        root ??= entity
        parent?.parts.push(entity)
        entities.set(chunk, { entity, chunks: [] })
      } else if (chunk.value) entities.get(chunk.node)?.chunks.push(chunk.value)
  } catch {
    isCut = true
  }
  for (const { entity, chunks } of entities.values()) {
    if (entity.parts.length) continue
    entity.body = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)
    if (mending && entity.type.startsWith('multipart/')) await takeApart(entity, mending - 1)
  }
  return { root: root ?? EMPTY, isCut }
}

/** A multipart that names no boundary, or one that never comes: the first line that looks like one is it. */
async function takeApart(entity: Entity, mending: number): Promise<void> {
  const boundary = /^--(\S{1,200})[ \t]*\r?\n(?:content-|\r?\n)/im.exec(entity.body.toString('latin1', 0, 4_000))?.[1]
  if (!boundary || boundary.includes('"')) return
  const header = Buffer.from(`Content-Type: ${entity.type}; boundary="${boundary}"\r\n\r\n`)
  const { root } = await readTree(Buffer.concat([header, entity.body]), mending)
  entity.parts = root.parts.map(part => Object.assign(part, { parent: entity }))
}

/** The header fields at the beginning of a mail (RFC 5322, 2.2), in their order. */
export function readHeader(raw: Buffer): Field[] {
  const end = /\r?\n\r?\n/.exec(raw.toString('latin1'))?.index ?? raw.length
  return fieldsOf(new Headers(raw.subarray(0, end)))
}

function fieldsOf(headers: Headers): Field[] {
  return headers.getList().map(({ key, line }) => ({
    name: key,
    value: line.slice(line.indexOf(':') + 1).replace(/\r?\n/g, ''),
  }))
}

function entityOf(node: MimeNode, parent: Entity | null): Entity {
  const fields = node.headers ? fieldsOf(node.headers) : []
  const first = (name: string) => fields.find(f => f.name === name)?.value
  const contentType = readStructured(first('content-type'))
  const disposition = readStructured(first('content-disposition'))
  return {
    fields,
    type: typeOf(contentType, disposition, parent),
    contentType,
    disposition,
    encoding: (first('content-transfer-encoding') ?? '')
      .replace(/[(;].*$/s, '')
      .replace(/["'\s]/g, '')
      .toLowerCase(),
    body: NOTHING,
    parts: [],
    parent,
  }
}

const NOTHING = Buffer.alloc(0)
const NONE: Structured = { value: '', params: new Map() }
const EMPTY: Entity = {
  fields: [],
  type: 'text/plain',
  contentType: NONE,
  disposition: NONE,
  encoding: '',
  body: NOTHING,
  parts: [],
  parent: null,
}

/** What has no type, or none that can be one, is text (RFC 2045, 5.2), a mail within a digest (RFC 2046, 5.1.5), or a file. */
function typeOf(contentType: Structured, disposition: Structured, parent: Entity | null): string {
  if (/^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/.test(contentType.value)) return contentType.value
  if (/^(text|html|plain|multipart)$/.test(contentType.value))
    return { text: 'text/plain', plain: 'text/plain', html: 'text/html' }[contentType.value] ?? 'multipart/mixed'
  if (parent?.type === 'multipart/digest') return 'message/rfc822'
  const isFile = disposition.value === 'attachment' || disposition.params.has('filename')
  return isFile ? 'application/octet-stream' : 'text/plain'
}
