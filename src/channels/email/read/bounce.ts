import { plainText } from '../../../core/document.ts'
import type { ArrivalKind, Bounce, BounceClass } from '../../../core/letter.ts'
import { type Failure, failuresIn } from './bounce-shapes.ts'
import { type Meaning, meaningOfStatus, meaningOfWords } from './bounce-words.ts'
import { clean } from './clean.ts'
import { fromHtml } from './html.ts'
import type { Headers, Mail } from './parse.ts'
import { addressesIn, type RecipientReport, reportedRecipients } from './report.ts'
import { aboveReturned, bodyOf, returnedHeaders } from './returned.ts'

const MOST_RECIPIENTS = 100
const MOST_JUDGED = 20
const LONGEST_TEXT = 200_000
const LONGEST_WORDS = 300

/** What is known of one recipient before it is judged. */
interface Account {
  addresses: string[]
  action: string
  status: string // empty when the report gives none
  words: string
}

/**
 * What a delivery report says: the fields of RFC 3464 first, then headers of its own, then the words of systems that send
 * no such fields, at last the mail that it returns. Null for a mail that is no report of a failure or delay.
 */
export function readBounce(mail: Mail, kind: ArrivalKind): Bounce | null {
  if (kind !== 'bounce' && kind !== 'delayed') return null
  const text = aboveReturned(textOf(mail))
  const returned = returnedHeaders(mail)
  const isOwn = ownAddresses(mail, returned)
  const accounts = accountsOf(mail, text, returned, isOwn)
  const judged = accounts.slice(0, MOST_JUDGED).map(a => judge(a, text, kind))
  const recipients = [...new Set(accounts.flatMap(a => a.addresses))].slice(0, MOST_RECIPIENTS)
  const [first] = judged as [Judgement]
  const permanent = judged.every(j => j.permanent)
  return {
    recipients,
    permanent,
    hard: judged.every(j => j.hard),
    class: first.class,
    status: first.status,
    reason: reasonOf(first, accounts, kind),
    words: first.words,
  }
}

/** The report's own words: from its html where it has no other, and from below the header where no parser finds any. */
function textOf({ text, html, raw }: Mail): string {
  if (text.trim()) return clean(text.slice(0, LONGEST_TEXT))
  const told = html ? plainText(fromHtml(html, { maxLength: LONGEST_TEXT })) : ''
  return clean((told || bodyOf(raw)).slice(0, LONGEST_TEXT))
}

/** At least one account, without address when nothing tells who it was. */
function accountsOf(mail: Mail, text: string, returned: Headers, isOwn: (a: string) => boolean): Account[] {
  const reported = failed(reportedRecipients(mail)).map(r => ({ ...r, words: r.diagnosis }))
  const isReader = among(readerAddresses(mail))
  const named = reported.map(r => ({ ...r, addresses: unlessAll(r.addresses, isReader) })).filter(r => r.addresses[0])
  if (named.length) return named
  const shared = reported[0] ?? { action: '', status: '', words: '' }
  const account = (address: string, words = ''): Account => ({
    addresses: [address],
    action: shared.action,
    status: shared.status,
    words: [shared.words, words].filter(w => w).join(' '),
  })
  const inHeader = unlessAll(headerAddresses(mail.headers, ['x-failed-recipients', 'x-actual-recipient']), isOwn)
  const inText = failuresInMail(mail, text)
  if (inHeader.length) return inHeader.map(a => account(a, (inText.find(f => f.address === a) ?? inText[0])?.words))
  const others = inText.filter(f => !isOwn(f.address))
  if (others.length) return grouped(others).map(f => account(f.address, f.words))
  const last = lastResort(text, returned, isOwn)
  if (last) return [account(last)]
  const certain = inText.filter(f => f.certain)
  return certain.length ? grouped(certain).map(f => account(f.address, f.words)) : [{ ...shared, addresses: [] }]
}

/** From its text; where that has none, as when its characters are not those that it says, from its bytes. */
function failuresInMail(mail: Mail, text: string): Failure[] {
  const found = failuresIn(text)
  return found.length || text.includes('@') ? found : failuresIn(aboveReturned(bodyOf(mail.raw)))
}

