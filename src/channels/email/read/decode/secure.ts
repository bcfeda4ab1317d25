/** Signed text without what the signing put around it (RFC 9580, 7); other text as it is. */
export function clearSigned(text: string): string {
  const begin = lineOf(text, '-----BEGIN PGP SIGNED MESSAGE-----', 0)
  const signature = begin < 0 ? -1 : lineOf(text, '-----BEGIN PGP SIGNATURE-----', begin)
  if (signature < 0) return text
  const headerEnd = text.indexOf('\n\n', begin) // the armour's own header: which hash
  if (headerEnd < 0 || headerEnd > signature) return text
  const signed = text.slice(headerEnd + 2, signature).replace(/^- /gm, '')
  const footer = lineOf(text, '-----END PGP SIGNATURE-----', signature)
  const after = footer < 0 ? '' : text.slice(footer + '-----END PGP SIGNATURE-----'.length)
  return text.slice(0, begin) + signed + after.replace(/^\n/, '')
}

/** Whether a text is nothing but a message that only its recipient's key opens. */
export function isEncrypted(text: string): boolean {
  return text.includes('-----BEGIN PGP MESSAGE-----') && text.trimStart().startsWith('-----BEGIN PGP MESSAGE-----')
}

function lineOf(text: string, line: string, from: number): number {
  const at = text.indexOf(line, from)
  return at <= 0 || text[at - 1] === '\n' ? at : -1
}

const SIGNED_DATA = '2a864886f70d010702'
const DEEPEST = 20

/**
 * The mail within an opaquely signed one (RFC 8551, 3.5.2; RFC 5652, 5), whose signature nobody has checked. Null when it
 * is encrypted, carries no content or is broken.
 */
export function signedContent(bytes: Buffer): Buffer | null {
  const [type, wrapped] = childrenOf(elementAt(bytes, 0, bytes.length, 0))
  if (!type || !wrapped || type.content.toString('hex') !== SIGNED_DATA) return null
  const [signedData] = childrenOf(wrapped)
  const content = childrenOf(signedData)
    .filter(e => e.tag === SEQUENCE)
    .at(0)
  const [, explicit] = childrenOf(content)
  const [octets] = childrenOf(explicit)
  return octets ? octetsOf(octets) : null
}

interface Element {
  tag: number
  content: Buffer
  depth: number
  next: number // where the one behind it begins
}

const SEQUENCE = 0x30
const CONSTRUCTED = 0x20

/** An element in BER (X.690), of which DER is a part; null when the bytes are none. */
function elementAt(bytes: Buffer, at: number, to: number, depth: number): Element | null {
  const tag = bytes[at]
  const first = bytes[at + 1]
  if (tag === undefined || first === undefined || at + 2 > to || depth > DEEPEST || (tag & 0x1f) === 0x1f) return null
  if (first === 0x80) return indefinite(bytes, at, to, depth)
  const count = first < 0x80 ? 0 : first & 0x7f
  if (count > 4 || at + 2 + count > to) return null
  const length = count ? bytes.readUIntBE(at + 2, count) : first
  const from = at + 2 + count
  if (from + length > to) return null
  return { tag, content: bytes.subarray(from, from + length), depth, next: from + length }
}

/** One without a length, that ends with two zero bytes. */
function indefinite(bytes: Buffer, at: number, to: number, depth: number): Element | null {
  let end = at + 2
  while (end + 2 <= to && !(bytes[end] === 0 && bytes[end + 1] === 0)) {
    const inner = elementAt(bytes, end, to, depth + 1)
    if (!inner) return null
    end = inner.next
  }
  return end + 2 > to ? null : { tag: bytes[at] as number, content: bytes.subarray(at + 2, end), depth, next: end + 2 }
}

function childrenOf(element: Element | null | undefined): Element[] {
  const children: Element[] = []
  if (!element || !(element.tag & CONSTRUCTED)) return children
  for (let at = 0; at < element.content.length; ) {
    const child = elementAt(element.content, at, element.content.length, element.depth + 1)
    if (!child) break
    children.push(child)
    at = child.next
  }
  return children
}

function octetsOf(element: Element): Buffer {
  return element.tag & CONSTRUCTED ? Buffer.concat(childrenOf(element).map(octetsOf)) : element.content
}
