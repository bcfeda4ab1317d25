/** Some of Slack's names of emoji; what is not here stays as it was typed. */
const UNICODE: Record<string, string> = {
  '+1': '1f44d',
  tada: '1f389',
  wave: '1f44b',
  heart: '2764-fe0f',
  pray: '1f64f',
  smile: '1f604',
  slightly_smiling_face: '1f642',
  joy: '1f602',
  thinking_face: '1f914',
  eyes: '1f440',
  rocket: '1f680',
  fire: '1f525',
  tulip: '1f337',
  package: '1f4e6',
  warning: '26a0-fe0f',
  white_check_mark: '2705',
  x: '274c',
  lock: '1f512',
  arrows_counterclockwise: '1f504',
  rotating_light: '1f6a8',
  email: '2709-fe0f',
  hourglass_flowing_sand: '23f3',
}

/** Those that every workspace has, as far as this Slack knows them. */
export const STANDARD_NAMES = Object.keys(UNICODE)

const NAMES = new Map(Object.entries(UNICODE).map(([name, code]) => [character(code), name]))
const ANY = new RegExp([...NAMES.keys()].join('|'), 'gu')

/** The emoji element of a name, with its code points where they are known. */
export function emojiElement(name: string): { type: 'emoji'; name: string; unicode?: string } {
  const unicode = UNICODE[name]
  return { type: 'emoji', name, ...(unicode ? { unicode } : {}) }
}

/** The text with known emoji by name, as Slack stores what somebody typed. */
export function named(text: string): string {
  return text.replace(ANY, emoji => `:${NAMES.get(emoji)}:`)
}

function character(code: string): string {
  return String.fromCodePoint(...code.split('-').map(part => Number.parseInt(part, 16)))
}
