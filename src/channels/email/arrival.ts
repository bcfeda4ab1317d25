import type { Arrival } from '../../core/arrival.ts'
import { isOwnAddress } from '../../core/senders/find.ts'
import type { InboundRow } from '../../db/schema.ts'
import type { Query } from '../../db/store.ts'
import { NOBODY } from './address.ts'
import { idInKey } from './identity.ts'
import type { Reading } from './read/mail.ts'
import { inTheNameOf } from './read/trust/trust.ts'
import { FORWARD_PREFIX } from './read/visible/quote-words.ts'
import { withOwnKey } from './variant.ts'

/** What core is told of a mail: its reading, and what only the database knows of its author and its id. */
export async function arrivalOf(q: Query, row: InboundRow, reading: Reading): Promise<Arrival> {
  return withOwnKey(q, row, await withoutLoop(q, asArrival(row, reading), reading.replyTo))
}

/** A reading as an arrival. */
export function asArrival(row: InboundRow, r: Reading): Arrival {
  return {
    inboundId: row.id,
    channel: row.channel,
    key: idInKey(row.key),
    from: r.from,
    to: r.recipients,
    tokens: r.tokens,
    answers: r.answers,
    tag: r.tag,
    subject: r.subject,
    body: r.body,
    full: r.full,
    files: r.files,
    kind: r.kind,
    rule: r.rule,
    copies: [...r.to, ...r.cc],
    bounce: r.bounce,
    trust: r.trust,
    forwarded: passedOn(r),
    junk: r.junk,
  }
}

/** The mail that it passes on, where its subject says so and the author is told: else it could be nobody's ticket. */
function passedOn({ subject, forwarded }: Reading): Arrival['forwarded'] {
  return FORWARD_PREFIX.test(subject) && forwarded?.from.address !== NOBODY ? forwarded : null
}

/**
 * Mail from one of our own addresses is our own coming back, unless it names somebody else to answer: then a form on a
 * web site wrote it for them.
 */
async function withoutLoop(q: Query, arrival: Arrival, replyTo: Reading['replyTo']): Promise<Arrival> {
  if (arrival.kind !== 'human' || !(await isOwnAddress(q, arrival.from.address))) return arrival
  if (replyTo && !(await isOwnAddress(q, replyTo.address)))
    return { ...arrival, from: replyTo, trust: inTheNameOf(arrival.from, replyTo) }
  return { ...arrival, kind: 'loop', rule: 'from one of our own addresses' }
}