/** Without our own addresses, unless there are no others: then a mail to ourselves failed. */
function unlessAll(addresses: string[], isOwn: (a: string) => boolean): string[] {
  const others = addresses.filter(a => !isOwn(a))
  return others.length ? others : addresses
}

function failed(reported: RecipientReport[]): RecipientReport[] {
  const bad = reported.filter(r => r.action !== 'delivered' && r.action !== 'relayed' && r.action !== 'expanded')
  const hopeless = bad.filter(r => r.action !== 'delayed')
  return hopeless.length ? hopeless : bad
}

function grouped<T extends { address: string }>(found: T[]): T[] {
  const seen = new Set<string>()
  return found.filter(f => !seen.has(f.address) && seen.add(f.address))
}

/** Whom the returned mail was written to, if that is one; or the one address that the report's text names. */
function lastResort(text: string, returned: Headers, isOwn: (a: string) => boolean): string | null {
  for (const names of [
    ['x-failed-recipients'],
    ['to'],
    ['x-original-to', 'envelope-to', 'delivered-to', 'x-rcpt-to'],
  ]) {
    const addresses = headerAddresses(returned, names).filter(
      a => !isOwn(a) || (names.includes('to') && MAIL_SYSTEM.test(a)),
    )
    if (addresses.length === 1) return addresses[0] as string
  }
  const traced = [
    ...new Set(
      (returned.get('received') ?? []).flatMap(r => addressesIn(/\bfor <?([^\s;>]{3,254})/.exec(r)?.[1] ?? '')),
    ),
  ]
  const others = traced.filter(a => !isOwn(a))
  if (others.length) return others.at(-1) as string
  const mentioned = [...new Set(text.split('\n', 500).flatMap(addressesIn))].filter(a => !isOwn(a))
  return mentioned.length === 1 ? (mentioned[0] as string) : null
}

function headerAddresses(headers: Headers, names: string[]): string[] {
  return [...new Set(names.flatMap(n => headers.get(n) ?? []).flatMap(addressesIn))]
}

/** Those who cannot be the failed recipient: whom the report was sent to, who wrote the mail that failed, the mail systems. */
function ownAddresses(mail: Mail, returned: Headers): (address: string) => boolean {
  const isOwn = among([
    ...readerAddresses(mail),
    ...headerAddresses(mail.headers, ['from', 'sender']),
    ...headerAddresses(returned, ['from', 'return-path', 'sender', 'reply-to', 'errors-to']),
  ])
  return address => isOwn(address) || MAIL_SYSTEM.test(address)
}

const MAIL_SYSTEM = /^(?:mailer-daemon|postmaster|mail-?daemon|abuse|no-?reply)@/

function readerAddresses(mail: Mail): string[] {
  return headerAddresses(mail.headers, ['to', 'delivered-to', 'envelope-to', 'apparently-to'])
}

function among(addresses: string[]): (address: string) => boolean {
  const all = new Set(addresses)
  return address => all.has(address)
}

interface Judgement extends Meaning {
  permanent: boolean
  status: string | null
  words: string
}

const MOST_CONTEXT = 3_000

/** What became of one recipient: its words before its status, its own words before those of the whole report. */
function judge(account: Account, text: string, kind: ArrivalKind): Judgement {
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

function reasonOf(judged: Judgement, accounts: Account[], kind: ArrivalKind): string {
  const who = accounts[0]?.addresses[0] ?? 'the recipient'
  const more = accounts.length > 1 ? ` ${others(accounts.length - 1)} not get it either.` : ''
  if (kind === 'bounce') return `${REASONS[judged.class](who)}${more}`
  const why = judged.class === 'other' ? '' : ` ${REASONS[judged.class](who)}`
  return `The mail to ${who} is not delivered yet, and its mail system goes on trying.${why}`
}

function others(count: number): string {
  return count === 1 ? 'One more recipient did' : `${count} more recipients did`
}
