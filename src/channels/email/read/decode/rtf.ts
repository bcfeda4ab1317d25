import { charsetOf, decodeBytes } from './charset.ts'

/** What RTF begins with in nearly every mail: the compression may refer to it (MS-OXRTFCP 2.1.2.1). */
const DICTIONARY =
  '{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArial' +
  'Times New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx'
const COMPRESSED = 0x75465a4c
const RAW = 0x414c454d
const WINDOW = 4_096
const LONGEST = 4_000_000

/** Undoes the compression of RTF in mail (MS-OXRTFCP). Never throws; broken bytes give what was read before them. */
export function fromCompressedRtf(bytes: Buffer): Buffer {
  if (bytes.length < 16) return Buffer.alloc(0)
  const kind = bytes.readUInt32LE(8)
  if (kind === RAW) return bytes.subarray(16)
  return kind === COMPRESSED
    ? decompress(bytes.subarray(16), Math.min(bytes.readUInt32LE(4), LONGEST))
    : Buffer.alloc(0)
}

function decompress(bytes: Buffer, length: number): Buffer {
  const window = Buffer.alloc(WINDOW, 0x20)
  let write = window.write(DICTIONARY, 'latin1')
  const out: number[] = []
  const put = (byte: number) => {
    out.push(byte)
    window[write] = byte
    write = (write + 1) % WINDOW
  }
  for (let at = 0; at < bytes.length && out.length < length; ) {
    const control = bytes[at++] as number
    for (let bit = 0; bit < 8 && at < bytes.length && out.length < length; bit++) {
      if (!(control & (1 << bit))) {
        put(bytes[at++] as number)
        continue
      }
      if (at + 2 > bytes.length) return Buffer.from(out)
      const token = bytes.readUInt16BE(at)
      at += 2
      const offset = token >> 4
      if (offset === write) return Buffer.from(out)
      for (let i = 0; i < (token & 0xf) + 2; i++) put(window[(offset + i) % WINDOW] as number)
    }
  }
  return Buffer.from(out)
}

interface Group {
  isHidden: boolean
  skip: number // letters that stand for a \u in programs that know none
}

const TOKEN = /\\'([0-9a-f]{2})|\\([a-z]{1,32})(-?\d{1,10})? ?|\\([^a-z])|([{}])|[\r\n]+|([^\\{}\r\n]+)/gi
const BREAKS = new Map([
  ['par', '\n'],
  ['line', '\n'],
  ['row', '\n'],
  ['sect', '\n'],
  ['page', '\n'],
  ['tab', '\t'],
  ['cell', '\t'],
  ['emdash', '—'],
  ['endash', '–'],
  ['bullet', '•'],
  ['lquote', '‘'],
  ['rquote', '’'],
  ['ldblquote', '“'],
  ['rdblquote', '”'],
])
const UNSHOWN = new Set([
  'fonttbl',
  'colortbl',
  'stylesheet',
  'info',
  'pict',
  'object',
  'header',
  'footer',
  'htmltag',
  'mhtmltag',
])
const DEEPEST = 500

/** The words of an RTF text, without its form. */
export function rtfWords(rtf: Buffer): string {
  const source = rtf.toString('latin1', 0, LONGEST)
  let group: Group = { isHidden: false, skip: 0 }
  let fallback = 1
  let charset = 'windows-1252'
  let bytes: number[] = []
  const outer: Group[] = []
  const words: string[] = []
  const flush = () => {
    if (bytes.length) words.push(decodeBytes(Buffer.from(bytes), charset))
    bytes = []
  }
  const say = (text: string) => {
    flush()
    if (!group.isHidden) words.push(text)
  }
  for (const [, hex, word, number, symbol, brace, text] of source.matchAll(TOKEN)) {
    if (brace === '{') {
      if (outer.length < DEEPEST) outer.push({ ...group })
    } else if (brace === '}') group = outer.pop() ?? group
    else if (hex !== undefined) {
      if (group.skip > 0) group.skip--
      else if (!group.isHidden) bytes.push(Number.parseInt(hex, 16))
    } else if (symbol === '*') group.isHidden = true
    else if (symbol !== undefined)
      say({ '~': '\u00a0', _: '-', '\n': '\n', '\r': '\n' }[symbol] ?? (/[\\{}]/.test(symbol) ? symbol : ''))
    else if (word === 'u') {
      say(String.fromCharCode(Number(number) & 0xffff))
      group.skip = fallback
    } else if (word === 'uc') fallback = Math.min(Math.max(Number(number ?? 1), 0), 10)
    else if (word === 'ansicpg') charset = charsetOf(`cp${number}`) || charset
    else if (word === 'htmlrtf') group.isHidden = number !== '0'
    else if (word !== undefined && UNSHOWN.has(word)) group.isHidden = true
    else if (word !== undefined && BREAKS.has(word)) say(BREAKS.get(word) as string)
    else if (text !== undefined) {
      say(text.slice(group.skip))
      group.skip = 0
    }
  }
  flush()
  return words.join('').trim()
}
