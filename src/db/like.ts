/**
 * A pattern for LIKE of what holds a text somewhere, in lower case. `%`, `_` and `\` would mean something there; they are
 * seldom looked for, so they match any one character.
 */
export function containing(text: string): string {
  return `%${text.toLowerCase().replace(/[%_\\]/g, '_')}%`
}
