/** What ours and the assembly both do when asked, so that a row measures either by the same steps. */

export type SideName = 'ours' | 'raw'

/** Tickets number `first` and on, `atOnce` being opened at a time. */
export interface SomeTickets {
  first: number
  count: number
  atOnce: number
}

/** How a chat's list was read. */
export interface Listed {
  ms: number
  listed: number // who would get the chat
  peakMb: number
  stallMs: number
}

/** What the database has, to be held against what was asked for and what arrived. */
export interface Kept {
  tickets: number
  answers: number // messages by customers
  unsettled: number // letters that are not settled as sent
}
