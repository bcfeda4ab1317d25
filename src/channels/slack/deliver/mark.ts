import { WebAPIPlatformError } from '@slack/web-api'
import type { Letter, Outcome } from '../../../core/letter.ts'
import type { MessageView } from '../../../core/view.ts'
import type { Desk } from '../desk.ts'
import { tellOfFailure } from './failure.ts'
import { tsOf } from './posted.ts'

const MARKS = { waiting: 'hourglass_flowing_sand', sent: 'white_check_mark', failed: 'warning' } as const

/**
 * Marks an agent's own message by what became of its mail. Adding twice and removing nothing are harmless.
 */
export async function drawMark(desk: Desk, letter: Letter): Promise<Outcome> {
  const id = letter.message?.fromKey
  const timestamp = tsOf(id ?? null)
  if (!letter.message || !id || !timestamp) return { refused: { reason: 'There is nothing to mark.' } }
  const wanted = markFor(letter.message)
  const at = { channel: letter.thread.place, timestamp }
  if (wanted) await harmless('already_reacted', desk.bulk.reactions.add({ ...at, name: MARKS[wanted] }))
  if (letter.version > 1 || letter.attempts > 1 || !wanted)
    for (const [state, name] of Object.entries(MARKS))
      if (state !== wanted) await harmless('no_reaction', desk.bulk.reactions.remove({ ...at, name }))
  if (wanted === 'failed') await tellOfFailure(desk, letter, letter.message)
  return { sent: { id } }
}

function markFor(message: MessageView): keyof typeof MARKS | undefined {
  if (message.deletedAt !== null) return undefined
  const state = message.deliveries.filter(d => d.side === 'customer').at(-1)?.state
  if (state === 'held' || state === 'queued') return 'waiting'
  if (state === 'sent') return 'sent'
  return state === 'failed' || state === 'bounced' ? 'failed' : undefined
}

async function harmless(allowed: string, call: Promise<unknown>): Promise<void> {
  try {
    await call
  } catch (error) {
    if (!(error instanceof WebAPIPlatformError && [allowed, 'message_not_found'].includes(error.data.error)))
      throw error
  }
}
