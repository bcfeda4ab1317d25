import type { ThreadRow, TicketRow } from '../../db/schema.ts'
import type { Tx } from '../../db/store.ts'
import { queueCard } from '../deliveries/queue.ts'
import { touchTicket } from '../find/stale.ts'
import { showUnseen } from '../messages/unseen.ts'
import { teamById } from '../teams.ts'
import { beginThreads, DESK, MAIL, type NewThread } from '../threads.ts'

/** A new ticket is followed at the desk, with its card, and by its customer at this address; `root` is the mail that began it there. */
export async function beginBoth(tx: Tx, ticket: TicketRow, address: string, root?: string): Promise<void> {
  const atDesk = await desksThread(tx, ticket)
  const [desk] = await beginThreads(tx, [atDesk, { ...customersThread(ticket, address), ...(root && { root }) }])
  await queueCard(tx, ticket.id, desk as ThreadRow)
}

/** New tickets are followed by their customers alone. */
export async function beginWithCustomers(tx: Tx, opened: { ticket: TicketRow; place: string }[]): Promise<void> {
  await beginThreads(
    tx,
    opened.map(({ ticket, place }) => customersThread(ticket, place)),
  )
}

/** Gives a chat's ticket its place at the desk: a card, and in its thread all that came before. False when it has one. */
export async function makeGeneral(tx: Tx, ticket: TicketRow): Promise<boolean> {
  const { numUpdatedRows } = await tx.q
    .updateTable('tickets')
    .set({ general_at: tx.now, updated_at: tx.now })
    .where('id', '=', ticket.id)
    .where('general_at', 'is', null)
    .executeTakeFirst()
  if (numUpdatedRows === 0n) return false
  ticket.general_at = tx.now
  touchTicket(tx, ticket.id)
  await beginAtDesk(tx, ticket)
  await showUnseen(tx, ticket.id)
  return true
}

async function beginAtDesk(tx: Tx, ticket: TicketRow): Promise<void> {
  const [desk] = await beginThreads(tx, [await desksThread(tx, ticket)])
  await queueCard(tx, ticket.id, desk as ThreadRow)
}

async function desksThread(tx: Tx, ticket: TicketRow): Promise<NewThread> {
  const { place } = await teamById(tx.q, ticket.team_id)
  return { ticketId: ticket.id, channel: DESK, side: 'desk', place }
}

function customersThread(ticket: TicketRow, address: string): NewThread {
  return { ticketId: ticket.id, channel: MAIL, side: 'customer', place: address }
}
