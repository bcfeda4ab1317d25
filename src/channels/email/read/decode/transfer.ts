/** Undoes a Content-Transfer-Encoding (RFC 2045, 6); one that nobody knows leaves the bytes as they are. Never throws. */
export function decodeTransfer(bytes: Buffer, encoding: string): Buffer {
  if (encoding === 'base64') return fromBase64(bytes)
  if (encoding === 'quoted-printable') return fromQuotedPrintable(bytes)
  if (/^(x-)?uu(e|encode|encoded)?$/.test(encoding)) return fromUuencode(bytes)?.bytes ?? bytes
  return bytes
}

/** Lenient as Node is: white space and what is no letter of it are skipped. Padding in the middle ends no text. */
function fromBase64(bytes: Buffer): Buffer {
  const text = bytes.toString('latin1')
  const padding = text.indexOf('=')
  if (padding < 0 || !/[A-Za-z0-9+/]/.test(text.slice(padding, padding + 200).replace(/=/g, '')))
    return Buffer.from(text, 'base64')
  return Buffer.concat(
    text
      .split(/=+/)
      .slice(0, 10_000)
      .map(part => Buffer.from(part, 'base64')),
  )
}

const EQUALS = 0x3d

function fromQuotedPrintable(bytes: Buffer): Buffer {
  if (!bytes.includes(EQUALS)) return bytes
  const out = Buffer.allocUnsafeSlow(bytes.length)
  let length = 0
  for (let i = 0; i < bytes.length; ) {
    const equals = bytes.indexOf(EQUALS, i)
    const until = equals < 0 ? bytes.length : equals
    length += bytes.copy(out, length, i, until)
    if (equals < 0) break
    i = equals + 1
    const code = hexPair(bytes[i], bytes[i + 1])
    if (code >= 0) {
      out[length++] = code
      i += 2
      continue
    }
    const line = endOfSoftBreak(bytes, i)
    if (line > 0) i = line
    else out[length++] = EQUALS // what is no code stands for itself
  }
  return out.subarray(0, length)
}

/** Two hexadecimal digits as a byte, -1 when they are none. */
export function hexPair(a: number | undefined, b: number | undefined): number {
  const high = digit(a)
  const low = digit(b)
  return high < 0 || low < 0 ? -1 : high * 16 + low
}

function digit(byte = 0): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const letter = byte & 0xdf
  return letter >= 0x41 && letter <= 0x46 ? letter - 0x37 : -1
}

/** Where the next line begins if only blanks are left on this one, -1 otherwise. */
function endOfSoftBreak(bytes: Buffer, from: number): number {
  let i = from
  while (i < from + 80 && (bytes[i] === 0x20 || bytes[i] === 0x09)) i++
  if (i >= bytes.length) return bytes.length
  if (bytes[i] === 0x0d && bytes[i + 1] === 0x0a) return i + 2
  return bytes[i] === 0x0a || bytes[i] === 0x0d ? i + 1 : -1
}

export interface Uuencoded {
  name: string // latin1, as it stands there
  bytes: Buffer
  begin: number // where it stands in the text, in bytes
  end: number
}

/** The first uuencoded file (POSIX uuencode) in a text that begins with `begin 644 name` on a line, or null. */
export function fromUuencode(text: Buffer, from = 0): Uuencoded | null {
  for (let at = beginLine(text, from); at >= 0; at = beginLine(text, at + 6)) {
    const first = lineAt(text, at)
    const name = /^begin [0-7]{3,4} (.{1,500}?)\s*$/.exec(first.text)?.[1]
    if (!name) continue
    const found = uuLines(text, first.next)
    if (found) return { name, bytes: found.bytes, begin: at, end: found.end }
  }
  return null
}

function beginLine(text: Buffer, from: number): number {
  for (let at = text.indexOf('begin ', from, 'latin1'); at >= 0; at = text.indexOf('begin ', at + 6, 'latin1'))
    if (at === 0 || text[at - 1] === 0x0a) return at
  return -1
}

/** The lines up to `end`; null when they are no uuencoded lines. */
function uuLines(text: Buffer, from: number): { bytes: Buffer; end: number } | null {
  const lines: Buffer[] = []
  for (let at = from; at < text.length; ) {
    const line = lineAt(text, at)
    at = line.next
    if (line.text.trimEnd() === 'end') return { bytes: Buffer.concat(lines), end: at }
    const bytes = uuLine(line.text)
    if (!bytes) return null
    lines.push(bytes)
  }
  return lines.length ? { bytes: Buffer.concat(lines), end: text.length } : null
}

function uuLine(line: string): Buffer | null {
  const length = (line.charCodeAt(0) - 32) & 63
  if (line.trim() === '' || line.trim() === '`') return Buffer.alloc(0)
  const groups = Math.ceil(length / 3)
  if (line.trimEnd().length > 1 + groups * 4 + 2 || line.length < 1 + groups * 3) return null
  const out = Buffer.alloc(groups * 3)
  for (let g = 0; g < groups; g++) {
    const [a, b, c, d] = [0, 1, 2, 3].map(k => ((line.charCodeAt(1 + g * 4 + k) || 32) - 32) & 63) as [
      number,
      number,
      number,
      number,
    ]
    out[g * 3] = (a << 2) | (b >> 4)
    out[g * 3 + 1] = (b << 4) | (c >> 2)
    out[g * 3 + 2] = (c << 6) | d
  }
  return out.subarray(0, length)
}

function lineAt(text: Buffer, from: number): { text: string; next: number } {
  const end = text.indexOf(0x0a, from)
  const until = end < 0 ? text.length : end
  return {
    text: text.toString('latin1', from, Math.min(until, from + 1_000)).replace(/\r$/, ''),
    next: end < 0 ? text.length : end + 1,
  }
}
