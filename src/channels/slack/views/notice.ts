import type { KnownBlock } from '@slack/types'
import type { Notice } from '../../../core/alerts.ts'
import { context, cut, escaped, oneLine, plain, words } from './blocks.ts'

interface Post {
  blocks: KnownBlock[]
  text: string
}

const MOST = 2_500

/** A word to operators, as chat.postMessage takes it; drawn anew once it is over. */
export function noticePost({ text, over }: Notice): Post {
  const shown = cut(oneLine(text), MOST)
  return {
    text: escaped(`${over === null ? '⚠️' : '✅'} ${shown}`),
    blocks: [
      words(`${over === null ? '⚠️' : '✅'} ${shown}`),
      ...(over === null ? [] : [context(plain(cut(oneLine(over), MOST)))]),
    ],
  }
}

/** What is said at its end, below it and in the channel. */
export function overPost(over: string): Post {
  const text = `✅ ${cut(oneLine(over), MOST)}`
  return { text: escaped(text), blocks: [words(text)] }
}
