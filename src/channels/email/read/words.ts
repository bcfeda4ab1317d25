/** The longest beginning of a line that is looked at. */
export const LONGEST_TESTED = 400

/** The line without marks of bold, table cells, direction and no width. */
export function bare(line: string): string {
  return line
    .slice(0, LONGEST_TESTED)
    .replace(/[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g, '')
    .replace(/\u00a0/g, ' ')
    .replace(/^[\s*_|]+/, '')
    .replace(/[\s*_|]+$/, '')
}

/** In lower case, a Turkish İ being an i. */
export function lower(text: string): string {
  return text.toLowerCase().replaceAll('i\u0307', 'i')
}

/** The words of a line, and pictures that say as much. */
export function wordsIn(line: string): number {
  return line.slice(0, LONGEST_TESTED).match(/[\p{L}\p{N}\p{M}]+|\p{Extended_Pictographic}/gu)?.length ?? 0
}
