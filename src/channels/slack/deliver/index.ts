import type { Letter, Outcome } from '../../../core/letter.ts'
import type { Desk } from '../desk.ts'
import { drawCard } from './card.ts'
import { drawMark } from './mark.ts'
import { postInThread, postPlainly } from './message.ts'
import { outcomeOf } from './outcome.ts'

/** Carries a letter to Slack. The same letter twice leaves one post. */
export async function deliver(desk: Desk, letter: Letter): Promise<Outcome> {
  try {
    if (letter.kind === 'card') return await drawCard(desk, letter)
    if (letter.kind === 'mark') return await drawMark(desk, letter)
    return await postInThread(desk, letter)
  } catch (error) {
    const outcome = await outcomeOf(desk, letter, error)
    return 'refused' in outcome && isUnseen(letter) ? await plainly(desk, letter) : outcome
  }
}

function isUnseen({ kind, externalId, message }: Letter): boolean {
  return kind === 'message' && externalId === null && message?.deletedAt === null
}

/** Slack does not take the post as it is, or its thread is gone: what somebody wrote must be seen all the same. */
async function plainly(desk: Desk, letter: Letter): Promise<Outcome> {
  try {
    return await postPlainly(desk, letter)
  } catch (error) {
    return outcomeOf(desk, letter, error)
  }
}
