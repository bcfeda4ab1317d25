import { settleInbound } from '../../../core/inbound/settle.ts'
import type { Tx } from '../../../db/store.ts'
import type { Desk } from '../desk.ts'

/** One of Slack's events as it was stored. https://docs.slack.dev/reference/events */
export interface StoredEvent<E = Record<string, unknown>> {
  inboundId: string
  attempts: number // 1 at the first
  event: E & { type: string }
}

/** Settles an event in the transaction of what it caused; settling again changes nothing. */
export function settleWith<T>(desk: Desk, stored: StoredEvent<object>, work: (tx: Tx) => Promise<T>): Promise<T> {
  return desk.store.write(async tx => {
    const value = await work(tx)
    await settleInbound(tx, stored.inboundId, { state: 'recorded' })
    return value
  })
}
