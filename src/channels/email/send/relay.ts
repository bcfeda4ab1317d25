import { Readable } from 'node:stream'
import { parseConnectionUrl } from 'nodemailer/lib/shared'
import SMTPConnection, { type Options } from 'nodemailer/lib/smtp-connection'

/** A mail server that takes our mail, with a few connections that are kept for the next mail. */
export interface Relay {
  /** Hands over a mail; resolves with the server's answer once it has accepted it, rejects with a SendFailure. */
  send(envelope: { from: string; to: string }, raw: Buffer): Promise<string>
  /** Connects and logs in; rejects with a SendFailure. */
  verify(): Promise<void>
  /** Lets go of all connections; mails in hand are cut off. */
  close(): void
}

/** What went wrong, as far as it is known: the server's answer, and whether the mail may have arrived all the same. */
export class SendFailure extends Error {
  override name = 'SendFailure'
  code: string // nodemailer's, such as EAUTH or ETIMEDOUT; also what the system said, such as ECONNREFUSED
  answer: string | null // the server's words, with its codes
  status: number | null // 550
  command: string | null // the SMTP command that it answered
  uncertain: boolean // the mail was being handed over when the connection was lost

  constructor(cause: Error, uncertain: boolean) {
    super(cause.message, { cause })
    const from = cause as Error & {
      code?: string
      originalCode?: string
      response?: string
      responseCode?: number
      command?: string
    }
    this.code = from.originalCode ?? from.code ?? 'UNKNOWN'
    if (from.code === 'EAUTH' || from.code === 'ETLS') this.code = from.code
    this.answer = from.response ?? null
    this.status = from.responseCode ?? null
    this.command = from.command ?? null
    this.uncertain = uncertain
  }
}

export interface RelaySettings {
  most?: number // connections at once
  idleMs?: number // a connection without work is closed after this
  silenceMs?: number // a server that says nothing for this long is given up
}

interface Idle {
  connection: SMTPConnection
  since: NodeJS.Timeout
}

/** A relay for an SMTP URL (smtp or smtps, `?tls.rejectUnauthorized=false`, `?requireTLS=true` and the like). */
export function openRelay(url: string, settings: RelaySettings = {}): Relay {
  const { most = 20, idleMs = 15_000, silenceMs = 60_000 } = settings
  const options: Options = {
    connectionTimeout: 20_000,
    greetingTimeout: 20_000,
    dnsTimeout: 10_000,
    socketTimeout: silenceMs,
    ...(parseConnectionUrl(url) as Options),
  }
  const auth = parseConnectionUrl(url).auth
  const idle: Idle[] = []
  const open = new Set<SMTPConnection>()
  const waiting: (() => void)[] = []
  let busy = 0
  let closed = false

  async function send(envelope: { from: string; to: string }, raw: Buffer): Promise<string> {
    if (busy >= most) await new Promise<void>(go => waiting.push(go))
    else busy++
    try {
      return await sendBy(await connection(), envelope, raw)
    } finally {
      const next = waiting.shift()
      if (next) next()
      else busy--
    }
  }

  async function sendBy(
    { connection: by, reused }: { connection: SMTPConnection; reused: boolean },
    envelope: { from: string; to: string },
    raw: Buffer,
  ): Promise<string> {
    try {
      const answer = await handOver(by, envelope, raw)
      keep(by)
      return answer
    } catch (error) {
      const failure = error as SendFailure
      if (failure.status && failure.status !== 421 && !closed && !by.destroyed)
        by.reset(e => (e ? by.close() : keep(by)))
      else by.close()
      // A server closes connections that it finds idle; that says nothing about this mail.
      if (reused && !failure.status && !failure.uncertain && !closed)
        return sendBy({ connection: await connect(), reused: false }, envelope, raw)
      throw failure
    }
  }

  async function connection(): Promise<{ connection: SMTPConnection; reused: boolean }> {
    for (let last = idle.pop(); last; last = idle.pop()) {
      clearTimeout(last.since)
      if (!last.connection.destroyed) return { connection: last.connection, reused: true }
    }
    return { connection: await connect(), reused: false }
  }

  function keep(connection: SMTPConnection): void {
    if (closed || connection.destroyed) {
      connection.close()
      return
    }
    const since = setTimeout(() => {
      idle.splice(
        idle.findIndex(i => i.connection === connection),
        1,
      )
      connection.quit()
    }, idleMs)
    since.unref()
    idle.push({ connection, since })
  }

  function connect(): Promise<SMTPConnection> {
    return new Promise((resolve, reject) => {
      if (closed) return reject(new SendFailure(new Error('This relay is closed.'), false))
      const connection = new SMTPConnection(options)
      const fail = (error: Error): void => {
        reject(new SendFailure(error, false)) // before the event that closing sets off
        connection.close()
      }
      open.add(connection)
      connection.on('error', fail) // stays: an error later must not end the process
      connection.on('end', () => {
        open.delete(connection)
        reject(new SendFailure(new Error('The server closed the connection.'), false))
      })
      connection.connect(error => {
        if (error) fail(error)
        else if (!auth || !connection.allowsAuth) resolve(connection)
        else connection.login({ ...auth, credentials: auth }, e => (e ? fail(e) : resolve(connection)))
      })
    })
  }

  return {
    send,
    async verify() {
      const connection = await connect()
      connection.quit()
    },
    close() {
      closed = true
      for (const { since } of idle.splice(0)) clearTimeout(since)
      for (const connection of open) connection.close()
    },
  }
}

/** Once the server has begun to read the mail, a lost connection leaves open whether it has it. */
function handOver(by: SMTPConnection, envelope: { from: string; to: string }, raw: Buffer): Promise<string> {
  let begun = false
  const bytes = new Readable({
    read() {
      begun = true
      this.push(raw)
      this.push(null)
    },
  })
  return new Promise((resolve, reject) => {
    const cut = (): void => {
      // The error that ended the connection, if any, is told right after this event.
      setImmediate(() => reject(new SendFailure(new Error('The connection was closed.'), begun)))
    }
    by.once('end', cut)
    by.send({ from: envelope.from, to: [envelope.to], size: raw.length }, bytes, (error, answer) => {
      by.off('end', cut)
      if (error) reject(new SendFailure(error, begun && !(error as { responseCode?: number }).responseCode))
      else resolve(answer?.response ?? '')
    })
  })
}
