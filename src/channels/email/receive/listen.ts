import type { AddressInfo } from 'node:net'
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server'
import { storeInbound } from '../../../core/inbound.ts'
import { isOurs } from '../../../core/senders.ts'
import type { Store } from '../../../db/store.ts'
import type { Log } from '../../../lib/log.ts'
import { normaliseAddress } from '../address.ts'
import { keyOf } from '../identity.ts'
import type { Envelope } from './recipients.ts'

export interface Listener {
  readonly port: number
  /** Accepts no more; resolves once the mails in hand are stored and the port is closed. */
  stop(): Promise<void>
}

export interface ListenOptions {
  store: Store
  host: string
  port: number // 0: any free one
  maxBytes: number
  log: Log
}

const SILENCE_MS = 60_000
const LONGEST_DRAIN_MS = 10_000

/** Accepts mail by SMTP for our own addresses only. 250 means that the mail is stored; when it cannot be, 451. */
export async function listen({ store, host, port, maxBytes, log }: ListenOptions): Promise<Listener> {
  const inHand = new Set<Promise<void>>()
  let stopping = false

  const server = new SMTPServer({
    banner: 'Overture',
    disabledCommands: ['AUTH', 'STARTTLS'],
    authOptional: true,
    disableReverseLookup: true,
    size: maxBytes,
    maxClients: 500,
    socketTimeout: SILENCE_MS,
    logger: false,
    onMailFrom: (_address, _session, done) => done(stopping ? answer(421, '4.3.2 Shutting down') : null),
    onRcptTo: (address, _session, done) => {
      accepts(address.address).then(
        ours => done(ours ? null : answer(550, '5.1.1 No such address here')),
        error => done(later(error)),
      )
    },
    onData: (stream, session, done) => {
      const work = taken(stream, session).then(
        refusal => (refusal ? done(refusal) : done(null, 'Stored')),
        error => done(later(error)),
      )
      inHand.add(work)
      work.finally(() => inHand.delete(work))
    },
  })

  async function accepts(typed: string): Promise<boolean> {
    const address = normaliseAddress(typed)
    return address !== null && (await store.read(q => isOurs(q, address)))
  }

  /** Stores the mail; an error to answer with when it will not be stored. */
  async function taken(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<Error | null> {
    const chunks: Buffer[] = []
    for await (const chunk of stream) if (!stream.sizeExceeded) chunks.push(chunk as Buffer)
    if (stream.sizeExceeded) return answer(552, '5.3.4 The mail is too large')
    const raw = Buffer.concat(chunks)
    const { mailFrom, rcptTo } = session.envelope
    const envelope: Envelope = {
      by: 'smtp',
      from: mailFrom ? mailFrom.address : '',
      to: rcptTo.map(r => r.address),
    }
    await store.write(tx => storeInbound(tx, { channel: 'email', key: keyOf(raw), raw, envelope }))
    return null
  }

  function later(error: unknown): Error {
    log.error({ err: error }, 'A mail could not be stored; its sender was asked to try again.')
    return answer(451, '4.3.0 Cannot take mail at the moment, try again later')
  }

  // Without a listener an error of one connection would end the process.
  server.on('error', error => log.debug({ err: error }, 'a connection to the mail listener broke'))
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject)
    server.listen(port, host, () => {
      server.server.off('error', reject)
      resolve()
    })
  })

  return {
    port: (server.server.address() as AddressInfo).port,
    async stop() {
      stopping = true
      await Promise.race([Promise.all(inHand), elapsed(LONGEST_DRAIN_MS)])
      server.options.closeTimeout = 50 // what still is connected has nothing in hand
      await new Promise<void>(resolve => server.close(() => resolve()))
    },
  }
}

function answer(responseCode: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode })
}

function elapsed(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms).unref())
}
