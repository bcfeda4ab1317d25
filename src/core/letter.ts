import type { DeliveryKind, Side } from '../db/schema.ts'
import type { MessageView, TicketView } from './view.ts'

/** One delivery with all that a channel needs to carry it; the channel asks nothing more. */
export interface Letter {
  id: string // of the delivery: the same letter again has the same id
  channel: string
  kind: DeliveryKind // card: draw the ticket's card; message: carry a message; mark: mark a message that came from there
  version: number
  attempts: number // 1 at the first try
  key: string | null // the id that the far side is to know it by, fixed beforehand: for email the Message-ID
  externalId: string | null // set once the far side has an earlier version of it
  createdAt: number
  thread: { id: string; side: Side; place: string; root: string | null; token: string; endedAt: number | null }
  ticketId: string // of the ticket that it counts on: another than `ticket` once that was merged
  ticket: TicketView
  message: MessageView | null // null for a card
  references: string[] // keys of the thread's earlier messages, oldest first
  copies: string[] // who else gets it
  blind: string[] // those of them whom no header names
  barred: Missed[] // of the customer and the copies, who must not be written to (any more)
  handed: string[] // recipients that are done with: the far side took it for them, or never will
  deferrals: number // how often the far side said "later"
  deferredAt: number | null // when it first could not be delivered
  uncertainAt: number | null // when the connection was lost with the whole of it handed over
}

/** A recipient who does not get it, and why, as a finished sentence. */
export interface Missed {
  address: string
  reason: string
  broken?: 'address' // nothing can be sent there, ever
}

/** What became of carrying a letter. */
export type Outcome = (
  | { sent: { id: string; root?: string } } // id: by what the far side knows it; root: given when this letter began the thread
  | { retry: Retry }
  | { refused: Refusal } // for good
) & { recipients?: Recipients }

export interface Retry {
  reason: string // a finished sentence
  afterMs?: number
  place?: boolean // nothing else goes there before, either
  tries?: Tries // soon when not given
  uncertain?: true // it may have arrived: it is tried once more, under the same id, and not again
}

/** When it is tried again: within seconds, after minutes and then hours, a day apart; or nothing was tried, which does not count. */
export type Tries = 'soon' | 'later' | 'daily' | 'uncounted'

export interface Refusal {
  reason: string // a finished sentence
  broken?: 'sender' | 'place' | 'address'
  alert?: 'policy' // an operator must look into it
}

/** Of a letter with several recipients: those that are done with. */
export interface Recipients {
  taken: string[]
  missed: Missed[]
}
