import type { TicketRow } from '../../db/schema.ts'
import type { Tx } from '../../db/store.ts'
import { cut } from '../../lib/cut.ts'
import { type Arrival, isAutomatic } from '../arrival.ts'
import { plainText } from '../document.ts'
import { routeTicket } from '../routing/assign.ts'
import { makeGeneral } from '../tickets/threads.ts'
import { chatRecipientAbsent } from './became.ts'
import { lightKey, queueChatPost } from './card.ts'
import { chatById } from './find.ts'
import { redrawChat } from './redraw.ts'

/**
 * What came in on a ticket of a chat, before it is recorded there: a person's words make it a general ticket, with a place
 * at the desk; a machine's change nothing that people see.
 */
export async function chatHeardFrom(tx: Tx, a: Pick<Arrival, 'kind'>, ticket: TicketRow): Promise<void> {
  if (!ticket.chat_id) return
  if (a.kind === 'ooo') return chatRecipientAbsent(tx, ticket.id)
  if (!isAutomatic(a.kind)) await makeGeneral(tx, ticket)
}

/** The recipient only said thanks, and it is recorded: where no card of a ticket shows it, it is said below the chat's. */
export async function chatThanked(
  tx: Tx,
  a: Pick<Arrival, 'from' | 'body'>,
  ticket: TicketRow,
  messageId: string,
): Promise<void> {
  if (!ticket.chat_id || ticket.general_at !== null) return
  const who = a.from.name || a.from.address
  const text = `${who} only said thanks, which counts as no answer: "${cut(plainText(a.body), 200)}"`
  await queueChatPost(tx, ticket.chat_id, { kind: 'light', key: lightKey(messageId), text, ticketId: ticket.id })
}

/** The recipient themselves answered, and it is recorded: the chat counts it, and somebody gets the ticket. */
export async function chatAnswered(tx: Tx, ticket: TicketRow, name: string): Promise<void> {
  if (!ticket.chat_id) return
  const { numUpdatedRows } = await tx.q
    .updateTable('chat_recipients')
    .set({ answered_at: tx.now, step_due_at: null })
    .where('ticket_id', '=', ticket.id)
    .where('line', '>', 0)
    .where('answered_at', 'is', null)
    .executeTakeFirst()
  if (numUpdatedRows === 0n) return
  const chat = await chatById(tx.q, ticket.chat_id)
  await queueChatPost(tx, chat.id, {
    kind: 'answered',
    key: `answered:${ticket.id}`,
    text: `${name} answered: ${ticket.identifier}`,
    ticketId: ticket.id,
  })
  await redrawChat(tx, chat.id)
  if (ticket.assignee_id === null) await routeTicket(tx, ticket, { lastSenderId: chat.agent_id })
}
