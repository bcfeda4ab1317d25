export type Token = string | Token[]

/** The tokens of an IMAP command line; `\0n\0` stands for the n-th of the literals. */
export function tokensOf(line: string, literals: Buffer[]): Token[] {
  const reader = { line, at: 0, literals }
  return readList(reader, '')
}

/** What `1,3:5,9:*` selects, where `*` is the largest there is: `9:*` includes it even when it is below nine. */
export function inSet(set: string, largest: number): (value: number) => boolean {
  const ranges = set.split(',').map(part => {
    const [from = '', to = from] = part.split(':')
    const ends = [from, to].map(end => (end === '*' ? largest : Number(end)))
    return { low: Math.min(...ends), high: Math.max(...ends) }
  })
  return value => ranges.some(({ low, high }) => low <= value && value <= high)
}

interface Reader {
  line: string
  at: number
  literals: Buffer[]
}

function readList(reader: Reader, end: '' | ')'): Token[] {
  const tokens: Token[] = []
  while (reader.at < reader.line.length) {
    const next = reader.line[reader.at]
    if (next === end) {
      reader.at += 1
      break
    }
    if (next === ' ') reader.at += 1
    else tokens.push(readToken(reader, next ?? ''))
  }
  return tokens
}

function readToken(reader: Reader, first: string): Token {
  if (first === '(') {
    reader.at += 1
    return readList(reader, ')')
  }
  if (first === '"') return take(reader, /"((?:[^"\\]|\\.)*)"/y).replace(/\\(.)/g, '$1')
  if (first === '\0') return reader.literals[Number(take(reader, /\0(\d+)\0/y))]?.toString('latin1') ?? ''
  return take(reader, /((?:\[[^\]]*\]|[^\s()"[])+)/y)
}

function take(reader: Reader, pattern: RegExp): string {
  pattern.lastIndex = reader.at
  const match = pattern.exec(reader.line)
  if (!match) throw new SyntaxError(`Cannot read ${reader.line.slice(reader.at)}`)
  reader.at = pattern.lastIndex
  return match[1] ?? ''
}
