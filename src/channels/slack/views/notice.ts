import type { KnownBlock } from '@slack/types'
import { MAILS_LEFT_OVER, type Notice } from '../../../core/alerts.ts'
import { heldAuthor } from '../../../core/receive/flood.ts'
import { actions, button, context, cut, escaped, oneLine, plain, words } from './blocks.ts'
import { ids } from './ids.ts'
import { heldActions } from './mail/tray.ts'

interface Post {
  blocks: KnownBlock[]
  text: string
}

const MOST = 2_500

/** A word to operators, as chat.postMessage takes it; drawn anew once it is over. */
export function noticePost({ key, text, over }: Notice): Post {
  const shown = cut(oneLine(text), MOST)
  return {
    text: escaped(`${over === null ? '⚠️' : '✅'} ${shown}`),
    blocks: [
      words(`${over === null ? '⚠️' : '✅'} ${shown}`),
      ...(over === null ? ways(key) : []),
      ...(over === null ? [] : [context(plain(cut(oneLine(over), MOST)))]),
    ],
  }
}

/** What can be done at once about mails that are held, or left over. */
function ways(key: string): KnownBlock[] {
  if (key === MAILS_LEFT_OVER) return [actions(button('Look', ids.openTray, 'tray'))]
  const address = heldAuthor(key)
  return address ? [heldActions(address)] : []
}

/** What is said at its end, below it and in the channel. */
export function overPost(over: string): Post {
  const text = `✅ ${cut(oneLine(over), MOST)}`
  return { text: escaped(text), blocks: [words(text)] }
}
