import type { KnownBlock } from '@slack/types'
import { type Collision, collisionWords } from '../../../../core/collisions.ts'
import { actions, button, context, cut, oneLine, plain, words } from '../blocks.ts'
import { ids } from '../ids.ts'

/** Why a mail to this customer may not be wanted. */
export interface Doubts {
  collisions: Collision[]
  filledFor: string | null // the template in it was filled in for somebody else
  isAsked: boolean // it was submitted: the same again is meant so
}

const MOST_NAMED = 3

/** Who else writes to the customer, and the two ways on. */
export function collisionBlocks({ collisions, filledFor, isAsked }: Doubts, now: number): KnownBlock[] {
  const named = collisions.slice(0, MOST_NAMED)
  const rest = collisions.length - named.length
  return [
    ...named.map(c =>
      words(`⚠️ ${cut(oneLine(collisionWords(c, now)), 500)}.`, button('Continue there', ids.continueThere, c.ticketId)),
    ),
    ...(rest > 0 ? [context(plain(`And ${rest} more like this.`))] : []),
    ...(filledFor
      ? [words(`⚠️ The template was filled in for ${cut(filledFor, 320)}. Look whether the text fits this customer.`)]
      : []),
    isAsked
      ? context('Nothing was sent yet. *Write anyway* below sends it.')
      : actions(button('Write anyway', ids.writeAnyway, 'anyway')),
  ]
}
