import type { KnownBlock } from '@slack/types'
import type { AgentWord } from '../../../core/agent-words.ts'
import { cut, escaped, oneLine, words } from './blocks.ts'
import { threadLink } from './tickets/details.ts'

const MOST = 2_500

/** A word to one agent, as chat.postMessage takes it. */
export function agentWordPost({ text }: AgentWord, url: string | null): { text: string; blocks: KnownBlock[] } {
  const shown = cut(oneLine(text), MOST)
  return { text: escaped(shown), blocks: [words(`⏰ ${shown}`), ...(url ? [threadLink(url)] : [])] }
}
