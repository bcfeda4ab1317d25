import type { KnownBlock } from '@slack/types'
import type { Desk } from '../desk.ts'

/** Where somebody is who is to be told something: in a channel, or in a thread there. */
export interface Spot {
  channel: string
  user: string
  thread_ts?: string | undefined
}

/** Shows one person something that Slack keeps for nobody. What cannot be shown is only logged: it is a hint. */
export async function whisper(desk: Desk, spot: Spot, words: { text: string; blocks: KnownBlock[] }): Promise<void> {
  const { channel, user, thread_ts } = spot
  await desk.bulk.chat
    .postEphemeral({ channel, user, ...(thread_ts && { thread_ts }), ...words })
    .catch(err => desk.log.warn({ err }, 'A hint could not be shown.'))
}
