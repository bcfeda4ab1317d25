import type { Meaning, Words } from './meaning.ts'
import { ADDRESS_WORDS } from './words-address.ts'
import { LAST_WORDS, MAIL_WORDS } from './words-mail.ts'

/**
 * Read from the top, the most certain first: words about us (our server, our address, our mail) come before words about the
 * recipient, because systems say "user unknown" of senders, too.
 */
const TABLE: Words[] = [...MAIL_WORDS, ...ADDRESS_WORDS, ...LAST_WORDS]

/** Statuses that say on their own what is wrong (RFC 3463 and its registry); read where no words do. */
const BY_STATUS: [RegExp, Meaning][] = [
  [/^[45]\.1\.(?:1|3|6|10)$/, { class: 'no_such_address', hard: true }],
  [/^[45]\.1\.2$/, { class: 'no_such_domain', hard: true }],
  [/^[45]\.1\.[78]$/, { class: 'spam_or_policy', hard: false }],
  [/^[45]\.2\.1$/, { class: 'disabled', hard: true }],
  [/^[45]\.2\.2$/, { class: 'mailbox_full', hard: false }],
  [/^[45]\.(?:2\.3|3\.4)$/, { class: 'too_big', hard: false }],
  [/^[45]\.3\.1$/, { class: 'mailbox_full', hard: false }],
  [/^[45]\.4\.4$/, { class: 'no_such_domain', hard: true }],
  [/^[45]\.[34]\.\d+$/, { class: 'network', hard: false }],
  [/^[45]\.7\.(?:2\d|30|515)$/, { class: 'auth_failure', hard: false }],
  [/^4\.7\.\d+$/, { class: 'rate_limited', hard: false }],
  [/^5\.[67]\.\d+$/, { class: 'spam_or_policy', hard: false }],
]

const LONGEST_WORDS = 4_000

/** What is wrong by the words that a mail system uses, or null when they say nothing that is known. */
export function meaningOfWords(words: string): (Meaning & { name: string }) | null {
  const line = words.slice(0, LONGEST_WORDS).replace(/\s+/g, ' ')
  return TABLE.find(t => t.says.test(line)) ?? null
}

/** What an enhanced status code (RFC 3463) says of itself, where the words say nothing. */
export function meaningOfStatus(status: string): Meaning | null {
  return BY_STATUS.find(([pattern]) => pattern.test(status))?.[1] ?? null
}
