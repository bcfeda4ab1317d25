import { parseConnectionUrl } from 'nodemailer/lib/shared'
import SMTPConnection, { type Options } from 'nodemailer/lib/smtp-connection'
import { Problem } from '../../../lib/problem.ts'
import { isUrlOf } from '../../../lib/url.ts'
import { AccessRefused, type AccessTokens } from '../oauth.ts'
import { type Envelope, type Handed, handOver, type Relay } from './hand-over.ts'
import { SendFailure } from './send-failure.ts'
import { openSendmail } from './sendmail.ts'

export interface RelaySettings {
  most?: number // connections at once
  idleMs?: number // a connection without work is closed after this
  silenceMs?: number // a server that says nothing for this long is given up (RFC 5321 4.5.3.2: 5 minutes)
  tokens?: AccessTokens | null // for `?auth=oauth2`
}

interface Idle {
  connection: SMTPConnection
  since: NodeJS.Timeout
}

/**
 * A relay for an SMTP URL (smtp or smtps, `?auth=oauth2`, `?tls.rejectUnauthorized=false`, `?requireTLS=true` and the
 * like), or for the machine's own program (`sendmail:`). Throws a Problem for what is neither.
 */
export function openRelay(url: string, settings: RelaySettings = {}): Relay {
  if (url.toLowerCase().startsWith('sendmail:')) return openSendmail(url)
  if (isUrlOf(['smtp:', 'smtps:'], url)) return openSmtp(url, settings)
  throw new Problem(
    'invalid',
    'Its mail server is not set as an address that can be read: write special characters in the password with %, such as %23 for #.',
  )
}

function openSmtp(url: string, settings: RelaySettings): Relay {
  const { most = 20, idleMs = 15_000, silenceMs = 300_000, tokens = null } = settings
  const options: Options = {
    connectionTimeout: 20_000,
    greetingTimeout: 20_000,
    dnsTimeout: 10_000,
    socketTimeout: silenceMs,
    ...(parseConnectionUrl(url) as Options),
  }
  const auth = parseConnectionUrl(url).auth
  const byToken = new URL(url).searchParams.get('auth') === 'oauth2'
  const idle: Idle[] = []
  const open = new Set<SMTPConnection>()
  const waiting: (() => void)[] = []
  let busy = 0
  let closed = false

  async function send(envelope: Envelope, raw: Buffer): Promise<Handed> {
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
    envelope: Envelope,
    raw: Buffer,
  ): Promise<Handed> {
    try {
      const handed = await handOver(by, envelope, raw)
      keep(by)
      return handed
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
      if (closed) return reject(new SendFailure(new Error('This relay is closed.')))
      const connection = new SMTPConnection(options)
      const fail = (error: Error): void => {
        reject(new SendFailure(error)) // before the event that closing sets off
        connection.close()
      }
      open.add(connection)
      connection.on('error', fail) // stays: an error later must not end the process
      connection.on('end', () => {
        open.delete(connection)
        reject(new SendFailure(new Error('The server closed the connection.')))
      })
      connection.connect(error => {
        if (error) fail(error)
        else if (byToken) logInByToken(connection, auth?.user ?? '', tokens).then(() => resolve(connection), fail)
        else if (!auth || !connection.allowsAuth) resolve(connection)
        else connection.login({ ...auth, credentials: auth }, e => (e ? fail(e) : resolve(connection)))
      })
    })
  }

  return {
    host: options.host ?? 'localhost',
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

/** SASL XOAUTH2. A token that the server does not take is forgotten, and one new one is tried. */
function logInByToken(connection: SMTPConnection, user: string, tokens: AccessTokens | null): Promise<void> {
  let untold: Error | undefined // why there is no token
  let isRenewed = false
  const oauth2 = {
    getToken(again: boolean, done: (error: Error | null, token?: string) => void): void {
      if (again) renew()
      const token = tokens
        ? tokens.tokenFor(user)
        : Promise.reject(new Error(`There is no OAuth 2 set up for ${user}.`))
      token.then(
        t => done(null, t),
        error => {
          untold = error
          done(error)
        },
      )
    },
    buildXOAuth2Token: (token: string) =>
      Buffer.from(`user=${user}\x01auth=Bearer ${token}\x01\x01`).toString('base64'),
  }
  const logIn = () =>
    new Promise<void>((resolve, reject) => {
      connection.login({ user, method: 'XOAUTH2', oauth2 } as unknown as SMTPConnection.AuthenticationType, error =>
        error ? reject(untold ? withoutToken(untold) : error) : resolve(),
      )
    })
  const renew = () => {
    tokens?.forget(user)
    isRenewed = true
  }
  // some servers ask for another token (334), others just say no
  return logIn().catch((error: Error & { responseCode?: number }) => {
    if (error.responseCode !== 535 || isRenewed) throw error
    renew()
    return logIn()
  })
}

/** A refusal of tokens is for an operator; a token server that is away is waited for. */
function withoutToken(why: Error): Error {
  return Object.assign(new Error(why.message), { code: why instanceof AccessRefused ? 'EOAUTH2' : 'ETOKEN' })
}
