import type { ArrivalKind, Bounce } from '../../../../core/arrival.ts'
import { plainText } from '../../../../core/document.ts'
import { clean } from '../../../../lib/clean.ts'
import type { Headers, Mail } from '../decode/parse.ts'
import { fromHtml } from '../document/html.ts'
import { addressesIn, type RecipientReport, reportedRecipients } from './report.ts'
import { aboveReturned, bodyOf, returnedHeaders } from './returned.ts'
import { type Failure, failuresIn } from './shapes.ts'
import { type Account, type Judgement, judge, reasonOf } from './verdict.ts'

const MOST_RECIPIENTS = 100
const MOST_JUDGED = 20
const LONGEST_TEXT = 200_000

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
