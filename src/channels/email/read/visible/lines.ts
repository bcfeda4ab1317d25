/** The longest beginning of a line that is looked at. */
export const LONGEST_TESTED = 400

/** The line without marks of bold, table cells, direction and no width. */
export function bare(line: string): string {
  const text = seen(line)
  let from = 0
  let to = text.length
  while (from < to && isMark(text, from)) from++
  while (to > from && isMark(text, to - 1)) to--
  return text.slice(from, to)
}

/** The line's beginning without what cannot be seen. */
export function seen(line: string): string {
  const text = line.slice(0, LONGEST_TESTED)
  return UNSEEN.test(text)
    ? text.replace(/[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g, '').replaceAll('\u00a0', ' ')
    : text
}

const UNSEEN = /[\u00a0\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/

function isMark(text: string, at: number): boolean {
  const char = text.charCodeAt(at)
  return char <= 32 || char === 42 || char === 95 || char === 124 || (char > 160 && /\s/.test(text.charAt(at)))
}

/** In lower case, a Turkish İ being an i. */
export function lower(text: string): string {
  return text.toLowerCase().replaceAll('i\u0307', 'i')
}

/** The words of a line, and pictures that say as much. */
export function wordsIn(line: string): number {
  return line.slice(0, LONGEST_TESTED).match(/[\p{L}\p{N}\p{M}]+|\p{Extended_Pictographic}/gu)?.length ?? 0
}

/** The longest of many words that a text begins with (or, with `end`, ends with), found by its first two letters. */
export function beginnings(words: string[], end = false): (text: string) => string | undefined {
  const key = (text: string) => (end ? text.slice(-2) : text.slice(0, 2))
  const byKey = new Map<string, string[]>()
  for (const word of words.toSorted((a, b) => b.length - a.length)) {
    const found = byKey.get(key(word))
    if (found) found.push(word)
    else byKey.set(key(word), [word])
  }
  return text => byKey.get(key(text))?.find(word => (end ? text.endsWith(word) : text.startsWith(word)))
}

/** The entries of a table: `xx: one | two`, a line for each language. */
export function listed(table: string): string[] {
  const lines = table.split('\n').map(line => line.slice(line.indexOf(':') + 1))
  const words = lines.flatMap(line => line.split('|')).map(word => word.trim())
  return [...new Set(words.filter(word => word !== ''))]
}
