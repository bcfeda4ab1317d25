import iconv from 'iconv-lite'

/**
 * ISO-2022-JP (RFC 1468, RFC 2237) with the characters that vendors added, ISO-2022-KR (RFC 1557) and the Chinese part of
 * ISO-2022-CN (RFC 1922): escape sequences say what the bytes after them are. Each run is read by the charset that has
 * the same characters with the high bit on.
 */
export function fromIso2022(bytes: Buffer): string {
  const runs = bytes.toString('latin1').split(SHIFT)
  let set: Set | null = null
  let shifted: Set | null = null // what stands between SO and SI
  let words = ''
  for (const [i, run] of runs.entries()) {
    if (i % 2 === 0) words += run && decodeRun(run, set)
    else if (run === '\x0e') set = shifted ?? katakana
    else if (run === '\x0f') set = null
    else if (run.startsWith('\x1b$)')) shifted = run === '\x1b$)C' ? korean : chinese
    else set = SETS.get(run) ?? null
  }
  return words
}

export function isIso2022(charset: string): boolean {
  return charset.startsWith('iso-2022-')
}

/** Text of another label that has the escape sequences of Japanese or Korean mail in it. */
export function looksLikeIso2022(text: string): boolean {
  return text.includes('\x1b$') && ['@', 'B', '(D', ')C'].some(set => text.includes(`\x1b$${set}`))
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
const SHIFT = /(\x1b\$[@AB]|\x1b\$[()][A-Z]|\x1b\([A-Z]|\x1b&@|[\x0e\x0f])/

interface Set {
  charset: string
  before: number | null // a byte that the charset wants in front of each character
  width: 1 | 2
}

const japanese: Set = { charset: 'euc-jp', before: null, width: 2 }
const japaneseMore: Set = { charset: 'euc-jp', before: 0x8f, width: 2 }
const katakana: Set = { charset: 'euc-jp', before: 0x8e, width: 1 }
const korean: Set = { charset: 'cp949', before: null, width: 2 }
const chinese: Set = { charset: 'gb18030', before: null, width: 2 }

const SETS = new Map<string, Set>([
  ['\x1b$@', japanese],
  ['\x1b$B', japanese],
  ['\x1b$(B', japanese],
  ['\x1b$(D', japaneseMore],
  ['\x1b$A', chinese],
  ['\x1b$(C', korean],
  ['\x1b(I', katakana],
])

function decodeRun(run: string, set: Set | null): string {
  const raw = Buffer.from(run, 'latin1')
  if (!set) return raw.every(b => b < 0x80) ? run : iconv.decode(raw, 'shift_jis')
  const bytes: number[] = []
  for (let i = 0; i < raw.length; ) {
    const first = raw[i] as number
    const isCharacter = first > 0x20 && first < 0x80 && i + set.width <= raw.length
    if (isCharacter && set.before !== null) bytes.push(set.before)
    for (let n = isCharacter ? set.width : 1; n > 0; n--, i++)
      bytes.push(isCharacter ? (raw[i] as number) | 0x80 : (raw[i] as number))
  }
  return iconv.decode(Buffer.from(bytes), set.charset)
}
