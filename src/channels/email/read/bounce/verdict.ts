import type { ArrivalKind, BounceClass } from '../../../../core/arrival.ts'
import type { Meaning } from './meaning.ts'
import { meaningOfStatus, meaningOfWords } from './words.ts'

/** What is known of one recipient before it is judged. */
export interface Account {
  addresses: string[]
  action: string
  status: string // empty when the report gives none
  words: string
}

const LONGEST_WORDS = 300

/** What became of one recipient. */
export interface Judgement extends Meaning {
  permanent: boolean
  status: string | null
  words: string
}

const MOST_CONTEXT = 3_000

/** Judges by a recipient's words before its status, and by its own words before those of the whole report. */
export function judge(account: Account, text: string, kind: ArrivalKind): Judgement {
  const own = account.words
  const context = text.slice(0, MOST_CONTEXT)
  const status = statusOf(account.status, own, context)
  const meaning =
    meaningOfWords(own && AFTER_DATA.test(context) ? `${own} (in reply to end of DATA)` : own) ??
    (specific(status) ? meaningOfStatus(status) : null) ??
    meaningOfWords(context) ??
    meaningOfStatus(status)
  const permanent = kind === 'bounce' && isPermanent(account, status, own, context, meaning)
  return {
    class: meaning?.class ?? 'other',
    hard: permanent && !!meaning?.hard,
    permanent,
    status: status || null,
    words: oneLine(own || context),
  }
}

/** A server that took the recipient and then refused the mail: the address exists. */
const AFTER_DATA = /\bin reply to end\s+of\s+DATA\b|\bafter end of data\b/i

const STATUS = /(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])/

/** The most telling status: that of the report, unless it says nothing and the words do. */
function statusOf(reported: string, own: string, context: string): string {
  const inWords = STATUS.exec(own)?.[0] ?? ''
  if (specific(reported)) return reported
  if (specific(inWords)) return inWords
  return reported || inWords || (STATUS.exec(context)?.[0] ?? '')
}

function specific(status: string): boolean {
  return status !== '' && !/^\d\.(?:0\.0|\d\.0|0\.\d+)$/.test(status)
}

const REPLY_CODE = /(?<![\d.#-])([45])\d\d(?=[ ,;:-]|$)/
const TEMPORARY =
  /temporar|transient|retry time(?:out)? (?:not reached|exceeded)|failing for a long time|try again later|still being retried|will (?:be )?(?:retr|keep trying|continue)|delayed|deferred/i

/** Whether trying again is of no use: by status, then by reply code, then by words. */
function isPermanent(account: Account, status: string, own: string, context: string, meaning: Meaning | null): boolean {
  if (account.action === 'delayed') return false
  if (status) return status.startsWith('5')
  const code = REPLY_CODE.exec(own)?.[1] ?? REPLY_CODE.exec(context)?.[1]
  if (code) return code === '5'
  if (meaning?.permanent !== undefined) return meaning.permanent
  return !(TEMPORARY.test(own) || meaning?.class === 'rate_limited')
}

function oneLine(words: string): string {
  const line = words.replace(/\s+/g, ' ').trim()
  return line.length > LONGEST_WORDS ? `${line.slice(0, LONGEST_WORDS - 3).toWellFormed()}...` : line
}

/** What is told to agents; `who` is an address or "the recipient". */
const REASONS: Record<BounceClass, (who: string) => string> = {
  no_such_address: who => `The address ${who} does not exist.`,
  no_such_domain: who => `The domain of ${who} does not exist or takes no mail.`,
  mailbox_full: who => `The mailbox of ${who} is full.`,
  disabled: who => `The mailbox of ${who} is switched off.`,
  too_big: who => `The mail is too large for the mail system of ${who}.`,
  spam_or_policy: who => `The mail system of ${who} refused the mail as spam or against its rules.`,
  auth_failure: who =>
    `The mail system of ${who} could not verify that the mail is from us; our SPF, DKIM or DMARC must be looked into.`,
  rate_limited: who => `The mail system of ${who} takes no more mail from us at the moment.`,
  network: who => `The mail system of ${who} could not be reached or did not take the mail in time.`,
  relay_denied: who => `A mail server on the way refused to pass the mail on to ${who}.`,
  other: who => `The mail to ${who} could not be delivered.`,
}

/** Why the first recipient did not get the mail, in finished sentences for agents, and how many more did not. */
export function reasonOf(judged: Judgement, accounts: Account[], kind: ArrivalKind): string {
  const who = accounts[0]?.addresses[0] ?? 'the recipient'
  const more = accounts.length > 1 ? ` ${others(accounts.length - 1)} not get it either.` : ''
  if (kind === 'bounce') return `${REASONS[judged.class](who)}${more}`
  const why = judged.class === 'other' ? '' : ` ${REASONS[judged.class](who)}`
  return `The mail to ${who} is not delivered yet, and its mail system goes on trying.${why}`
}

function others(count: number): string {
  return count === 1 ? 'One more recipient did' : `${count} more recipients did`
}
