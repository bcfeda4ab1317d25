const LONGEST = 78 // as much as mail programs show

/**
 * What a mail can be called that was given no subject: its first sentence, cut at a word where it is long, and never inside
 * of a variable.
 */
export function subjectFrom(text: string): string {
  const [line = ''] = text.trim().split('\n')
  const [sentence = line] = /^.+?[.!?…](?=\s|$)/.exec(line) ?? []
  const whole = sentence.replace(/[.\s]+$/, '').replace(/\s+/g, ' ')
  if (whole.length <= LONGEST) return whole || line
  const head = whole.slice(0, LONGEST).replace(/\{[{%](?:(?!\}|%\}).)*$/, '')
  const words = head.replace(/\s+\S*$/, '')
  return `${(words || head).replace(/[\ud800-\udbff]$/, '').trimEnd()}…`
}
