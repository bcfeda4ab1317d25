import type { KnownBlock } from '@slack/types'
import type { DeskPost } from '../../../core/desk-posts.ts'
import { cut, escaped, oneLine, words } from './blocks.ts'
import { statsBlocks } from './team/stats.ts'
import { threadButton } from './tickets/details.ts'

interface Post {
  blocks: KnownBlock[]
  text: string
}

const MOST = 2_900

/** What Overture says by itself in a channel or to somebody; `link` leads to the ticket that it is about. */
export function deskPost({ text, figures }: Pick<DeskPost, 'text' | 'figures'>, link: string | null): Post {
  const lines = text.split('\n').map(oneLine)
  if (figures) return { text: escaped(cut(lines[0] ?? '', 300)), blocks: statsBlocks(figures, lines[0] ?? '') }
  return {
    text: escaped(cut(lines.join(' '), 1_000)),
    blocks: [words(cut(lines.join('\n'), MOST), link ? threadButton(link) : undefined)],
  }
}
