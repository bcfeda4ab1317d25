import type { AddressInfo } from 'node:net'
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server'
import { storeInbound } from '../../../core/inbound/store.ts'
import { isOurs } from '../../../core/senders/find.ts'
import type { Store } from '../../../db/store.ts'
import type { Log } from '../../../lib/log.ts'
import { normaliseAddress } from '../address.ts'
import { keyOf } from '../identity.ts'
import type { Envelope } from './recipients.ts'
import { networksOf, OWN_NETWORKS, plainAddress } from './relays.ts'
import { openKeys, type TlsFiles } from './tls.ts'

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
  tls?: TlsFiles | null
  relays?: string[] | null // networks of hosts that are ours; null: loopback and private ones
  most?: Partial<Limits>
}

/** What is refused for the moment, so that one who floods us takes nothing from the others. */
interface Limits {
  connections: number
  connectionsOfOne: number // address; one of ours may have all
  recipients: number // of one mail (RFC 5321, 4.5.3.1.8)
  strangers: number // recipients refused on one connection: somebody tries out addresses
  bytes: number // of all mails in hand
}

const MOST: Limits = {
  connections: 200,
  connectionsOfOne: 20,
  recipients: 100,
  strangers: 20,
  bytes: 256 * 1024 * 1024,
}
const SILENCE_MS = 60_000
const LONGEST_DRAIN_MS = 10_000

/** Accepts mail by SMTP for our own addresses only. 250 means that the mail is stored; when it cannot be, 451. */
export async function listen(options: ListenOptions): Promise<Listener> {
  const { store, host, port, maxBytes, log } = options
  const most = { ...MOST, ...options.most }
  const keys = await openKeys(options.tls ?? null, host, store.now(), log)
  const isRelay = networksOf(options.relays ?? OWN_NETWORKS)
  const inHand = new Set<Promise<void>>()
  const open = new Map<string, string>() // address of each connection
  const refused = new WeakMap<SMTPServerSession, number>()
  let bytes = 0
  let stopping = false

  const server = new SMTPServer({
    banner: 'Overture',
    disabledCommands: ['AUTH', ...(keys.current ? [] : ['STARTTLS'])],
    ...(keys.current ?? {}),
    authOptional: true,
    disableReverseLookup: true,
    size: maxBytes,
    maxClients: most.connections,
    socketTimeout: SILENCE_MS,
    logger: false,
    onConnect: (session, done) => {
      open.set(session.id, session.remoteAddress)
      if (isCrowd(session.remoteAddress)) return done(answer(421, '4.7.0 Too many connections from your address'))
      renewKeys().finally(done)
    },
    onClose: session => open.delete(session.id),
    onMailFrom: (_address, _session, done) => done(stopping ? answer(421, '4.3.2 Shutting down') : null),
    onRcptTo: (address, session, done) => {
      if (session.envelope.rcptTo.length >= most.recipients) return done(answer(452, '4.5.3 Too many recipients'))
      accepts(address.address).then(
        ours => done(ours ? null : refusal(session)),
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

  function isCrowd(address: string): boolean {
    return !isRelay(address) && [...open.values()].filter(a => a === address).length > most.connectionsOfOne
  }

  async function renewKeys(): Promise<void> {
    if ((await keys.refresh()) && keys.current) server.updateSecureContext({ ...keys.current })
  }

  async function accepts(typed: string): Promise<boolean> {
    const address = normaliseAddress(typed)
    return address !== null && (await store.read(q => isOurs(q, address)))
  }

  function refusal(session: SMTPServerSession): Error {
    const count = (refused.get(session) ?? 0) + 1
    refused.set(session, count)
    return count > most.strangers
      ? answer(421, '4.7.0 Too many unknown recipients')
      : answer(550, '5.1.1 No such address here')
  }

  /** Stores the mail; an error to answer with when it will not be stored. */
  async function taken(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<Error | null> {
    let held = 0
    try {
      const chunks: Buffer[] = []
      let isFull = false
      for await (const chunk of stream) {
        isFull ||= bytes + chunk.length > most.bytes
        if (stream.sizeExceeded || isFull) continue // the rest is heard, since only then an answer may be given
        chunks.push(chunk as Buffer)
        held += chunk.length
        bytes += chunk.length
      }
      if (stream.sizeExceeded) return answer(552, '5.3.4 The mail is too large')
      if (isFull) return answer(452, '4.3.1 Too much mail at the moment, try again later')
      await keep(Buffer.concat(chunks), envelopeOf(session))
      return null
    } finally {
      bytes -= held
    }
  }

  async function keep(raw: Buffer, envelope: Envelope): Promise<void> {
    await store.write(tx => storeInbound(tx, { channel: 'email', key: keyOf(raw), raw, envelope }))
  }

  function envelopeOf({ envelope, remoteAddress, hostNameAppearsAs }: SMTPServerSession): Envelope {
    const { mailFrom, rcptTo } = envelope
    return {
      by: 'smtp',
      from: mailFrom ? mailFrom.address : '',
      to: rcptTo.map(r => r.address),
      remote: plainAddress(remoteAddress),
      helo: hostNameAppearsAs || '',
      ...(isRelay(remoteAddress) ? { relay: true } : {}),
    }
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
