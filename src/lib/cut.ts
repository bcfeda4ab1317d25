/** The text in at most `most` UTF-16 units, with an ellipsis where it was cut and never half a character. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text
  return `${text.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…`
}
