import { setTimeout as rest } from 'node:timers/promises'
import { WebAPIPlatformError, WebAPIRateLimitedError } from '@slack/web-api'
import { storeInbound } from '../../../core/inbound/store.ts'
import { openDeskThreads } from '../../../core/threads.ts'
import type { Desk } from '../desk.ts'

/** Slack delivers an event again for some minutes only; what was written while we were away longer has to be looked for. */
const REDELIVERED_MS = 60_000
const MOST_THREADS = 500

/**
 * Looks into the threads of open tickets for what people wrote since `since` (ms UTC), and stores it as if Slack had
 * delivered it. What we know already is the same message and changes nothing.
 */
export async function catchUp(desk: Desk, since: number, signal: AbortSignal): Promise<void> {
  if (desk.store.now() - since < REDELIVERED_MS) return
  const threads = await desk.store.read(q => openDeskThreads(q, MOST_THREADS))
  for (const thread of threads) {
    if (signal.aborted) return
    await lookInto(desk, thread.place, thread.root, since, signal).catch(err =>
      desk.log.warn({ err, place: thread.place }, 'A thread could not be looked through.'),
    )
  }
}

async function lookInto(desk: Desk, channel: string, root: string, since: number, signal: AbortSignal): Promise<void> {
  let cursor: string | undefined
  do {
    const page = await patiently(signal, () =>
      desk.bulk.conversations.replies({
        channel,
        ts: root,
        oldest: String(since / 1000),
        limit: 200,
        ...(cursor ? { cursor } : {}),
      }),
    )
    for (const message of page?.messages ?? []) {
      if (message.bot_id || !message.user || message.ts === root) continue
      const event = { ...message, type: 'message', channel }
      const raw = Buffer.from(JSON.stringify({ type: 'event_callback', event }))
      await desk.store.write(tx => storeInbound(tx, { channel: 'slack', key: `seen:${channel}:${message.ts}`, raw }))
    }
    cursor = page?.response_metadata?.next_cursor || undefined
  } while (cursor && !signal.aborted)
}

async function patiently<T>(signal: AbortSignal, ask: () => Promise<T>): Promise<T | undefined> {
  while (!signal.aborted) {
    try {
      return await ask()
    } catch (error) {
      if (error instanceof WebAPIPlatformError && error.data.error === 'thread_not_found') return undefined
      if (!(error instanceof WebAPIRateLimitedError)) throw error
      await rest(error.retryAfter * 1000, undefined, { signal }).catch(() => {})
    }
  }
  return undefined
}
