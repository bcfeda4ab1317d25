/**
 * The same text without what cannot be seen and only misleads: control characters, marks that turn the direction of
 * writing, blanks of no width, halves of characters. Line ends become "\n"; tabs stay.
 */
export function clean(text: string): string {
  return text
    .replace(/\r\n?|[\u0085\u2028\u2029]/g, '\n')
    .replace(/[\v\f]/g, ' ')
    .replace(unseen, '')
    .replace(looseJoiners, '')
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: it is these that go
const controls = /[\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f]/u
const unseen = new RegExp(
  [
    controls.source,
    '[\\u00ad\\u034f\\u061c\\u180e\\u200b\\u200e\\u200f\\u202a-\\u202e\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb]',
    '[\\u{e0000}-\\u{e007f}]',
    '\\p{Cs}',
  ].join('|'),
  'gu',
)

/** Joiners belong inside emoji and inside words of scripts that join; elsewhere they pad or disguise. */
const joining = '(?!\\p{Script=Latin})[\\p{L}\\p{M}\\p{Extended_Pictographic}\\p{Emoji_Modifier}\\ufe0f]'
const looseJoiners = new RegExp(`(?<!${joining})[\\u200c\\u200d]|[\\u200c\\u200d](?!${joining})`, 'gu')
