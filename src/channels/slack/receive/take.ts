import type { App, ReceiverEvent } from '@slack/bolt'
import { storeInbound } from '../../../core/inbound/store.ts'
import type { Store } from '../../../db/store.ts'
import type { Desk } from '../desk.ts'

/** What a transport hands over: one envelope of Slack's, and how to acknowledge it. */
export interface Envelope {
  body: Record<string, unknown>
  ack: (response?: unknown) => Promise<void>
  retryNum?: number | undefined
  retryReason?: string | undefined
}

export interface Intake {
  take(envelope: Envelope): Promise<void>
  /** Takes no more; resolves once what is in hand is stored or answered. */
  stop(): Promise<void>
}

/**
 * Events are stored, then acknowledged, then worked on from their rows: Bolt would acknowledge them before any listener
 * ran, and Slack sends nothing again that was acknowledged. What a person waits for (commands, forms, buttons) goes to
 * Bolt's listeners at once. While intake is stopped nothing is acknowledged, so Slack delivers it again.
 */
export function createIntake(store: Store, app: App, desk: Desk): Intake {
  const inHand = new Set<Promise<void>>()
  let stopped = false

  async function handle({ body, ack, retryNum, retryReason }: Envelope): Promise<void> {
    if (body.type === 'event_callback') {
      if (!isOurOwn(body.event as SlackEvent, desk.self)) await storeEvent(store, body)
      return ack()
    }
    const event = { body, ack, customProperties: {} } as ReceiverEvent
    if (retryNum !== undefined) event.retryNum = retryNum
    if (retryReason !== undefined) event.retryReason = retryReason
    await app.processEvent(event)
  }

  return {
    async take(envelope) {
      if (stopped) return
      const work = handle(envelope).catch(error => {
        desk.log.error({ err: error, type: envelope.body.type }, 'Not acknowledged; Slack delivers it again.')
      })
      inHand.add(work)
      await work
      inHand.delete(work)
    },
    async stop() {
      stopped = true
      await Promise.all(inHand)
    },
  }
}

async function storeEvent(store: Store, body: Record<string, unknown>): Promise<void> {
  const raw = Buffer.from(JSON.stringify(body))
  await store.write(tx => storeInbound(tx, { channel: 'slack', key: String(body.event_id), raw }))
}

interface SlackEvent {
  type: string
  user?: unknown
  bot_id?: string
  message?: { bot_id?: string }
  previous_message?: { bot_id?: string }
}

/** Slack echoes our reactions and what we post, also past Bolt's ignoreSelf (changed and deleted messages). */
function isOurOwn(event: SlackEvent, self: Desk['self']): boolean {
  if (event.type === 'reaction_added') return event.user === self.userId
  if (event.type !== 'message') return false
  const bot = event.bot_id ?? event.message?.bot_id ?? event.previous_message?.bot_id
  return bot === self.botId
}
