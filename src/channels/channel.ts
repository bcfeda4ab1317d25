import type { Notice } from '../core/alerts.ts'
import type { ChatCard, ChatPost } from '../core/chats/card.ts'
import type { DeskPost } from '../core/desk-posts.ts'
import type { DeskTrace } from '../core/erase/run.ts'
import type { Letter, Outcome } from '../core/letter.ts'
import type { Presence } from '../core/routing/presence.ts'
import type { InboundRow } from '../db/schema.ts'
import type { Finding } from '../lib/finding.ts'

export type { Letter, Outcome } from '../core/letter.ts'

/** What became of erasing: how many posts are gone, how many only people can delete, and when to come again for the rest. */
export interface Erased {
  erased: number
  left: number
  afterMs?: number
}

/** A way for messages to travel. One folder each; nothing outside the folder knows which it is. */
export interface Channel {
  /** Stored in threads.channel; equals the folder's name. */
  readonly name: string
  /** How many letters it may carry at once. */
  readonly atOnce: number
  /** Carries one letter. The same letter twice must be harmless. Throws only for a bug or an outage, which is a retry. */
  deliver(letter: Letter): Promise<Outcome>
  /** Shows operators a notice, and later that it is over. The same notice twice must be harmless. Only a desk can. */
  announce?(notice: Notice): Promise<Outcome>
  /** Draws the card of a chat, whole. The same card twice must be harmless. Only a desk can. */
  drawChat?(card: ChatCard): Promise<Outcome>
  /** Says something below the card of a chat. The same word twice must be harmless. Only a desk can. */
  postInChat?(post: ChatPost): Promise<Outcome>
  /** Takes away what it shows of somebody who is forgotten. The same again must be harmless. Only a desk can. */
  erase?(trace: DeskTrace): Promise<Erased>
  /** Says something in a team's place, or to one agent where nobody else sees it. The same post twice must be harmless. Only a desk can. */
  sayAtDesk?(post: DeskPost): Promise<Outcome>
  /** Whether these people are there, by handle; whom it cannot tell of is missing or null. Only a desk can. */
  presence?(handles: string[]): Promise<Map<string, Presence>>
  /** Understands one stored arrival and has core settle it, both in one transaction. Throws when it is to be tried again. */
  receive(row: InboundRow): Promise<void>
  /** Tells whoever waits for an arrival that it is tried again and again, or was given up. */
  tellOfTrouble?(row: InboundRow, became: 'later' | 'quarantined'): Promise<void>
  /** Begins to take in. What came in is stored as inbound before it is acknowledged. */
  start(): Promise<void>
  /** Takes in no more; resolves once what was being taken in is stored. */
  stopIntake(): Promise<void>
  /** What it leans on and whether that can be reached, for whoever watches over us; asked often, so it looks no further than it must. */
  health(): Promise<Finding[]>
  /** Lets go of all connections. */
  stop(): Promise<void>
}
