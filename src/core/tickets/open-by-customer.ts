import type { SenderRow, TicketRow } from '../../db/schema.ts'
import type { Tx } from '../../db/store.ts'
import { cut } from '../../lib/cut.ts'
import type { CustomerView } from '../customers.ts'
import { type Actor, record } from '../events.ts'
import { customerSpoke } from '../sla/clocks.ts'
import { formsOf } from '../teams.ts'
import { insertTicket } from './row.ts'
import { beginBoth } from './threads.ts'

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
  },
): Promise<TicketRow> {
  const form = (await formsOf(tx.q, by.sender.team_id))[0]
  const ticket = await insertTicket(tx, by.sender.team_id, {
    subject: cut(by.subject.trim().replace(/\s+/g, ' '), 255) || '(no subject)',
    customerId: by.customer.id,
    senderId: by.sender.id,
    formId: form?.id ?? null,
    status: 'open',
    priority: form?.priority ?? 'medium',
    assigneeId: null,
    createdBy: null,
    publishedAt: tx.now,
    dedupKey: null,
    continuesId: by.continues ?? null,
    looksLikeId: by.looksLike ?? null,
    splitFromId: by.splitFrom ?? null,
  })
  await beginBoth(tx, ticket, by.customer.address, by.root ?? undefined)
  const actor: Actor = { kind: 'customer', id: by.customer.id, name: by.customer.name }
  await record(tx, ticket.id, 'ticket_created', actor, undefined, {
    subject: ticket.subject,
    status: ticket.status,
    from: by.customer.address,
  })
  await customerSpoke(tx, ticket)
  return ticket
}
