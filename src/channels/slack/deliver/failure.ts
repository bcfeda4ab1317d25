import type { Letter } from '../../../core/letter.ts'
import type { MessageView } from '../../../core/view.ts'
import type { Desk } from '../desk.ts'
import { failedPrompt } from '../views/tickets/prompts.ts'
import { findParts, mark, plain } from './posted.ts'

/** Tells in the thread, once for each mail that failed for good, who wrote it what happened and how to mend it. */
export async function tellOfFailure(desk: Desk, letter: Letter, message: MessageView): Promise<void> {
  const failed = message.deliveries.filter(d => d.side === 'customer').at(-1)
  const root = letter.thread.root
  if (!root || !failed || !['failed', 'bounced'].includes(failed.state)) return
  const { parts } = await findParts(desk, letter, root, failed.id)
  if (parts.size) return
  const { blocks, text } = failedPrompt(message, letter.ticket)
  const author = message.author.handle
    ? [{ type: 'context' as const, elements: [{ type: 'mrkdwn' as const, text: `<@${message.author.handle}>` }] }]
    : []
  await desk.bulk.chat.postMessage({
    channel: letter.thread.place,
    thread_ts: root,
    text,
    blocks: [...blocks, ...author],
    ...plain,
    metadata: mark(failed.id, 0),
  })
}
