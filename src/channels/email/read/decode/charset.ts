import { isUtf8 } from 'node:buffer'
import iconv from 'iconv-lite'
import { guessCharset } from './guess.ts'
import { fromIso2022, isIso2022, looksLikeIso2022 } from './iso2022.ts'

/**
 * Bytes as text. The label is what the mail says of them, or empty; since labels lie, bytes that can only be UTF-8 are
 * read as that, labels that nobody knows are guessed at, and what is nothing else is read as windows-1252. Never throws.
 */
export function decodeBytes(bytes: Buffer, label = ''): string {
  const charset = charsetOf(label)
  if (charset === 'utf-7') return iconv.decode(bytes, charset)
  if (charset === 'hz') return fromHz(bytes)
  if (/^utf-?(16|32)/.test(charset)) return fromWide(bytes, charset)
  if (isAscii(bytes)) {
    const text = bytes.toString('latin1')
    return isIso2022(charset) || looksLikeIso2022(text) ? fromIso2022(bytes) : text
  }
  if (charset === 'utf-8') return fromUtf8(bytes)
  if (isIso2022(charset) && bytes.includes(ESCAPE)) return fromIso2022(bytes)
  if (isLikelyUtf8(bytes, charset)) return bytes.toString('utf8')
  return iconv.decode(bytes, charset && !isIso2022(charset) ? charset : guessCharset(bytes))
}

const ESCAPE = 0x1b

