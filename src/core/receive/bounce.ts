import type { DeliveryRow, ThreadRow, TicketRow } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { alert } from '../alerts.ts'
import type { Arrival, BounceClass } from '../arrival.ts'
import { chatMailBounced } from '../chats/became.ts'
import { markBounced } from '../deliveries/came-back.ts'
import { plainText } from '../document.ts'
import { postNotice } from '../messages/notice.ts'
import { senderById } from '../senders/find.ts'
import { suppress } from '../suppressions.ts'
import type { Returned } from './returned.ts'

/**
 * A mail of ours came back. The one to the customer is marked, its author told; an address that will never work is not
 * written to again, nor is one that failed on three days. What is about us, not about the address, is told to operators.
 */
export async function mailCameBack(tx: Tx, a: Arrival, returned: Returned, ticket: TicketRow): Promise<void> {
  const { delivery, thread } = returned
  const who = await whoMissed(tx.q, a, delivery, thread, ticket)
  for (const copy of who.copies) await copyCameBack(tx, a, copy, ticket)
  if (!who.isCustomer) return
  const verdict = { reason: reasonOf(a, who.forwardedTo), class: classOf(a), status: a.bounce?.status ?? null }
  await markBounced(tx, delivery, who.address, verdict)
  await chatMailBounced(tx, ticket.id, verdict.reason, a.bounce?.hard ?? false)
  if (OURS[classOf(a)]) return tellOperators(tx, a, delivery, ticket)
  if (a.bounce?.hard) for (const address of [who.address, ...who.forwardedTo]) await stopWriting(tx, a, address)
  else if (await failedOnThreeDays(tx, who.address))
    await suppress(tx, who.address, `Mails to it came back on three days. ${reasonOf(a)}`, 'bounce')
}

interface Missed {
  isCustomer: boolean // the mail itself, not only copies of it
  address: string // of the customer's that it was sent to
  forwardedTo: string[] // where it went on to from there
  copies: string[]
}

/** A report that names nobody, or somebody whom we did not write to, is about the customer: their address forwards. */
async function whoMissed(
  q: Query,
  a: Arrival,
  delivery: DeliveryRow,
  thread: ThreadRow,
  ticket: TicketRow,
): Promise<Missed> {
  const named = [...new Set(a.bounce?.recipients ?? [])].slice(0, MOST_NAMED)
  const all: string[] = delivery.copies ? JSON.parse(delivery.copies) : []
  const copies = named.filter(r => all.includes(r))
  const others = named.filter(r => !copies.includes(r))
  const own = others.length ? await addressesOf(q, ticket.customer_id, others) : []
  const place = delivery.place ?? thread.place // the ticket may have another address by now
  const address = others.includes(place) ? place : (own[0] ?? place)
  const forwardedTo = others.filter(r => r !== place && !own.includes(r))
  return { isCustomer: !copies.length || others.length > 0, address, forwardedTo, copies }
}

const MOST_NAMED = 20

async function addressesOf(q: Query, customerId: string, among: string[]): Promise<string[]> {
  const rows = await q
    .selectFrom('addresses')
    .select('address')
    .where('customer_id', '=', customerId)
    .where('address', 'in', among)
    .execute()
  return rows.map(r => r.address)
}

async function copyCameBack(tx: Tx, a: Arrival, address: string, ticket: TicketRow): Promise<void> {
  await postNotice(tx, ticket.id, `The copy to ${address} came back. ${reasonOf(a)}`, `copy:${a.key}:${address}`)
  if (a.bounce?.hard && !OURS[classOf(a)]) await stopWriting(tx, a, address)
}

function stopWriting(tx: Tx, a: Arrival, address: string): Promise<void> {
  return suppress(tx, address, `A mail to it came back. ${reasonOf(a)}`, 'bounce')
}

const MOST_WORDS = 300

/** Why, in plain words, and then in the far side's own. */
export function reasonOf(a: Arrival, forwardedTo: string[] = []): string {
  if (!a.bounce) return `It came back: ${verdictIn(plainText(a.body))}`
  const { reason, words } = a.bounce
  const way = forwardedTo.length ? ` It was forwarded to ${forwardedTo.join(', ')}, which does not take it.` : ''
  return `${reason}${way}${words ? ` The mail server said: ${words.slice(0, MOST_WORDS)}` : ''}`
}

/** The line of a report that says why, by its status; else how it begins. The whole is in the thread. */
function verdictIn(text: string): string {
  const lines = text.split('\n')
  const why = lines.find(line => /\b[45]\d\d[ -]#?[45]\.\d{1,3}\.\d{1,3}\b/.test(line))
  return (why ?? text).replace(/\s+/g, ' ').trim().slice(0, MOST_WORDS)
}

function classOf(a: Arrival): BounceClass {
  return a.bounce?.class ?? 'other'
}

/** These say something of the address; the others of us, of the mail, or of how fast we send. */
const OF_THE_ADDRESS: BounceClass[] = [
  'no_such_address',
  'no_such_domain',
  'mailbox_full',
  'disabled',
  'network',
  'other',
]
const DAYS = 3
const DAY_MS = 24 * 3_600_000
const SINCE_DAYS = 30

/** One that came back and one that did not arrive for good may both be an accident; three on different days are not. */
async function failedOnThreeDays(tx: Tx, address: string): Promise<boolean> {
  const rows = await tx.q
    .selectFrom('threads as t')
    .innerJoin('deliveries as d', j => j.onRef('d.ticket_id', '=', 't.ticket_id').onRef('d.thread_id', '=', 't.id'))
    .select('d.bounced_at')
    .where('t.place', '=', address)
    .where(e => e.or([e('d.place', 'is', null), e('d.place', '=', address)]))
    .where('d.bounced_at', '>', tx.now - SINCE_DAYS * DAY_MS)
    .where('d.bounce_class', 'in', OF_THE_ADDRESS)
    .execute()
  return new Set(rows.map(r => Math.floor((r.bounced_at ?? 0) / DAY_MS))).size >= DAYS
}

/** What is wrong is ours to mend: our reputation, or our DNS. */
const OURS: Partial<Record<BounceClass, string>> = {
  spam_or_policy: 'A mail server refuses what we send, as spam or by its rules',
  auth_failure: 'A mail server cannot verify what we send (SPF, DKIM, DMARC)',
}

async function tellOperators(tx: Tx, a: Arrival, delivery: DeliveryRow, ticket: TicketRow): Promise<void> {
  const what = OURS[classOf(a)] ?? ''
  const from = ticket.sender_id ? (await senderById(tx.q, ticket.sender_id)).address : 'us'
  const text = `${what}: a mail from ${from} on ${ticket.identifier} came back. ${reasonOf(a)} Nobody was suppressed for it.`
  await alert(tx, `refused:${classOf(a)}:${ticket.sender_id ?? delivery.thread_id}`, text, ticket.team_id)
}
