import type { ArrivalKind } from '../../../../core/arrival.ts'
import { signedBy } from '../../../../lib/sign.ts'
import { OWN_HEADER, OWN_PURPOSE } from '../../send/compose.ts'
import type { RecipientReport } from '../bounce/report.ts'
import {
  ADMINISTRATOR,
  AUTO_HEADERS,
  BOUNCE_OPENING,
  BULK_HEADERS,
  CHALLENGE_HEADERS,
  DAEMON,
  DAEMON_NAME,
  MENTIONS_FAILURE,
  NO_REPLY,
  POSTMASTER,
  PROGRAM_HEADERS,
  READ_SENTENCE,
  TRANSCRIPT,
} from './machine-signs.ts'
import {
  ABSENCE_SUBJECT,
  ACKNOWLEDGEMENT_SUBJECT,
  BOUNCE_SUBJECT,
  DELAY_SUBJECT,
  RECEIPT_SUBJECT,
} from './subject-words.ts'

/** What the rules look at. Header values are as they came, unfolded; names are in lower case. */
export interface Traits {
  header(name: string): string // empty when there is none
  names: ReadonlySet<string>
  from: string // address
  author: string // the From header as it came
  replyTo: string // address or empty
  nullSender: boolean // it came from `<>`
  subject: string
  opening: string // the beginning of its text
  reports: RecipientReport[] // what the fields of a delivery report say
  disposition: boolean // has a message/disposition-notification part
  complaint: boolean // has the fields of a complaint
  calendar: string // the method of the calendar part that is its body, in upper case, or empty
}

interface Rule {
  name: string // stored and shown
  kind: ArrivalKind
  is(t: Traits, key: Buffer): boolean
}

const ALL_DELIVERED = /^(?:delivered|relayed|expanded)$/

/** Read from the top; the first that fits names the mail. None fits a mail that a person wrote. */
const RULES: Rule[] = [
  { name: 'our own mark', kind: 'loop', is: (t, key) => isOwn(t.header(OWN_HEADER.toLowerCase()), key) },
  {
    name: 'complaint report',
    kind: 'complaint',
    is: t => t.complaint || /report-type[ \t]*=[ \t]*"?feedback-report/i.test(t.header('content-type')),
  },
  {
    name: 'complaint from a mailbox provider',
    kind: 'complaint',
    is: t =>
      t.names.has('x-apple-unsubscribe') ||
      /^\s*(?:complaint about message from \d|e-?mail feedback report|e-?mail abuse report|abuse report\b.{0,40}(?:from|for) )/i.test(
        t.subject,
      ),
  },
  {
    name: 'read receipt',
    kind: 'receipt',
    is: t => t.disposition || /report-type[ \t]*=[ \t]*"?disposition-notification/i.test(t.header('content-type')),
  },
  {
    name: 'delivery report: delivered',
    kind: 'receipt',
    is: t => t.reports.length > 0 && t.reports.every(r => ALL_DELIVERED.test(r.action)),
  },
  {
    name: 'delivery report: delayed',
    kind: 'delayed',
    is: t =>
      t.reports.some(r => r.action === 'delayed') &&
      t.reports.every(r => r.action === 'delayed' || ALL_DELIVERED.test(r.action)),
  },
  {
    name: 'delivery report',
    kind: 'bounce',
    is: t =>
      t.reports.some(r => r.addresses.length > 0 || r.action !== '') &&
      (isReport(t) || isMachine(t) || (BOUNCE_SUBJECT.test(t.subject) && !isAnswer(t))),
  },
  { name: 'delivery delayed', kind: 'delayed', is: t => (isDaemon(t) || isReport(t)) && saysDelayed(t) },
  { name: 'X-Failed-Recipients', kind: 'bounce', is: t => t.names.has('x-failed-recipients') },
  {
    name: 'subject of a receipt',
    kind: 'receipt',
    is: t => RECEIPT_SUBJECT.test(t.subject) && (isReport(t) || isMachine(t) || READ_SENTENCE.test(t.opening)),
  },
  { name: 'multipart/report', kind: 'bounce', is: t => isReport(t) && !ABSENCE_SUBJECT.test(t.subject) },
  { name: 'from the mail system', kind: 'bounce', is: t => isDaemon(t) && !ABSENCE_SUBJECT.test(t.subject) },
  {
    name: 'subject of a bounce from a machine',
    kind: 'bounce',
    is: t => BOUNCE_SUBJECT.test(t.subject) && isMachine(t),
  },
  {
    name: 'words of a mail system',
    kind: 'bounce',
    is: t =>
      BOUNCE_OPENING.test(t.opening) &&
      !ABSENCE_SUBJECT.test(t.subject) &&
      (isMachine(t) ? MENTIONS_FAILURE.test(t.opening) : BOUNCE_SUBJECT.test(t.subject) && !isAnswer(t)),
  },
  {
    name: 'transcript of a refusal',
    kind: 'bounce',
    is: t => isMachine(t) && TRANSCRIPT.test(t.opening) && !ABSENCE_SUBJECT.test(t.subject),
  },
  {
    name: 'calendar',
    kind: 'calendar',
    is: t => /^(?:REQUEST|REPLY|CANCEL|COUNTER|DECLINECOUNTER)$/.test(t.calendar),
  },
  { name: 'subject of an absence note', kind: 'ooo', is: t => ABSENCE_SUBJECT.test(t.subject) },
  {
    name: 'Auto-Submitted: auto-replied',
    kind: 'ooo',
    is: t => /^auto-replied/i.test(t.header('auto-submitted')),
  },
  { name: 'Auto-Submitted', kind: 'auto', is: isAutoSubmitted },
  {
    name: 'automatic answer header',
    kind: 'ooo',
    is: t => AUTO_HEADERS.some(h => t.names.has(h) && !/^(?:no|false|0)\b/i.test(t.header(h))),
  },
  {
    name: 'Delivered-To: autoresponder',
    kind: 'ooo',
    is: t => /\bautoresponder\b/i.test(t.header('delivered-to')),
  },
  {
    name: 'vacation program',
    kind: 'ooo',
    is: t =>
      /\bvacation\b/i.test(t.header('x-mailer')) ||
      /vacation/i.test(t.header('x-apple-action')) ||
      [...t.names].some(n => /holidayreply|^x-vacation/.test(n)),
  },
  { name: 'machine generated', kind: 'auto', is: t => [...t.names].some(n => /machinegenerated/.test(n)) },
  {
    name: 'Precedence',
    kind: 'auto',
    is: t => /^(?:auto_?reply|bulk|junk)\b/i.test(t.header('precedence') || t.header('x-precedence')) && !isList(t),
  },
  { name: 'from the null sender', kind: 'auto', is: t => t.nullSender },
  { name: 'from the postmaster', kind: 'auto', is: t => /^postmaster@/.test(t.from) },
  {
    name: 'from an address that takes no replies',
    kind: 'auto',
    is: t => isNoReply(t.from) && (!t.replyTo || isNoReply(t.replyTo)),
  },
  {
    name: 'acknowledgement or challenge',
    kind: 'auto',
    is: t => ACKNOWLEDGEMENT_SUBJECT.test(t.subject) && !isAnswer(t),
  },
  { name: 'challenge header', kind: 'auto', is: t => CHALLENGE_HEADERS.some(h => t.names.has(h)) },
  { name: 'newsletter', kind: 'auto', is: t => t.names.has('list-unsubscribe') && !isList(t) && isBulk(t) },
  {
    name: 'asks for no automatic answer, and no mail program made it',
    kind: 'auto',
    is: t =>
      /\b(?:all|oof|autoreply)\b/i.test(t.header('x-auto-response-suppress')) &&
      !isAnswer(t) &&
      !PROGRAM_HEADERS.some(h => t.names.has(h)),
  },
  { name: 'mailing list', kind: 'list', is: isList },
]

