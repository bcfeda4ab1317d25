import type { MessageRow, TicketRow } from '../../db/schema.ts'
import type { Tx } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'
import { chatAnswered } from '../chats/answered.ts'
import { addAddress, customerByAddress, customerById } from '../customers.ts'
import { redrawCard, redrawMessage } from '../deliveries/redraw.ts'
import { type Actor, record } from '../events.ts'
import { messageById } from '../messages/find.ts'
import { postNotice } from '../messages/notice.ts'
import { refuseUnlessMay } from '../permissions/may.ts'
import { customerAnswered } from '../tickets/answers.ts'
import { ticketById } from '../tickets/find.ts'
import { makeGeneral } from '../tickets/threads.ts'

/**
 * A mail that was shown folded was a person's after all, or more than thanks: it counts as the customer's answer. One way. Throws a Problem for
 * one that is counted already.
 */
export async function treatAsAnswer(tx: Tx, messageId: string, actor: Actor): Promise<void> {
  const m = await messageById(tx.q, messageId)
  await refuseUnlessMay(tx.q, actor, 'manage', await ticketById(tx.q, m.ticket_id))
  if (m.automatic === null) throw new Problem('conflict', 'This counts as an answer already.')
  await tx.q.updateTable('messages').set({ automatic: null, kind: null }).where('id', '=', m.id).execute()
  await record(tx, m.ticket_id, 'counted_as_answer', actor, { kind: m.kind, rule: m.automatic }, { message: m.id })
  await countAsAnswer(tx, await ticketById(tx.q, m.ticket_id), m)
}

/**
 * Whoever wrote this mail is the customer: one whose mail failed the checks, or somebody new to the ticket, whose address
 * is from now on a further one of the customer's. Throws a Problem when there is nothing to accept.
 */
export async function acceptAuthor(tx: Tx, messageId: string, actor: Actor): Promise<void> {
  const m = await messageById(tx.q, messageId)
  const ticket = await ticketById(tx.q, m.ticket_id)
  await refuseUnlessMay(tx.q, actor, 'manage', ticket)
  if (m.author_kind !== 'stranger' && m.doubt === null) throw new Problem('conflict', 'This was accepted already.')
  const customer = await customerById(tx.q, ticket.customer_id)
  if (m.author_id !== customer.id) await accept(tx, m, ticket)
  await record(tx, ticket.id, 'author_accepted', actor, undefined, { address: m.author_address })
  const theirs = { author_kind: 'customer' as const, author_id: customer.id, author_name: customer.name }
  await tx.q
    .updateTable('messages')
    .set({ ...theirs, doubt: null })
    .where('id', '=', m.id)
    .execute()
  if (m.opening === 0) await countAsAnswer(tx, ticket, { ...m, ...theirs })
  await redrawMessage(tx, m.id)
  await redrawCard(tx, ticket.id)
  const text =
    m.author_id === customer.id
      ? `${actor.name} says that the mail above which failed its checks is from ${customer.name}. It counts as the customer's now.`
      : `${actor.name} accepted this: ${m.author_address} is ${customer.name}. What they write counts as the customer's.`
  await postNotice(tx, ticket.id, text, `accepted:${m.id}`)
}

/** The author's address, unless nothing proves that it is theirs. */
async function accept(tx: Tx, m: MessageRow, ticket: TicketRow): Promise<void> {
  const address = m.author_address
  if (!address) throw new Problem('conflict', 'This mail names no address, so nobody can be accepted.')
  if (m.doubt !== null)
    throw new Problem('forbidden', `Nothing proves that this mail is from ${address}, so the address is not accepted.`)
  const other = await customerByAddress(tx.q, address)
  if (other && other.id !== ticket.customer_id)
    throw new Problem(
      'conflict',
      `${address} is known as another customer, ${other.name}. Answer them in a ticket of their own, or in copy.`,
    )
  await addAddress(tx, ticket.customer_id, address)
}

async function countAsAnswer(tx: Tx, ticket: TicketRow, m: MessageRow): Promise<void> {
  const author = { kind: 'customer' as const, id: ticket.customer_id, name: m.author_name }
  if (ticket.chat_id) await makeGeneral(tx, ticket)
  await customerAnswered(tx, ticket, author)
  await chatAnswered(tx, ticket, author.name)
  await redrawMessage(tx, m.id)
  await redrawCard(tx, ticket.id)
}
