import type { KnownBlock } from '@slack/types'
import { messageById } from '../../../core/messages/find.ts'
import { messageView } from '../../../core/messages/view.ts'
import { threadByRoot } from '../../../core/threads.ts'
import { ticketView } from '../../../core/tickets/view.ts'
import type { MessageView, TicketView } from '../../../core/view.ts'
import type { ThreadRow } from '../../../db/schema.ts'
import type { Desk } from '../desk.ts'
import { said } from '../views/tickets/prompts.ts'
import type { SlackMessage } from './slack-message.ts'
import { whisper } from './whisper.ts'

/** Tries for what may be known only a moment later: Slack keeps no order, and events are worked on side by side. */
export const WAITS = 4

/** The ticket's thread under this message, if it is one. */
export function threadAt(desk: Desk, channel: string, root: string): Promise<ThreadRow | undefined> {
  return desk.store.read(q => threadByRoot(q, 'slack', channel, root))
}

/** A message and its ticket as they are now; undefined when one of them is no more. */
export async function viewsOf(
  desk: Desk,
  messageId: string,
): Promise<{ message: MessageView; ticket: TicketView } | undefined> {
  return desk.store.read(async q => {
    const row = await messageById(q, messageId)
    const [message, ticket] = [
      await messageView(q, desk.store, messageId),
      await ticketView(q, desk.store, row.ticket_id),
    ]
    return message && ticket ? { message, ticket } : undefined
  })
}

/** Says a sentence to the author of a message, below it. */
export async function tell(desk: Desk, event: SlackMessage, text: string): Promise<void> {
  await hint(desk, event, said(text))
}

/** Shows something to the author of a message alone, below it. */
export async function hint(desk: Desk, to: SlackMessage, words: { text: string; blocks: KnownBlock[] }): Promise<void> {
  if (to.user) await whisper(desk, { channel: to.channel, user: to.user, thread_ts: to.thread_ts ?? to.ts }, words)
}
