import type { SenderRow, TicketRow } from '../../db/schema.ts'
import type { Tx } from '../../db/store.ts'
import { customerById } from '../customers.ts'
import { redrawCard } from '../deliveries/redraw.ts'
import { record } from '../events.ts'
import { tellHooks } from '../hooks/heard.ts'
import { postNotice } from '../messages/notice.ts'
import { cancelScheduled } from '../schedule/cancel.ts'
import { senderById, sendersOf } from '../senders/find.ts'
import { teamById } from '../teams.ts'
import { threadOf } from '../threads.ts'
import { openTicketByCustomer } from '../tickets/open-by-customer.ts'
import type { Author } from './author.ts'
import type { Said } from './record.ts'
import type { Place } from './ticket.ts'

const DAY_MS = 24 * 3_600_000

/** Whether it was closed so long ago that an answer is about something else, as the team decides. */
export async function isClosedForGood(tx: Tx, ticket: TicketRow): Promise<boolean> {
  if (ticket.closed_at === null) return false
  const team = await teamById(tx.q, ticket.team_id)
  return tx.now - ticket.closed_at > team.reopen_days * DAY_MS
}

/**
 * Opens a ticket that goes on from one closed long ago: the same team, customer, sender and subject, a thread of its own;
 * both say so. Returns the message's id; undefined when the team has no sender any more: then the old one opens again.
 */
export async function continueTicket(
  tx: Tx,
  said: Said,
  { ticket: old, thread: oldThread }: Place,
  { actor }: Author,
  why: string,
): Promise<string | undefined> {
  const sender = await senderOf(tx, old)
  if (!sender) return undefined
  const customer = { ...(await customerById(tx.q, old.customer_id)), address: oldThread.place }
  const begun = { sender, customer, subject: old.subject, root: said.root, continues: old.id }
  const ticket = await openTicketByCustomer(tx, begun)
  const thread = await threadOf(tx.q, ticket.id, 'customer')
  const days = Math.floor((tx.now - (old.closed_at ?? tx.now)) / DAY_MS)
  const late = `${old.identifier} was closed ${days} days ago, so this is a new ticket.`
  const messageId = await said.record({ ticket, thread, author: actor, why: `${why} ${late}`, opening: true })
  await tx.q.updateTable('tickets').set({ answered_at: tx.now }).where('id', '=', ticket.id).execute()
  await tellHooks(tx, [{ cause: 'answer', sourceId: ticket.id, ticketId: ticket.id }])
  await record(tx, old.id, 'ticket_continued', actor, undefined, { in: ticket.identifier })
  await redrawCard(tx, old.id)
  await cancelScheduled(tx, old.id, actor.name)
  await postNotice(tx, ticket.id, `It goes on from ${old.identifier}.`, `continues:${said.key}`, old.assignee_id)
  await postNotice(
    tx,
    old.id,
    `${actor.name} wrote again; it goes on in ${ticket.identifier}.`,
    `continued:${said.key}`,
  )
  return messageId
}

/** The old one's, also where it is broken at the moment: that is mended before anybody answers. */
export async function senderOf(tx: Tx, old: TicketRow): Promise<SenderRow | undefined> {
  const own = old.sender_id ? await senderById(tx.q, old.sender_id) : undefined
  return own && own.removed_at === null ? own : (await sendersOf(tx.q, old.team_id))[0]
}
