import type { ChatRow, TicketRow } from '../../src/db/schema.ts'
import type { Tx } from '../../src/db/store.ts'
import { newId } from '../../src/lib/id.ts'

export interface ChatRows {
  chatId: string
  number: number
  recipientId: string
}

/** A chat whose one recipient got the opening of this ticket, as rows: nothing is sent by it. */
export async function chatRows(tx: Tx, ticket: TicketRow, of: Partial<ChatRow> = {}): Promise<ChatRows> {
  const chatId = newId()
  const recipientId = newId()
  const { n } = await tx.q
    .selectFrom('chats')
    .select(e => e.fn.countAll().as('n'))
    .executeTakeFirstOrThrow()
  const number = Number(n) + 1
  const { place } = await tx.q
    .selectFrom('threads')
    .select('place')
    .where('ticket_id', '=', ticket.id)
    .where('side', '=', 'customer')
    .executeTakeFirstOrThrow()
  const chat: ChatRow = {
    id: chatId,
    number,
    team_id: ticket.team_id,
    sender_id: ticket.sender_id ?? '',
    agent_id: ticket.created_by ?? '',
    created_by: ticket.created_by ?? '',
    subject: ticket.subject,
    body: '[]',
    kind: 'news',
    priority: ticket.priority,
    audience: '{}',
    exclusions: '{}',
    state: 'sending',
    reason: null,
    due_at: null,
    approval_reason: null,
    approved_by: null,
    approved_at: null,
    started_at: tx.now,
    finished_at: null,
    dedup_key: null,
    created_at: tx.now,
    updated_at: tx.now,
    card_id: null,
    card_attempts: 0,
    card_due_at: null,
    ...of,
  }
  await tx.q.insertInto('chats').values(chat).execute()
  await tx.q
    .insertInto('chat_recipients')
    .values({
      id: recipientId,
      chat_id: chatId,
      line: 1,
      address: place,
      name: 'Jane Doe',
      customer_id: ticket.customer_id,
      fields: null,
      state: 'sent',
      block: null,
      reason: null,
      due_at: tx.now,
      ticket_id: ticket.id,
      sent_at: tx.now,
      answered_at: null,
      unsubscribed_at: null,
      complained_at: null,
      closed_at: null,
      step: 0,
      step_due_at: null,
    })
    .execute()
  await tx.q.updateTable('tickets').set({ chat_id: chatId, general_at: null }).where('id', '=', ticket.id).execute()
  return { chatId, number, recipientId }
}
