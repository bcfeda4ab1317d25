import type { WebClient } from '@slack/web-api'
import type { Letter } from '../../core/letter.ts'
import type { Store } from '../../db/store.ts'
import type { Log } from '../../lib/log.ts'
import type { People } from './people.ts'

/** What every listener at the desk works with. */
export interface Desk {
  store: Store
  /** For what a person waits for: few retries, short time-outs. */
  ui: WebClient
  /** For what the outbox and the inbox do: no retries of its own, a 429 is thrown at once. */
  bulk: WebClient
  log: Log
  people: People
  /** The app's own ids, known once it is connected. */
  self: { userId: string; botId: string; teamId: string; teamUrl: string }
  botToken: string
  /** Whether webhooks may also be on this machine itself. */
  localHooks: boolean
  /** Sends a test mail from a sender; null when it was accepted, else why not, a finished sentence. */
  sendTest(senderId: string, to: string): Promise<string | null>
  /** The mail of a letter, as it was sent. */
  composeMail(letter: Letter): Promise<Buffer>
}
