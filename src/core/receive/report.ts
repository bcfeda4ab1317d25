import type { TicketRow } from '../../db/schema.ts'
import type { Tx } from '../../db/store.ts'
import { alert } from '../alerts.ts'
import type { Arrival } from '../arrival.ts'
import { chatMailComplained } from '../chats/became.ts'
import { markDelayed, markReceived } from '../deliveries/came-back.ts'
import { overture, record } from '../events.ts'
import { postNotice } from '../messages/notice.ts'
import { suppress } from '../suppressions.ts'
import { homeOf } from '../tickets/find.ts'
import { complainedOf } from '../unsubscriptions.ts'
import { mailCameBack, reasonOf } from './bounce.ts'
import { floodOn } from './flood.ts'
import { matchOf } from './match.ts'
import { aboutOf, recordMessage, settleArrival } from './record.ts'
import { type Returned, returnedBy } from './returned.ts'

/**
 * Settles what a mail system says of a mail of ours: one line in the ticket's thread, and what follows from it. About a
 * mail that we never sent (backscatter) it is set aside.
 */
export async function receiveReport(tx: Tx, a: Arrival): Promise<void> {
  const returned = await returnedBy(tx, a)
  const about = returned ?? (await matchOf(tx, a))
  if (!about) return setAside(tx, a)
  const ticket = await homeOf(tx.q, about.thread.ticket_id)
  if (ticket.deleted_at !== null)
    return settleArrival(tx, a, { state: 'ignored', reason: `It is about ${ticket.identifier}, which was deleted.` })
  await recordMessage(tx, a, {
    ticket,
    thread: about.thread,
    author: { kind: 'stranger', id: null, name: a.from.name || a.from.address, address: a.from.address },
    why: about.why,
    isQuiet: ticket.spam_at !== null || (await floodOn(tx, ticket)) !== null, // what follows from it is seen all the same
  })
  if (returned) await follow(tx, a, returned, ticket)
}

async function follow(tx: Tx, a: Arrival, returned: Returned, ticket: TicketRow): Promise<void> {
  switch (a.kind) {
    case 'bounce':
      return mailCameBack(tx, a, returned, ticket)
    case 'delayed':
      return markDelayed(tx, returned.delivery, reasonOf(a))
    case 'receipt':
      return markReceived(tx, returned.delivery)
    case 'complaint':
      return customerComplained(tx, a, returned, ticket)
  }
}

/** Nothing more is sent to who called our mail spam. Only who had the mail can: else anybody could silence us. */
async function customerComplained(
  tx: Tx,
  a: Arrival,
  { delivery, isSure, thread }: Returned,
  ticket: TicketRow,
): Promise<void> {
  if (!isSure) return tellOfComplaint(tx, a, ticket.team_id)
  const place = delivery.place ?? thread.place
  const reason = 'Our mail was reported as spam from there.'
  await suppress(tx, place, reason, 'complaint')
  await complainedOf(tx, ticket.id, place)
  await chatMailComplained(tx, ticket.id)
  await record(tx, ticket.id, 'mail_complained', overture, undefined, { to: place })
  await postNotice(
    tx,
    ticket.id,
    `${place} reported our mail as spam, by hand or by their mail program. Nothing more is sent there, unless somebody presses "Write again all the same" on the card.`,
    `complaint:${a.key}`,
    ticket.assignee_id ?? ticket.created_by,
  )
  const about = ticket.chat_id ?? ticket.id // of a chat it is said once
  await alert(tx, `complaint:${about}`, `${place} reported a mail of ${ticket.identifier} as spam.`, ticket.team_id)
}

async function tellOfComplaint(tx: Tx, a: Arrival, teamId: string | null): Promise<void> {
  const text = `A mail of ours was reported as spam, says ${a.from.address}. Which one cannot be told for sure, so nobody was suppressed.`
  await alert(tx, `complaint:${a.from.address}`, text, teamId)
}

/** Somebody else writes under our address: that must not fill the tray. What names no mail at all may be a person's, though. */
async function setAside(tx: Tx, a: Arrival): Promise<void> {
  const about = aboutOf(a)
  if (a.kind === 'complaint') {
    await tellOfComplaint(tx, a, null)
    const reason = 'It reports a mail as spam that is none of ours, or not to be found.'
    return settleArrival(tx, a, { state: 'unmatched', about, reason })
  }
  const namesOne = a.bounce !== null && a.bounce.recipients.length > 0
  if (a.kind === 'receipt' || namesOne || a.answers.length > 0)
    return settleArrival(tx, a, { state: 'ignored', about, reason: 'It is about a mail that we did not send.' })
  const reason = `It looks like the report of a mail system (${a.rule}), about none of our mails.`
  await settleArrival(tx, a, { state: 'unmatched', about, reason })
}
