import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { SMTPServer } from 'smtp-server'

export interface AcceptedMail {
  from: string
  to: string[]
  raw: Buffer
}

export interface Sink {
  readonly url: string
  readonly mails: AcceptedMail[]
  /** Connections since the start. */
  readonly connections: number
  close(): Promise<void>
}

export interface SinkOptions {
  auth?: { user: string; pass: string }
  tokens?: string[] // the access tokens that it takes, in place of a password; it may change
  refuses?: Record<string, string> // what it says of a recipient, such as `550 5.1.1 nobody`; it may change
  says?: string // of a mail that it takes, after the 250
}

/** A mail server that takes everything, or only from who knows the password, or for some. */
export async function startSink(options: SinkOptions = {}): Promise<Sink> {
  const mails: AcceptedMail[] = []
  let connections = 0
  const { auth, tokens, refuses, says = 'queued' } = options
  const server = new SMTPServer({
    ...(auth || tokens ? {} : { disabledCommands: ['AUTH'] }),
    ...(tokens ? { authMethods: ['XOAUTH2'] } : {}),
    authOptional: !auth && !tokens,
    allowInsecureAuth: true,
    hideSTARTTLS: true,
    logger: false,
    closeTimeout: 50,
    onConnect: (_session, done) => {
      connections += 1
      done()
    },
    onAuth: ({ username, password, accessToken }, _session, done) =>
      tokens?.includes(accessToken ?? '') || (auth && username === auth.user && password === auth.pass)
        ? done(null, { user: username ?? '' })
        : done(new Error('No')),
    onRcptTo: ({ address }, _session, done) => {
      const [, code, words = ''] = /^(\d{3}) (.*)$/.exec(refuses?.[address] ?? '') ?? []
      done(code ? Object.assign(new Error(words), { responseCode: Number(code) }) : null)
    },
    onData: async (stream, session, done) => {
      const chunks: Buffer[] = []
      for await (const chunk of stream) chunks.push(chunk as Buffer)
      const { mailFrom, rcptTo } = session.envelope
      mails.push({
        from: mailFrom ? mailFrom.address : '',
        to: rcptTo.map(r => r.address),
        raw: Buffer.concat(chunks),
      })
      done(null, says)
    },
  })
  server.on('error', () => {})
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  const { port } = server.server.address() as AddressInfo
  const credentials = auth ? `${auth.user}:${auth.pass}@` : tokens ? 'help%40support.test@' : ''
  return {
    url: `smtp://${credentials}127.0.0.1:${port}${tokens ? '?auth=oauth2' : ''}`,
    mails,
    get connections() {
      return connections
    },
    close: () => new Promise(resolve => server.close(() => resolve())),
  }
}

export type Stage = 'greeting' | 'ehlo' | 'auth' | 'mail' | 'rcpt' | 'data' | 'end'

/** What a scripted server says at a stage in place of consent; `cut` hangs up, `silence` never answers. */
export type Script = Partial<Record<Stage, string | 'cut' | 'silence'>> & { reads?: 'little' } // and then hangs up

/** An SMTP server that follows a script, which may change while it runs. */
export async function startScripted(script: Script) {
  const sockets = new Set<Socket>()
  const mails: string[] = []
  const froms: string[] = []
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => {})
    let reading = false
    let buffer = ''
    const say = (stage: Stage, usual: string): void => {
      const words = script[stage] ?? usual
      if (words === 'cut') socket.destroy()
      else if (words !== 'silence') socket.write(`${words}\r\n`)
    }
    say('greeting', '220 scripted')
    socket.on('data', chunk => {
      buffer += chunk.toString('latin1')
      if (reading && script.reads) socket.destroy()
      for (;;) {
        const end = buffer.indexOf(reading ? '\r\n.\r\n' : '\r\n')
        if (end < 0) return
        const line = buffer.slice(0, end)
        buffer = buffer.slice(end + (reading ? 5 : 2))
        if (reading) {
          reading = false
          mails.push(line)
          say('end', '250 2.0.0 taken')
        } else if (/^EHLO/i.test(line)) say('ehlo', '250-scripted\r\n250-AUTH PLAIN\r\n250 SIZE 100000000')
        else if (/^AUTH/i.test(line)) say('auth', '235 2.7.0 welcome')
        else if (/^MAIL/i.test(line)) {
          froms.push(/<(.*?)>/.exec(line)?.[1] ?? '')
          const plus = script.mail?.startsWith('plus ') && line.includes('+')
          if (plus) socket.write(`${script.mail?.slice(5)}\r\n`)
          else if (script.mail?.startsWith('plus ')) socket.write('250 ok\r\n')
          else say('mail', '250 ok')
        } else if (/^RCPT/i.test(line)) say('rcpt', '250 ok')
        else if (/^DATA/i.test(line)) {
          const words = script.data ?? '354 go on'
          reading = words.startsWith('354')
          say('data', '354 go on')
        } else if (/^QUIT/i.test(line)) socket.end('221 bye\r\n')
        else socket.write('250 ok\r\n')
      }
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `smtp://ann:secret@127.0.0.1:${port}`,
    script,
    mails,
    froms,
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
