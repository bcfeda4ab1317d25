/**
 * Where an html shows each picture, by `cid:` and id, or by address, in lower case: in the writer's own part, only in the
 * signature or what is quoted, or as a pixel that nobody sees.
 */
export type Shown = Map<string, 'own' | 'quoted' | 'pixel'>

const MOST_PICTURES = 2_000

// What mail programs put around signatures and quoted mails (reference: FreeScout, Discourse, and the programs' own html).
const NOT_OWN =
  /<blockquote|(?:class|id|name)\s{0,3}=\s{0,3}["']?(?:x_)?(?:gmail_(?:quote|signature|extra)|divRplyFwdMsg|appendonsend|Signature\b|moz-(?:cite-prefix|signature)|yahoo_quoted|protonmail_(?:quote|signature)|AppleMailSignature|messageReplySection|quote\b|zmail_extra|ms-outlook-mobile-signature)/i

const IMAGE = /<(?:img|image|v:imagedata|td|table|body|div)\b([^>]{1,4000})/gi
const SOURCE = /(?:src|background)\s{0,3}=\s{0,3}(?:"([^"]{1,1000})"|'([^']{1,1000})'|([^\s"'>]{1,1000}))/i
const TINY = /\b(?:width|height)\s{0,3}[=:]\s{0,3}["']?[01](?:px)?\b/i

/** Reads an html in time proportional to its length. */
export function shownBy(html: string): Shown {
  const shown: Shown = new Map()
  if (!html) return shown
  const quoted = html.search(NOT_OWN)
  let count = 0
  for (const { 1: attributes = '', index } of html.matchAll(IMAGE)) {
    const source = SOURCE.exec(attributes)
    if (!source || ++count > MOST_PICTURES) continue
    const key = keyOf(source[1] ?? source[2] ?? source[3] ?? '')
    const place = TINY.test(attributes) ? 'pixel' : quoted >= 0 && index > quoted ? 'quoted' : 'own'
    if (!shown.has(key) || place === 'own') shown.set(key, place)
  }
  return shown
}

function keyOf(source: string): string {
  const plain = source.replace(/&amp;/g, '&').trim().toLowerCase()
  if (!plain.startsWith('cid:')) return plain
  return `cid:${unescaped(plain.slice(4)).replace(/^<|>$/g, '')}`
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const LARGE = 10_000
const DATA = /data:(image\/[\w.+-]{1,60});base64,([A-Za-z0-9+/=%\s]*)/gi

/** Takes pictures that stand in the html itself out of it: large ones are files that it shows, small ones are dropped. */
export function withoutData(html: string): {
  html: string
  pictures: { type: string; contentId: string; bytes: Buffer }[]
} {
  const pictures: { type: string; contentId: string; bytes: Buffer }[] = []
  if (!html.includes('data:image/')) return { html, pictures }
  const rest = html.replace(DATA, (_, type: string, base64: string) => {
    const bytes = Buffer.from(base64.replace(/%2B/gi, '+').replace(/%2F/gi, '/'), 'base64')
    if (bytes.length < LARGE || pictures.length >= 100) return 'data:,'
    const contentId = `picture-${pictures.length + 1}@data`
    pictures.push({ type: type.toLowerCase(), contentId, bytes })
    return `cid:${contentId}`
  })
  return { html: rest, pictures }
}
