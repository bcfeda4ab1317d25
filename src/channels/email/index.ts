import type { FastifyInstance } from 'fastify'
import { alert, MAILS_LEFT_OVER } from '../../core/alerts.ts'
import type { Document } from '../../core/document.ts'
import { rawOf } from '../../core/dropped.ts'
import { settleInbound } from '../../core/inbound/settle.ts'
import { noteEnvelope } from '../../core/inbound/store.ts'
import type { Letter } from '../../core/letter.ts'
import { receiveArrival } from '../../core/receive/index.ts'
import { aboutOf } from '../../core/receive/record.ts'
import type { InboundRow } from '../../db/schema.ts'
import type { Store, Tx } from '../../db/store.ts'
import type { Log } from '../../lib/log.ts'
import { takeTurns } from '../../lib/turns.ts'
import type { Channel } from '../channel.ts'
import { arrivalOf } from './arrival.ts'
import { createAccessTokens, type OAuthSettings } from './oauth.ts'
import { createReach } from './reach.ts'
import type { Reading } from './read/mail.ts'
import { type Reader, sharedReader } from './read/reader.ts'
import type { Resolve } from './receive/authenticate.ts'
import type { Mailboxes } from './receive/imap.ts'
import type { Listener } from './receive/listen.ts'
import { mountPosted } from './receive/posted.ts'
import type { Envelope } from './receive/recipients.ts'
import type { TlsFiles } from './receive/tls.ts'
import { compose } from './send/compose.ts'
import { createSending } from './send/send.ts'

export interface EmailOptions {
  store: Store
  log: Log
  smtpUrl: string | null // for senders without one of their own
  imapUrl: string | null // one or several
  listen: { host: string; port: number } | null
  oauth?: OAuthSettings | null // for mail servers that take access tokens in place of passwords
  tls?: TlsFiles | null // of the listener
  relays?: string[] | null // networks of hosts that hand the listener others' mail
  authservIds?: string[] // whose Authentication-Results are believed
  webhookSecret?: string | null // null: no mail is taken in by HTTP
  resolve?: Resolve // in place of the system's DNS
  perMinute?: number // mails to one domain
  maxBytes?: number // of a mail that is taken in
  reader?: Reader // in place of the one that the process has; closed at the end
}

export interface Email extends Channel {
  /** Where mail is listened for, or null. */
  listenPort(): number | null
  /** Adds `POST /mail/inbound` to the server, where a secret is set. */
  mount(server: FastifyInstance): void
  /** Sends a test mail from a sender; null when the server accepted it, else why not, as a finished sentence. */
  sendTest(senderId: string, to: string): Promise<string | null>
  /** The bytes of the mail that a letter is, or was, sent as. */
  composeMail(letter: Letter): Promise<Buffer>
  /** How what HTML says is read, for others who are given some. */
  htmlReader(): Promise<(html: string) => Document>
}

const MOST_BYTES = 25 * 1024 * 1024

/** Customers' mail: out by SMTP, in by a mailbox and by a listener of our own. */
export function createEmail(options: EmailOptions): Email {
  const { store, log, maxBytes = MOST_BYTES } = options
  const authservIds = (options.authservIds ?? []).map(id => id.toLowerCase())
  const tokens = options.oauth ? createAccessTokens(options.oauth) : null
  const { smtpUrl, perMinute } = options
  const sending = createSending({ store, log, smtpUrl, tokens, ...(perMinute ? { perMinute } : {}) })
  const reader = options.reader ?? sharedReader()
  let listener: Listener | undefined
  let mailboxes: Mailboxes | undefined
  let isStopping = false
  const inTurn = takeTurns()
  const reach = createReach({ store, smtpUrl, tokens, mailboxes: () => mailboxes })

  async function stopIntake(): Promise<void> {
    isStopping = true
    await Promise.all([listener?.stop(), mailboxes?.stop()])
    listener = undefined
    mailboxes = undefined
  }

  /** What a stranger's host handed over is checked before it is understood; what was found stays with the mail. */
  async function checked(row: InboundRow): Promise<Envelope> {
    const envelope = JSON.parse(row.envelope) as Envelope
    if (envelope.by !== 'smtp' || envelope.relay || envelope.auth || !envelope.remote) return envelope
    const { authenticate } = await import('./receive/authenticate.ts')
    const auth = await authenticate(row.raw, envelope, options.resolve ? { resolve: options.resolve } : {})
    return { ...envelope, auth }
  }

  async function read(row: InboundRow): Promise<{ envelope: Envelope; reading: Reading }> {
    const raw = rawOf(row)
    const envelope = await checked(row)
    return { envelope, reading: await reader.read(raw, envelope, { key: store.key, authservIds }) }
  }

  function record(row: InboundRow, envelope: Envelope, reading: Reading): Promise<void> {
    return store.write(async tx => {
      if (envelope.auth) await noteEnvelope(tx, row, envelope)
      if (reading.rounds && !row.team_id && !row.ticket_id) return setAside(tx, row, reading, reading.rounds)
      await receiveArrival(tx, await arrivalOf(tx.q, row, reading))
    })
  }

  return {
    name: 'email',
    atOnce: 20,
    deliver: sending.deliver,
    sendTest: sending.sendTest,
    composeMail: async letter => (await compose(letter, store.key)).raw,
    htmlReader: async () => (await import('./read/document/html.ts')).fromHtml,
    async receive(row: InboundRow) {
      const begun = read(row)
      begun.catch(() => {}) // who waits for it comes later
      // Mails are read side by side, but what one author wrote is recorded in the order in which it came.
      const { envelope, reading } = await inTurn('reading', () => begun)
      await inTurn(reading.from.address, () => record(row, envelope, reading))
    },
    async tellOfTrouble(_row, became) {
      if (became !== 'quarantined') return
      const text = 'A mail could not be understood and waits in the tray (App Home, Set-up). The log says why.'
      await store.write(tx => alert(tx, MAILS_LEFT_OVER, text))
    },
    mount(server) {
      if (options.webhookSecret)
        mountPosted(server, { store, log, maxBytes, secret: options.webhookSecret, isOpen: () => !isStopping })
    },
    async start() {
      // Each library costs time and memory at the start, so only what is used is loaded.
      if (options.listen) {
        const { listen } = await import('./receive/listen.ts')
        const { tls = null, relays = null } = options
        listener = await listen({ ...options.listen, store, log, maxBytes, tls, relays })
      }
      if (options.imapUrl) {
        const { readMailboxes } = await import('./receive/imap.ts')
        mailboxes = readMailboxes({ store, log, maxBytes, url: options.imapUrl, tokens })
      }
    },
    stopIntake,
    async stop() {
      await stopIntake()
      sending.close()
      await options.reader?.close()
    },
    health: () => reach.health(),
    listenPort: () => listener?.port ?? null,
  }
}

/** To where people see it, and may give it to a team all the same. */
async function setAside(tx: Tx, row: InboundRow, reading: Reading, reason: string): Promise<void> {
  const { kind, rule } = reading
  await settleInbound(tx, row.id, {
    state: 'quarantined',
    reason,
    about: aboutOf(reading),
    kind,
    rule,
    from: reading.from.address,
  })
}
