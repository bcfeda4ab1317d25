import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'
import { SMTPServer, type SMTPServerDataStream, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server'
import { Faults, SmtpError } from './faults.ts'
import type { Envelope, MailFaults, MailWorldOptions } from './types.ts'

export interface RelayRules {
  /** Resolves when the recipient is welcome; throws what to answer otherwise. */
  welcome(address: string): { code: number; text: string } | { waitMs: number }
  /** The mail is answered with 250 once this has resolved. */
  keep(raw: Buffer, envelope: Envelope): Promise<void>
  changed(): void
}

export interface Relay {
  readonly port: number
  readonly url: string
  readonly down: boolean
  readonly connections: { total: number; open: number }
  readonly faults: MailFaults
  close(): Promise<void>
}

/** Listens on loopback as the internet's relay: takes mail for any address, as the rules and faults allow. */
export async function startRelay(options: MailWorldOptions, rules: RelayRules): Promise<Relay> {
  const faults = new Faults()
  const sockets = new Set<Socket>()
  let total = 0
  let open: SMTPServer | undefined
  let port = options.port ?? 0

  async function listen(): Promise<void> {
    const server = new SMTPServer({ ...serverOptions(options), ...handlers(options, faults, rules, sockets) })
    server.on('error', () => {}) // a connection that broke is the client's to notice
    server.server.on('connection', (socket: Socket) => {
      total += 1
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
    })
    server.listen(port, '127.0.0.1')
    await once(server.server, 'listening')
    port = (server.server.address() as AddressInfo).port
    open = server
  }

  async function shut(): Promise<void> {
    const server = open
    open = undefined
    if (!server) return
    const closed = new Promise<void>(resolve => server.close(resolve))
    for (const socket of sockets) socket.destroy()
    await closed
  }

  async function outage(down: boolean): Promise<void> {
    if (down) await shut()
    else if (!open) await listen()
    rules.changed()
  }

  await listen()
  return {
    port,
    url: urlOf(options, port),
    get down() {
      return open === undefined
    },
    get connections() {
      return { total, open: sockets.size }
    },
    faults: {
      outage,
      dropAfterData: (times = 1) => {
        faults.drops = times
      },
      answer: (stage, code, text, times = 1) => faults.answer(stage, code, text, times),
      busy: on => {
        faults.busy = on
      },
      rejectAuth: on => {
        faults.rejectAuth = on
      },
      clear: () => {
        faults.clear()
        return outage(false)
      },
    },
    close: shut,
  }
}

function urlOf(options: MailWorldOptions, port: number): string {
  const login = options.auth ? `${encodeURIComponent(options.auth.user)}:${encodeURIComponent(options.auth.pass)}@` : ''
  return `${options.tls === 'tls' ? 'smtps' : 'smtp'}://${login}127.0.0.1:${port}`
}

function serverOptions(options: MailWorldOptions): SMTPServerOptions {
  const tls = options.tls ?? 'none'
  return {
    name: 'relay.internet.test',
    secure: tls === 'tls',
    disabledCommands: [...(options.auth ? [] : ['AUTH']), ...(tls === 'starttls' ? [] : ['STARTTLS'])],
    authOptional: options.auth === undefined,
    allowInsecureAuth: true,
    size: options.maxBytes ?? 25 * 1024 * 1024,
    disableReverseLookup: true,
    closeTimeout: 100,
    logger: false,
  }
}

function handlers(options: MailWorldOptions, faults: Faults, rules: RelayRules, sockets: Set<Socket>) {
  return {
    onConnect: (_session, callback) => callback(faults.at('connect')),
    onAuth(login, _session, callback) {
      const right = login.username === options.auth?.user && login.password === options.auth?.pass
      const error = faults.at('auth') ?? (right ? undefined : new SmtpError(535, '5.7.8 Wrong user or password'))
      callback(error, { user: login.username })
    },
    onMailFrom(_address, _session, callback) {
      const locked = faults.rejectAuth && !options.auth
      callback(locked ? new SmtpError(530, '5.7.0 Authentication required') : faults.at('mail'))
    },
    onRcptTo({ address }, _session, callback) {
      welcome(address, faults, rules).then(() => callback(), callback)
    },
    onData(stream, session, callback) {
      receive(stream, session, faults, rules).then(
        () => (faults.takeDrop() ? cut(session, sockets) : callback()),
        callback,
      )
    },
  } satisfies SMTPServerOptions
}

async function welcome(address: string, faults: Faults, rules: RelayRules): Promise<void> {
  const fault = faults.at('rcpt')
  if (fault) throw fault
  const answer = rules.welcome(address.toLowerCase())
  if ('code' in answer) throw new SmtpError(answer.code, answer.text)
  if (answer.waitMs > 0) await wait(answer.waitMs, undefined, { ref: false })
}

async function receive(stream: SMTPServerDataStream, session: SMTPServerSession, faults: Faults, rules: RelayRules) {
  const raw = await buffer(stream)
  if (stream.sizeExceeded) throw new SmtpError(552, '5.3.4 Message size exceeds fixed limit')
  const fault = faults.at('data')
  if (fault) throw fault
  const { mailFrom, rcptTo } = session.envelope
  await rules.keep(raw, { from: mailFrom ? mailFrom.address : '', to: rcptTo.map(to => to.address.toLowerCase()) })
}

function cut(session: SMTPServerSession, sockets: Set<Socket>): void {
  for (const socket of sockets) if (socket.remotePort === session.remotePort) socket.destroy()
}
