import type { Letter, Outcome } from '../../../core/letter.ts'
import type { Desk } from '../desk.ts'
import { drawCard } from './card.ts'
import { drawMark } from './mark.ts'
import { postInThread } from './message.ts'
import { outcomeOf } from './outcome.ts'

/** Carries a letter to Slack. The same letter twice leaves one post. */
export async function deliver(desk: Desk, letter: Letter): Promise<Outcome> {
  try {
    if (letter.kind === 'card') return await drawCard(desk, letter)
    if (letter.kind === 'mark') return await drawMark(desk, letter)
    return await postInThread(desk, letter)
  } catch (error) {
    return outcomeOf(desk, letter, error)
  }
}
