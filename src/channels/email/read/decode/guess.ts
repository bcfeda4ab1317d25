/**
 * The charset that unlabelled bytes, which are no UTF-8, most likely are in: the one under which they are ordinary text
 * of a language that uses it. Short or mixed bytes are windows-1252, which has a character for nearly all of them.
 */
export function guessCharset(bytes: Buffer): string {
  const sample = bytes.subarray(0, SAMPLE)
  let best = { charset: 'windows-1252', score: 0 }
  for (const { charset, pairs } of WIDE) {
    const score = pairScore(sample, pairs)
    if (score > best.score) best = { charset, score }
  }
  if (best.score >= ENOUGH) return best.charset
  return cyrillic(sample) ?? 'windows-1252'
}

const SAMPLE = 4_096
const ENOUGH = 0.6

interface Pairs {
  lead(byte: number): boolean
  trail(byte: number): boolean
  /** How ordinary the character is: 1 for what texts are made of, 0 for one that exists, less for one that speaks against it. */
  weight(lead: number, trail: number): number
}

const within = (from: number, to: number) => (byte: number) => byte >= from && byte <= to

const WIDE: { charset: string; pairs: Pairs }[] = [
  {
    charset: 'euc-jp',
    pairs: {
      lead: within(0xa1, 0xfe),
      trail: within(0xa1, 0xfe),
      weight: lead => (lead === 0xa4 || lead === 0xa5 ? 1.2 : lead >= 0xb0 && lead <= 0xcf ? 0.5 : 0.3),
    },
  },
  {
    charset: 'shift_jis',
    pairs: {
      lead: byte => within(0x81, 0x9f)(byte) || within(0xe0, 0xef)(byte),
      trail: byte => byte >= 0x40 && byte <= 0xfc && byte !== 0x7f,
      weight: (lead, trail) =>
        (lead === 0x82 && trail >= 0x9f) || (lead === 0x83 && trail <= 0x96) || lead === 0x81
          ? 1.2
          : lead >= 0x88 && lead <= 0x97
            ? 0.9
            : 0.1,
    },
  },
  {
    charset: 'gb18030',
    pairs: {
      lead: within(0xa1, 0xf7),
      trail: within(0xa1, 0xfe),
      weight: lead => (lead >= 0xb0 && lead <= 0xd7 ? 1 : lead === 0xa1 || lead === 0xa3 ? 0.8 : 0.2),
    },
  },
  {
    charset: 'big5-hkscs',
    pairs: {
      lead: within(0xa1, 0xf9),
      trail: byte => within(0x40, 0x7e)(byte) || within(0xa1, 0xfe)(byte),
      weight: (lead, trail) => (lead >= 0xa4 && lead <= 0xc6 ? (trail < 0x80 ? 1.3 : 0.7) : lead <= 0xa3 ? 0.6 : 0.1),
    },
  },
  {
    charset: 'cp949',
    pairs: {
      lead: within(0xa1, 0xfe),
      trail: within(0xa1, 0xfe),
      weight: lead => (lead >= 0xb0 && lead <= 0xc8 ? 1.05 : -0.5), // Chinese goes on where Hangul ends
    },
  },
]

/**
 * How ordinary the pairs are on average; 0 as soon as the bytes break the charset's rule, or when few pairs stand side by
 * side, as the letters of Álvaro and Ávila do not.
 */
function pairScore(bytes: Buffer, { lead, trail, weight }: Pairs): number {
  let pairs = 0
  let adjacent = 0
  let end = -1
  let sum = 0
  for (let i = 0; i < bytes.length; i++) {
    const first = bytes[i] as number
    if (first < 0x80) continue
    if (i + 1 === bytes.length) break // cut off in the middle
    const second = bytes[i + 1] as number
    if (!lead(first) || !trail(second)) return 0
    sum += weight(first, second)
    if (end === i) adjacent++
    end = i + 2
    pairs++
    i++
  }
  return pairs >= 2 && adjacent * 3 >= pairs ? sum / pairs : 0
}

/** Words of nothing but high bytes are Cyrillic: KOI8-R has its small letters where windows-1251 has the capitals. */
function cyrillic(bytes: Buffer): string | null {
  let letters = 0
  let low = 0 // 0xc0 to 0xdf
  let ascii = 0
  for (const byte of bytes) {
    if (byte >= 0xc0) {
      letters++
      if (byte < 0xe0) low++
    } else if ((byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a)) ascii++
  }
  if (letters < 4 || letters < ascii) return null
  return low > letters / 2 ? 'koi8-r' : 'windows-1251'
}
