/** What the forms of a ticket remember. */
export interface TicketMeta {
  ticketId: string
}