/** What kind of mail it is, and by which rule. */
export function classify(traits: Traits, key: Buffer): { kind: ArrivalKind; rule: string } {
  const rule = RULES.find(r => r.is(traits, key))
  return rule ? { kind: rule.kind, rule: rule.name } : { kind: 'human', rule: 'no sign of a machine' }
}

/** Whether an address says of itself that nobody reads what is sent to it. */
export function isNoReply(address: string): boolean {
  return NO_REPLY.test(address)
}

function isReport(t: Traits): boolean {
  return /^multipart\/report/i.test(t.header('content-type'))
}

function isDaemon(t: Traits): boolean {
  return DAEMON.test(t.from) || DAEMON_NAME.test(t.author)
}

function isAutoSubmitted(t: Traits): boolean {
  const value = t.header('auto-submitted').trim().toLowerCase()
  return value !== '' && !/^no\b/.test(value)
}

/** Whether it comes from no person's mailbox. */
function isMachine(t: Traits): boolean {
  return (
    t.nullSender ||
    isDaemon(t) ||
    POSTMASTER.test(t.from) ||
    isNoReply(t.from) ||
    isAutoSubmitted(t) ||
    (ADMINISTRATOR.test(t.from) && !isAnswer(t))
  )
}

function saysDelayed(t: Traits): boolean {
  return (
    DELAY_SUBJECT.test(t.subject) ||
    (/\bwarning\b/i.test(t.subject) &&
      /still (?:being )?(?:retr|try)|will (?:be retried|keep|continue)|not (?:yet )?been delivered/i.test(t.opening))
  )
}

function isAnswer(t: Traits): boolean {
  return (
    t.names.has('in-reply-to') ||
    t.names.has('references') ||
    /^\s*(?:re|aw|sv|antw|vs|odp|fwd?|wg|tr|rv|ris)\s*:/i.test(t.subject)
  )
}

/** A list that people write to; `List-Post: NO` is of one that they only read. */
function isList(t: Traits): boolean {
  if (/^\s*no\b/i.test(t.header('list-post'))) return false
  return t.names.has('list-post') || /^list\b/i.test(t.header('precedence')) || (t.names.has('list-id') && !isBulk(t))
}

function isBulk(t: Traits): boolean {
  return (
    /^(?:bulk|junk)\b/i.test(t.header('precedence') || t.header('x-precedence')) ||
    BULK_HEADERS.some(h => t.names.has(h)) ||
    isNoReply(t.from)
  )
}

function isOwn(value: string, key: Buffer): boolean {
  const dot = value.lastIndexOf('.')
  return dot > 0 && signedBy(key, OWN_PURPOSE, value.slice(0, dot).trim(), value.slice(dot + 1).trim())
}
