import type { AgentWord } from '../../../core/agent-words.ts'
import type { Outcome } from '../../../core/letter.ts'
import type { Desk } from '../desk.ts'
import { threadUrl } from '../thread-url.ts'
import { agentWordPost } from '../views/agent-word.ts'
import { outcomeOfWord } from './outcome.ts'
import { mark, plain } from './posted.ts'

/** Tells an agent something in a direct message, with the way to what it is about. */
export async function tellAgent(desk: Desk, word: AgentWord): Promise<Outcome> {
  try {
    const url = word.ticketId === null ? null : await threadUrl(desk, word.ticketId)
    const { channel, ts } = await desk.bulk.chat.postMessage({
      channel: word.place,
      ...agentWordPost(word, url),
      ...plain,
      metadata: mark(word.id, 0),
    })
    return { sent: { id: `${channel}:${ts}` } }
  } catch (error) {
    return outcomeOfWord(desk, { id: word.id, place: word.place, externalId: null }, error)
  }
}
