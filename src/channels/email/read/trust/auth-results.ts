/** What a mail system found when it checked where a mail comes from. Results are the words of RFC 8601, in lower case. */
export interface AuthResults {
  spf: DomainResult | null // of the envelope sender's domain
  dkim: DomainResult[] // one a signature
  dmarc: DomainResult | null // of From's domain
  login: string | null // the address of the user who logged in to hand it over
}

export interface DomainResult {
  result: string
  domain: string // lower-case; may be empty
}

const LONGEST = 20_000
const MOST_RESULTS = 100

/**
 * The value of an Authentication-Results field (RFC 8601): whose it is, and what it says. `id` is empty where none is
 * named, as by Microsoft 365. Comments are skipped; what is not understood is left out.
 */
export function readAuthResults(value: string): { id: string; results: AuthResults } {
  const parts = partsOf(value.slice(0, LONGEST))
  const first = parts[0]
  const id = first && !first.pairs.length ? (first.words[0] ?? '').toLowerCase() : ''
  const results: AuthResults = { spf: null, dkim: [], dmarc: null, login: null }
  for (const { pairs } of parts.slice(0, MOST_RESULTS)) {
    const [method = '', result = ''] = (pairs[0] ?? []).map(word => word.toLowerCase())
    METHODS[method.split('/')[0] as string]?.(results, result, new Map(pairs.slice(1)))
  }
  return { id, results }
}

type Properties = Map<string, string>

const METHODS: Record<string, (to: AuthResults, result: string, of: Properties) => void> = {
  spf(to, result, of) {
    to.spf ??= { result, domain: domainIn(of, 'smtp.mailfrom', 'smtp.mail', 'smtp.helo') }
  },
  dkim(to, result, of) {
    to.dkim.push({ result, domain: domainIn(of, 'header.d', 'header.i') })
  },
  dmarc(to, result, of) {
    to.dmarc ??= { result, domain: domainIn(of, 'header.from') }
  },
  auth(to, result, of) {
    if (result === 'pass') to.login ??= of.get('smtp.auth')?.toLowerCase() ?? null
  },
}

function domainIn(of: Properties, ...names: string[]): string {
  const value = names.map(name => of.get(name)).find(v => v) ?? ''
  return value
    .slice(value.lastIndexOf('@') + 1)
    .replace(/[<>.]+$/, '')
    .toLowerCase()
}

interface Part {
  words: string[]
  pairs: [key: string, value: string][]
}

/** What stands between the semicolons: single words, and pairs `key=value`, whose values may hold a `=` themselves. */
function partsOf(text: string): Part[] {
  const parts: Part[] = [{ words: [], pairs: [] }]
  let at = blankFrom(text, 0)
  while (at < text.length) {
    const part = parts.at(-1) as Part
    if (text[at] === ';') {
      parts.push({ words: [], pairs: [] })
      at = blankFrom(text, at + 1)
      continue
    }
    const key = wordFrom(text, at, '=')
    const after = blankFrom(text, key.end)
    if (text[after] !== '=') {
      part.words.push(key.word)
      at = after === at ? after + 1 : after
      continue
    }
    const value = wordFrom(text, blankFrom(text, after + 1), '')
    part.pairs.push([key.word.toLowerCase(), value.word])
    at = blankFrom(text, value.end)
  }
  return parts
}

/** Behind blanks and comments, which may be nested. */
function blankFrom(text: string, from: number): number {
  let depth = 0
  let at = from
  for (; at < text.length; at++) {
    const c = text[at] as string
    if (c === '(') depth++
    else if (depth && c === ')') depth--
    else if (depth && c === '\\') at++
    else if (!depth && !/\s/.test(c)) return at
  }
  return at
}

/** A word up to a blank, a semicolon, a comment or one of `stops`; parts of it may be quoted. */
function wordFrom(text: string, from: number, stops: string): { word: string; end: number } {
  let word = ''
  let quoted = false
  let at = from
  for (; at < text.length; at++) {
    const c = text[at] as string
    if (c === '"') quoted = !quoted
    else if (quoted && c === '\\') word += text[++at] ?? ''
    else if (!quoted && (/[\s;(]/.test(c) || stops.includes(c))) break
    else word += c
  }
  return { word, end: at }
}
