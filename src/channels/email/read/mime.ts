import { type Field, readFields, readStructured, type Structured } from './fields.ts'

/** A part of a mail (RFC 2045): its header, and where in the bytes its body is, or the parts that it is made of. */
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
  isCut: boolean // it has more parts, or deeper ones, than are read
}

export const MOST_PARTS = 1_000
export const DEEPEST = 256

/** A multipart that is being read. */
interface Open {
  entity: Entity
  boundary: string
}

/** Takes a mail apart at its boundaries in one pass. Never throws; takes time in proportion to its length. */
export function readTree(raw: Buffer): Tree {
  const open: Open[] = []
  const depths = new Map<string, number>() // of each open boundary; the innermost of equal ones
  let count = 0
  let searches = MOST_SEARCHES
  let isCut = false

  const delimiterAt = (at: number) => (open.length ? readDelimiter(raw, at, depths) : null)

  function begin(from: number, parent: Entity | null): { entity: Entity; at: number } {
    const { fields, body } = readFields(raw, from, raw.length, at => delimiterAt(at) !== null)
    const entity = entityOf(fields, parent)
    parent?.parts.push(entity)
    count++
    if (entity.type.startsWith('multipart/')) {
      const boundary = boundaryOf(entity, raw, body, () => searches-- > 0)
      if (boundary && open.length < DEEPEST) {
        open.push({ entity, boundary })
        depths.set(boundary, open.length - 1)
      } else if (boundary) isCut = true
    }
    return { entity, at: body }
  }

  function closeDownTo(depth: number): void {
    while (open.length > depth) {
      const { boundary } = open.pop() as Open
      const outer = open.findLastIndex(o => o.boundary === boundary)
      if (outer >= 0) depths.set(boundary, outer)
      else depths.delete(boundary)
    }
  }

  let { entity, at } = begin(0, null)
  const root = entity
  let body = at
  let isInside = true // of a part, as opposed to behind the last of a multipart
  for (let line = at; line < raw.length && open.length > 0; ) {
    const delimiter = raw[line] === DASH && raw[line + 1] === DASH ? delimiterAt(line) : null
    if (!delimiter) {
      line = nextDashes(raw, line)
      continue
    }
    if (isInside) entity.body = raw.subarray(body, Math.max(body, withoutLineEnd(raw, line)))
    closeDownTo(delimiter.depth + 1)
    const { entity: parent } = open[delimiter.depth] as Open
    if (delimiter.isLast) {
      closeDownTo(delimiter.depth)
      isInside = false
      line = delimiter.next
    } else if (count > MOST_PARTS) {
      isCut = true
      isInside = false
      break
    } else {
      const next = begin(delimiter.next, parent)
      entity = next.entity
      body = line = next.at
      isInside = true
    }
  }
  if (isInside) entity.body = raw.subarray(body)
  return { root, isCut }
}

const DASH = 0x2d

/** The next line that begins with two dashes. */
function nextDashes(raw: Buffer, from: number): number {
  const found = raw.indexOf('\n--', from, 'latin1')
  return found < 0 ? raw.length : found + 1
}

function withoutLineEnd(raw: Buffer, at: number): number {
  const newline = raw[at - 1] === 0x0a ? at - 1 : at
  return newline < at && raw[newline - 1] === 0x0d ? newline - 1 : newline
}

const LONGEST_BOUNDARY = 250 // RFC 2046 allows 70

interface Delimiter {
  depth: number
  isLast: boolean
  next: number // where the next line begins
}

function readDelimiter(raw: Buffer, at: number, depths: Map<string, number>): Delimiter | null {
  const newline = raw.indexOf(0x0a, at)
  const end = newline < 0 ? raw.length : newline
  if (end - at > LONGEST_BOUNDARY + 100) return null
  const line = raw.toString('latin1', at + 2, end).trimEnd()
  const next = newline < 0 ? raw.length : newline + 1
  const depth = depths.get(line)
  if (depth !== undefined) return { depth, isLast: false, next }
  const last = line.endsWith('--') ? depths.get(line.slice(0, -2)) : undefined
  return last === undefined ? null : { depth: last, isLast: true, next }
}

const NEAR = 64_000
const MOST_SEARCHES = 20 // through all of a mail

/** A multipart's boundary; where none is given, or one that never comes, the first line that looks like it. */
function boundaryOf({ contentType }: Entity, raw: Buffer, body: number, maySearch: () => boolean): string | null {
  const given = (contentType.params.get('boundary') ?? '').trimEnd().slice(0, LONGEST_BOUNDARY)
  const from = Math.max(0, body - 1)
  if (given && raw.subarray(from, body + NEAR).includes(`\n--${given}`, 0, 'latin1')) return given
  if (given && (!maySearch() || raw.includes(`\n--${given}`, from, 'latin1'))) return given
  return /^--(\S{1,200})[ \t]*\r?\n(?:content-|\r?\n)/im.exec(raw.toString('latin1', body, body + 4_000))?.[1] ?? null
}

function entityOf(fields: Field[], parent: Entity | null): Entity {
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

/** What has no type, or none that can be one, is text (RFC 2045, 5.2), a mail within a digest (RFC 2046, 5.1.5), or a file. */
function typeOf(contentType: Structured, disposition: Structured, parent: Entity | null): string {
  if (/^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/.test(contentType.value)) return contentType.value
  if (/^(text|html|plain|multipart)$/.test(contentType.value))
    return { text: 'text/plain', plain: 'text/plain', html: 'text/html' }[contentType.value] ?? 'multipart/mixed'
  if (parent?.type === 'multipart/digest') return 'message/rfc822'
  const isFile = disposition.value === 'attachment' || disposition.params.has('filename')
  return isFile ? 'application/octet-stream' : 'text/plain'
}
