import type { SenderRow, ThreadRow, TicketRow } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { agentById } from '../agents.ts'
import { fixLinks } from '../attachments.ts'
import { readAllCopies } from '../copies.ts'
import { type NewDelivery, queueDeliveries } from '../deliveries/queue.ts'
import { refuseForgotten } from '../erase/forgotten.ts'
import type { Actor } from '../events.ts'
import { senderFor } from '../senders/usual.ts'
import { refuseAnyUnreachable } from '../suppressions.ts'
import { teamById } from '../teams.ts'
import { customerWasAnswered } from '../tickets/answers.ts'
import { ticketById } from '../tickets/find.ts'
import type { MailWish } from '../view.ts'

/** A message that goes to the customer at whom the thread leads. */
export interface ToCustomer extends MailWish {
  id: string
  ticketId: string
  ticket?: TicketRow
  author: Actor
  holdMs?: number
  thread: ThreadRow
}

/**
 * Queues messages for their customers, and those who get a copy, after the team's hold or at their moment; who they are is
 * fixed now. Throws a Problem when one of them must not or cannot be written to.
 */
export async function queueToCustomers(tx: Tx, messages: ToCustomer[]): Promise<void> {
  if (!messages.length) return
  await refuseAnyUnreachable(
    tx.q,
    messages.map(m => m.thread.place),
  )
  await fixLinks(
    tx,
    messages.map(m => m.id),
  )
  const senders = new Map<string, SenderRow>()
  const names = new Map<string, string>()
  const deliveries: NewDelivery[] = []
  const answered: { ticket: TicketRow; author: Actor }[] = []
  for (const { thread, ...m } of messages) {
    const { copies, blind } = await readAllCopies(tx.q, thread.place, m)
    await refuseForgotten(tx, thread.place)
    for (const copy of [...copies, ...blind]) await refuseForgotten(tx, copy, 'copies')
    const ticket = m.ticket ?? (await ticketById(tx.q, m.ticketId))
    const holdMs = m.holdMs ?? (await teamById(tx.q, ticket.team_id)).hold_ms
    const schedule = m.schedule && m.schedule.at > tx.now ? m.schedule : undefined // a moment that is over is now
    deliveries.push({
      message: m,
      thread,
      holdMs,
      ...(schedule && { schedule }),
      sender: await senderFor(tx, ticket, senders),
      author: await nameOf(tx.q, m.author, names),
      copies,
      blind,
    })
    if (!schedule) answered.push({ ticket, author: m.author })
  }
  await queueDeliveries(tx, deliveries)
  for (const { ticket, author } of answered) await customerWasAnswered(tx, ticket, author)
}

/** The name that customers see; `known` are those of agents that were asked for before. */
async function nameOf(q: Query, { kind, id, name }: Actor, known: Map<string, string>): Promise<string> {
  if (kind !== 'agent' || !id) return name
  const shown = known.get(id) ?? (await agentById(q, id)).alias ?? name
  known.set(id, shown)
  return shown
}
