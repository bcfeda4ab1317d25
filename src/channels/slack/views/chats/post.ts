import type { Button } from '@slack/types'
import type { ChatPost } from '../../../../core/chats/card.ts'
import type { ChatPostRow } from '../../../../db/schema.ts'
import { button, cut, escaped, oneLine, words } from '../blocks.ts'
import { ids } from '../ids.ts'
import type { ChatPostView } from './card.ts'

const MARKS: Partial<Record<ChatPostRow['kind'], string>> = { answered: '💬 ', light: '🙏 ' }

/** A word in the thread under a chat's card; `link` leads to the ticket of whoever answered. */
export function chatPost(
  post: Pick<ChatPost, 'kind' | 'text'> & { messageId?: string | null },
  link: string | null,
): ChatPostView {
  const shown = cut(`${MARKS[post.kind] ?? ''}${oneLine(post.text)}`, 2_000)
  return { text: escaped(shown), blocks: [words(shown, buttonOf(post.messageId ?? null, link))] }
}

function buttonOf(messageId: string | null, link: string | null): Button | undefined {
  if (messageId) return button('Treat as an answer', ids.treatAsAnswer, messageId)
  return link ? button('Open', ids.link, 'ticket', { url: link }) : undefined
}
