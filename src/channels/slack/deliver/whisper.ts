import type { Outcome } from '../../../core/letter.ts'
import type { Whisper } from '../../../core/whispers.ts'
import type { Desk } from '../desk.ts'
import { threadUrl } from '../thread-url.ts'
import { actions, button, cut, escaped, oneLine, words } from '../views/blocks.ts'
import { ids } from '../views/ids.ts'
import { outcomeOfWord } from './outcome.ts'
import { plain } from './posted.ts'

const MOST = 2_500

/** Tells one agent something in a direct message, with the way to the ticket. A try that was lost may be said twice. */
export async function whisper(desk: Desk, said: Whisper): Promise<Outcome> {
  try {
    const text = cut(oneLine(said.text), MOST)
    const url = said.ticketId && (await threadUrl(desk, said.ticketId))
    const way = url ? [actions(button('Open the thread', ids.link, 'thread', { url }))] : []
    const { ts } = await desk.bulk.chat.postMessage({
      channel: said.place,
      text: escaped(text),
      blocks: [words(text), ...way],
      ...plain,
    })
    return { sent: { id: `${said.place}:${ts}` } }
  } catch (error) {
    return outcomeOfWord(desk, { id: said.id, place: said.place, externalId: null }, error)
  }
}
