import type { SenderRow, TicketRow } from '../../db/schema.ts'
import type { Tx } from '../../db/store.ts'
import { cut } from '../../lib/cut.ts'
import type { CustomerView } from '../customers.ts'
import { type Actor, record } from '../events.ts'
import { customerSpoke } from '../sla/clocks.ts'
import { formsOf } from '../teams.ts'
import type { NewTicket } from './form.ts'
import { insertTicket } from './row.ts'
import { beginBoth } from './threads.ts'

/** What else is known of a ticket whose customer wrote by way of a program. */
export interface More
  extends Partial<
    Pick<NewTicket, 'formId' | 'priority' | 'assigneeId' | 'dedupKey' | 'description' | 'dueAt' | 'createdAt'>
  > {
  isOver?: boolean // it is closed, so nobody waits for an answer
  told?: object // what its history begins with, beside
}

/** Opens a ticket for a customer who wrote first. The caller posts their message. */
export async function openTicketByCustomer(
  tx: Tx,
  by: {
    sender: SenderRow
    customer: CustomerView
    subject: string
    root: string | null // the customer's mail that begins their thread
    continues?: string // the ticket, closed long ago, that they answered
    looksLike?: string | null
    splitFrom?: string // the ticket where their mail was before
    more?: More
  },
): Promise<TicketRow> {
  const more = by.more ?? {}
  const form = more.formId ? undefined : (await formsOf(tx.q, by.sender.team_id))[0]
  const ticket = await insertTicket(tx, by.sender.team_id, {
    subject: cut(by.subject.trim().replace(/\s+/g, ' '), 255) || '(no subject)',
    customerId: by.customer.id,
    senderId: by.sender.id,
    formId: more.formId ?? form?.id ?? null,
    status: more.assigneeId ? 'in_progress' : 'open',
    priority: more.priority ?? form?.priority ?? 'medium',
    assigneeId: more.assigneeId ?? null,
    createdBy: null,
    publishedAt: tx.now,
    dedupKey: more.dedupKey ?? null,
    continuesId: by.continues ?? null,
    looksLikeId: by.looksLike ?? null,
    splitFromId: by.splitFrom ?? null,
    ...(by.more && { description: more.description?.trim() || null, dueAt: more.dueAt ?? null }),
    ...(by.more && { createdAt: more.createdAt ?? tx.now, answeredAt: more.createdAt ?? tx.now }),
  })
  await beginBoth(tx, ticket, by.customer.address, by.root ?? undefined)
  const actor: Actor = { kind: 'customer', id: by.customer.id, name: by.customer.name }
  await record(tx, ticket.id, 'ticket_created', actor, undefined, {
    subject: ticket.subject,
    status: ticket.status,
    from: by.customer.address,
    ...(more.told ?? {}),
  })
  if (!more.isOver) await customerSpoke(tx, ticket)
  return ticket
}
