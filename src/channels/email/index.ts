import { receiveArrival } from '../../core/receive/index.ts'
import type { InboundRow } from '../../db/schema.ts'
import type { Store } from '../../db/store.ts'
import type { Log } from '../../lib/log.ts'
import type { Channel } from '../channel.ts'
import { arrivalOf } from './arrival.ts'
import { createAccessTokens, type OAuthSettings } from './oauth.ts'
import { readMail } from './read/mail.ts'
import type { Mailboxes } from './receive/imap.ts'
import type { Listener } from './receive/listen.ts'
import type { Envelope } from './receive/recipients.ts'
import { createSending } from './send/send.ts'

export interface EmailOptions {
  store: Store
  log: Log
  smtpUrl: string | null // for senders without one of their own
  imapUrl: string | null
  listen: { host: string; port: number } | null
  oauth?: OAuthSettings | null // for mail servers that take access tokens in place of passwords
  perMinute?: number // mails to one domain
  maxBytes?: number // of a mail that is taken in
}

export interface Email extends Channel {
  /** Where mail is listened for, or null. */
  listenPort(): number | null
  /** Sends a test mail from a sender; null when the server accepted it, else why not, as a finished sentence. */
  sendTest(senderId: string, to: string): Promise<string | null>
}

const MOST_BYTES = 25 * 1024 * 1024

/** Customers' mail: out by SMTP, in by a mailbox and by a listener of our own. */
export function createEmail(options: EmailOptions): Email {
  const { store, log, maxBytes = MOST_BYTES } = options
  const tokens = options.oauth ? createAccessTokens(options.oauth) : null
  const { smtpUrl, perMinute } = options
  const sending = createSending({ store, log, smtpUrl, tokens, ...(perMinute ? { perMinute } : {}) })
  let listener: Listener | undefined
  let mailbox: Mailboxes | undefined

  async function stopIntake(): Promise<void> {
    await Promise.all([listener?.stop(), mailbox?.stop()])
    listener = undefined
    mailbox = undefined
  }

  return {
    name: 'email',
    atOnce: 20,
    deliver: sending.deliver,
    sendTest: sending.sendTest,
    async receive(row: InboundRow) {
      const reading = await readMail(row.raw, JSON.parse(row.envelope) as Envelope, { key: store.key })
      await store.write(async tx => receiveArrival(tx, await arrivalOf(tx.q, row, reading)))
    },
    async start() {
      // Each library costs time and memory at the start, so only what is used is loaded.
      if (options.listen) {
        const { listen } = await import('./receive/listen.ts')
        listener = await listen({ ...options.listen, store, log, maxBytes })
      }
      if (options.imapUrl) {
        const { readMailbox } = await import('./receive/imap.ts')
        mailbox = readMailbox({ store, log, maxBytes, url: options.imapUrl })
      }
    },
    stopIntake,
    async stop() {
      await stopIntake()
      sending.close()
    },
    listenPort: () => listener?.port ?? null,
  }
}
