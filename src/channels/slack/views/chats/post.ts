import type { ChatPost } from '../../../../core/chats/card.ts'
import { button, cut, escaped, oneLine, words } from '../blocks.ts'
import { ids } from '../ids.ts'
import type { ChatPostView } from './card.ts'

/** A word in the thread under a chat's card; `link` leads to the ticket of whoever answered. */
export function chatPost({ kind, text }: Pick<ChatPost, 'kind' | 'text'>, link: string | null): ChatPostView {
  const shown = cut(`${kind === 'answered' ? '💬 ' : ''}${oneLine(text)}`, 2_000)
  return {
    text: escaped(shown),
    blocks: [words(shown, link ? button('Open', ids.link, 'ticket', { url: link }) : undefined)],
  }
}
