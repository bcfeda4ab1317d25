import type { ChatRow, TicketRow } from '../../db/schema.ts'
import type { Tx } from '../../db/store.ts'
import type { CustomerView } from '../customers.ts'
import { type Actor, recordAll } from '../events.ts'
import { insertTickets } from './row.ts'
import { beginWithCustomers } from './threads.ts'

/**
 * Opens the tickets of a chat's recipients, in the same order; the caller posts their mails. They have no place at the desk
 * until somebody answers, or there is something else that people must see.
 */
export async function openTicketsOfChat(
  tx: Tx,
  chat: Pick<ChatRow, 'id' | 'team_id' | 'sender_id' | 'priority' | 'created_by'>,
  agent: Actor,
  to: { customer: CustomerView; subject: string }[],
): Promise<TicketRow[]> {
  const tickets = await insertTickets(
    tx,
    chat.team_id,
    to.map(({ customer, subject }) => ({
      subject: subject.slice(0, 255) || '(no subject)',
      customerId: customer.id,
      senderId: chat.sender_id,
      formId: null,
      status: 'awaiting_customer',
      priority: chat.priority,
      assigneeId: null,
      createdBy: agent.id,
      publishedAt: tx.now,
      dedupKey: null,
      chatId: chat.id,
    })),
  )
  const opened = tickets.map((ticket, i) => ({ ticket, place: to[i]?.customer.address ?? '' }))
  await beginWithCustomers(tx, opened)
  await recordAll(
    tx,
    'ticket_created',
    agent,
    opened.map(({ ticket, place }) => {
      return { ticketId: ticket.id, after: { subject: ticket.subject, status: ticket.status, to: place } }
    }),
  )
  return tickets
}