/** The charset that a label means, in the name that the decoder knows; empty for one that says nothing. */
export function charsetOf(label: string): string {
  const plain = label
    .slice(0, 100)
    .toLowerCase()
    .replace(/^["'\s]+|["'\s;]+$/g, '')
    .replace(/\*.*$/, '') // the language of RFC 2231
  const known = LABELS.get(plain) ?? LABELS.get(plain.replace(/[^a-z0-9]/g, ''))
  if (known !== undefined) return known
  if (isIso2022(plain)) return plain
  const number = /^(?:x-)?(?:cp|win|windows|ms)[-_ ]?(?:cp)?[-_ ]?(\d{3,5})$/.exec(plain)?.[1]
  const name = number ? (number.startsWith('125') ? `windows-${number}` : `cp${number}`) : plain
  return iconv.encodingExists(name) && !NO_CHARSETS.has(name) ? name : ''
}

/** Names that the decoder takes for something else than a charset. */
const NO_CHARSETS = new Set(['base64', 'hex', 'binary', 'ucs2', 'internal', 'cesu8', 'utf7imap', 'utf-7-imap'])

/**
 * What labels mean in practice, by their letters and digits: a superset where programs write the subset's name
 * (https://encoding.spec.whatwg.org/#names-and-labels), empty where the label says nothing.
 */
const LABELS = new Map<string, string>(
  Object.entries({
    'utf-8':
      'utf8 utf 8 unicode11utf8 unicode20utf8 xunicode20utf8 utf8mb4 unicode utf8n utf8bom csutf8 cp65001 windows65001',
    'utf-7': 'utf7 unicode11utf7 unicode20utf7 csunicode11utf7 xunicode11utf7 cp65000 windows65000',
    hz: 'hz hzgb2312',
    'windows-1252':
      'latin1 iso88591 iso885911987 l1 cp819 ibm819 isoir100 88591 csisolatin1 ansi xansi cp1252 xcp1252 ' +
      'westerneuropean westerneuropeanwindows',
    'iso-8859-15': 'iso885915 latin9 l9 latin0',
    'windows-1254': 'iso88599 latin5 l5',
    'iso-8859-8': 'iso88598 iso88598i iso88598e csiso88598i logical visual',
    'iso-8859-6': 'iso88596 iso88596i iso88596e',
    windows874: 'iso885911 tis620 tis62025331 xwindows874',
    'utf-16': 'utf16 ucs2 iso10646ucs2 csunicode',
    gb18030: 'gb2312 gb231280 gbk cp936 ms936 windows936 euccn xeuccn xgbk gb18030 csgb2312 chinese csiso58gb231280 gb',
    'big5-hkscs': 'big5 big5hkscs cnbig5 xxbig5 csbig5 big5et xbig5 cp950 windows950 big5eten',
    cp949:
      'ksc56011987 ksc56011989 ksc5601 kscs56011987 ksx1001 euckr cseuckr korean windows949 cp949 ms949 uhc isoir149',
    shift_jis: 'shiftjis sjis xsjis xshiftjis mskanji windows31j cp932 ms932 csshiftjis cswindows31j',
    'euc-jp': 'eucjp xeucjp xeuc cseucpkdfmtjapanese eucjpms',
    'iso-2022-jp': 'jis xjis iso2022jpms cp50220 cp50221 cp50222 windows50220 windows50221',
    'koi8-r': 'koi8r koi koi8 cskoi8r koi8rru',
    'koi8-u': 'koi8u koi8ru',
    macintosh: 'macintosh mac xmacroman macroman csmacintosh xmac',
    maccyrillic: 'xmaccyrillic maccyrillic xmacukrainian',
    '':
      'usascii ascii 7bit 8bit iso646us ansix341968 ansix341986 us ibm367 cp367 xunknown unknown unknown8bit x8bit none default ' +
      'binary xuserdefined utf xascii',
  }).flatMap(([name, labels]) => [[name, name] as const, ...labels.split(' ').map(label => [label, name] as const)]),
)

function isAscii(bytes: Buffer): boolean {
  for (let i = 0; i < bytes.length; i++) if ((bytes[i] as number) >= 0x80) return false
  return true
}

/** UTF-8 with a few wrong bytes in it stays UTF-8; what is hardly any was something else under its name. */
function fromUtf8(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8')
  const text = bytes.toString('utf8')
  const bad = count(text, c => c === 0xfffd)
  const good = count(text, c => c >= 0x80 && c !== 0xfffd)
  return good >= bad ? text : iconv.decode(bytes, guessCharset(bytes))
}

function count(text: string, is: (code: number) => boolean): number {
  let n = 0
  for (let i = 0; i < text.length; i++) if (is(text.charCodeAt(i))) n++
  return n
}

const EAST_ASIAN = new Set(['gb18030', 'big5-hkscs', 'cp949', 'shift_jis', 'euc-jp'])

/**
 * Whether bytes under another label can only be UTF-8. A pair of bytes in an East Asian charset may look like a letter of
 * UTF-8, so there the letters of three bytes, which all its own characters have in UTF-8, must prevail.
 */
function isLikelyUtf8(bytes: Buffer, charset: string): boolean {
  if (!isUtf8(bytes)) return false
  if (!EAST_ASIAN.has(charset)) return true
  let pairs = 0
  let longer = 0
  for (const byte of bytes) {
    if (byte >= 0xe0) longer++
    else if (byte >= 0xc0) pairs++
  }
  return longer > pairs
}

/** UTF-16 and UTF-32 by their mark, else by where the zero bytes are, else big-endian (RFC 2781, 4.3). */
function fromWide(bytes: Buffer, charset: string): string {
  const width = charset.includes('32') ? 4 : 2
  const whole = bytes.subarray(0, bytes.length - (bytes.length % width))
  const little =
    (whole[0] === 0xff && whole[1] === 0xfe) ||
    (!(whole[0] === 0xfe && whole[1] === 0xff) && (/le$/.test(charset) || (!/be$/.test(charset) && hasLowZeros(whole))))
  return iconv.decode(whole, `utf-${width * 8}${little ? 'le' : 'be'}`).replace(/^\ufeff/, '')
}

function hasLowZeros(bytes: Buffer): boolean {
  let even = 0
  let odd = 0
  for (let i = 0; i + 1 < bytes.length && i < 2_000; i += 2) {
    if (bytes[i] === 0) even++
    if (bytes[i + 1] === 0) odd++
  }
  return odd > even
}

/** RFC 1843: GB 2312 with the high bits off, between ~{ and ~}. */
function fromHz(bytes: Buffer): string {
  const text = bytes.toString('latin1')
  const parts = text.split(/~([{}~]|\r?\n)/)
  let inside = false
  let words = ''
  for (const [i, part] of parts.entries()) {
    if (i % 2 === 0) words += inside ? iconv.decode(withHighBits(part), 'gb18030') : part
    else if (part === '~') words += '~'
    else if (part === '{' || part === '}') inside = part === '{'
  }
  return words
}

function withHighBits(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1')
  for (let i = 0; i < bytes.length; i++) if ((bytes[i] as number) > 0x20) bytes[i] = (bytes[i] as number) | 0x80
  return bytes
}
