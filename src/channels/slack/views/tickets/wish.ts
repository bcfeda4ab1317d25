import type { KnownBlock } from '@slack/types'
import type { MessageView } from '../../../../core/view.ts'
import { context, cut, plain } from '../blocks.ts'
import { scheduledWords } from '../words.ts'

/** To whom beside the customer, and when, a message goes once somebody sends it. */
export function wishLines({ wish }: MessageView): KnownBlock[] {
  if (!wish) return []
  const copies = [...(wish.copyTo ?? []), ...(wish.blindTo ?? []).map(address => `${address} (blind)`)]
  return [
    ...(copies.length ? [context(plain(cut(`Once it is sent: copy to ${copies.join(', ')}`, 1_500)))] : []),
    ...(wish.schedule ? [context(`Once it is sent: ${scheduledWords({ ...wish.schedule, askedAt: null })}`)] : []),
  ]
}
