import type { Envelope } from '../../receive/recipients.ts'
import type { Headers } from '../decode/parse.ts'

interface Mark {
  header: string
  says: RegExp // of its value
}

/** By which fields mail systems say that a mail is spam, and how the value begins or reads then. */
const MARKS: Mark[] = [
  { header: 'x-spam-flag', says: /^yes/i },
  { header: 'x-spam-status', says: /^yes/i },
  { header: 'x-spam', says: /^(yes|true|spam)\b/i },
  { header: 'x-spam-result', says: /^(spam|yes)\b/i },
  { header: 'x-spamd-result', says: /^default: true\b/i }, // rspamd
  { header: 'x-rspamd-action', says: /^(reject|add header|rewrite subject)/i },
  { header: 'x-forefront-antispam-report', says: /(?:^|;)\s*SFV:(SPM|SKB)\b/i }, // Microsoft 365
  { header: 'x-ms-exchange-organization-scl', says: /^\s*[5-9]\b/ },
  { header: 'x-barracuda-spam-flag', says: /^yes/i },
  { header: 'x-dspam-result', says: /^spam/i },
  { header: 'x-bogosity', says: /^(yes|spam)\b/i },
  { header: 'x-proofpoint-spam-details', says: /\brule=spam\b/i },
  { header: 'x-ovh-spam-status', says: /^(spam|yes)/i },
  { header: 'x-gnd-spam-status', says: /^(spam|yes)/i },
]

/**
 * Why the mail system that brought a mail takes it for spam, a finished sentence, or null. A sender who writes such a mark
 * into their own mail harms nobody but themselves, so that it does not matter who wrote it.
 */
export function junkOf(headers: Headers, envelope: Envelope): string | null {
  if (envelope.junk) return 'The mail system put it among the spam.'
  const mark = MARKS.find(m => (headers.get(m.header) ?? []).some(value => m.says.test(value.slice(0, 2_000))))
  return mark ? `The mail system marked it as spam (${mark.header}).` : null
}
