import type { ThreadRow, TicketRow, Visibility } from '../../db/schema.ts'
import type { Tx } from '../../db/store.ts'
import { cut } from '../../lib/cut.ts'
import { type Arrival, isAutomatic } from '../arrival.ts'
import { copiesOf } from '../copies.ts'
import { type Document, fromText, isEmpty, plainText } from '../document.ts'
import type { Actor } from '../events.ts'
import { type About, settleInbound } from '../inbound/settle.ts'
import { postMessage } from '../messages/post.ts'
import { learnKey } from '../threads.ts'

/** Ends an arrival, with what kind of mail it is, by which rule, and from whom. */
export function settleArrival(tx: Tx, a: Arrival, to: Parameters<typeof settleInbound>[2]): Promise<void> {
  return settleInbound(tx, a.inboundId, { kind: a.kind, rule: a.rule, from: a.from.address, ...to })
}

/** What the tray shows of it. */
export function aboutOf(a: Pick<Arrival, 'from' | 'subject' | 'body'>): About {
  return {
    from: a.from.name ? `${a.from.name} <${a.from.address}>` : a.from.address,
    subject: a.subject,
    text: cut(plainText(a.body), 500),
  }
}

export interface Recorded {
  ticket: Pick<TicketRow, 'id' | 'customer_id'>
  thread: ThreadRow // the customer's
  author: Actor & { address: string }
  why: string // it belongs to this ticket, a finished sentence
  doubt?: string | null
  visibility?: Visibility
  body?: Document
  full?: Document | null
  opening?: boolean
  isQuiet?: boolean // kept, and shown to nobody
  toCustomer?: boolean // it is one of ours, which the customer is yet to get
}

/** What somebody said on a ticket, wherever it comes from. */
export interface Said extends Pick<Arrival, 'key' | 'kind' | 'from' | 'body'> {
  root: string | null // the mail that begins their thread, where it begins another ticket
  record(r: Recorded): Promise<string>
}

/** Writes an arrival down as a message on a ticket and settles it. Returns the message's id. */
export async function recordMessage(tx: Tx, a: Arrival, r: Recorded): Promise<string> {
  const body = r.body ?? a.body
  const isMachine = isAutomatic(a.kind)
  const from = { channel: a.channel, threadId: r.thread.id, key: a.key }
  const messageId = await postMessage(tx, {
    ticketId: r.ticket.id,
    author: r.author,
    body: isEmpty(body) && !a.files.length ? fromText('(This mail is empty.)') : body,
    full: r.full === undefined ? a.full : r.full,
    files: a.files,
    visibility: r.visibility ?? 'public',
    ...(r.toCustomer ? {} : { from }),
    inboundId: a.inboundId,
    matchedBy: r.why,
    automatic: isMachine ? a.rule : null,
    kind: isMachine ? a.kind : null,
    doubt: r.doubt ?? null,
    copies: await copiesOf(tx.q, a, r.ticket.customer_id),
    opening: r.opening ?? false,
    isQuiet: r.isQuiet ?? false,
  })
  if (r.toCustomer) await learnKey(tx, { ...from, messageId })
  await settleArrival(tx, a, { state: 'recorded', reason: r.why, messageId })
  return messageId
}
