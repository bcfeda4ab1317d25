import { createPrivateKey, X509Certificate } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { createTransport } from 'nodemailer'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { selfSigned } from '../../../src/channels/email/receive/certificate.ts'
import { type Listener, type ListenOptions, listen } from '../../../src/channels/email/receive/listen.ts'
import type { InboundRow } from '../../../src/db/schema.ts'
import { startTown, type Town } from '../../support/town.ts'
import { until } from '../../support/until.ts'
import { mail } from './mails.ts'

const log = pino({ level: 'silent' })
let town: Town
let listener: Listener
beforeEach(async () => {
  town = await startTown()
  listener = await listen({ store: town.store, host: '127.0.0.1', port: 0, maxBytes: 100_000, log })
})
afterEach(async () => {
  await listener.stop()
  await town.close()
})

const OURS = 'support+token@tulip.test'

async function send(raw: Buffer, to: string | string[] = OURS, from = 'jane@acme.test'): Promise<string> {
  const transport = createTransport({ host: '127.0.0.1', port: listener.port, name: 'mx.acme.test' })
  try {
    return (await transport.sendMail({ envelope: { from, to }, raw })).response
  } finally {
    transport.close()
  }
}

async function relisten(options: Partial<ListenOptions>): Promise<void> {
  await listener.stop()
  listener = await listen({ store: town.store, host: '127.0.0.1', port: 0, maxBytes: 100_000, log, ...options })
}

/** Says the lines, each after the answer to the one before; the last line of each answer. */
async function talk(lines: string[]): Promise<string[]> {
  const socket = connect(listener.port, '127.0.0.1')
  const heard: string[] = []
  let text = ''
  socket.on('data', d => {
    text += d
    const answer = /(?:^|\n)(\d\d\d (?:.*))\r\n$/.exec(text)?.[1]
    if (!answer) return
    heard.push(answer)
    text = ''
    const line = lines[heard.length - 1]
    if (line === undefined || answer.startsWith('421')) socket.end()
    else socket.write(`${line}\r\n`)
  })
  await new Promise(resolve => socket.once('close', resolve))
  return heard
}

const stored = (): Promise<InboundRow[]> =>
  town.store.read(q => q.selectFrom('inbound').selectAll().orderBy('id').execute())

describe('mail by our own listener', () => {
  test('is stored raw, with its envelope, before it is accepted', async () => {
    expect(await send(mail('Hello'))).toMatch(/^250 /)
    const [row] = await stored()
    expect(row?.channel).toBe('email')
    expect(row?.raw.toString()).toContain('\r\n\r\nHello')
    expect(JSON.parse(row?.envelope ?? '')).toEqual({
      by: 'smtp',
      from: 'jane@acme.test',
      to: [OURS],
      remote: '127.0.0.1',
      helo: 'mx.acme.test',
      relay: true,
    })
    expect(row?.state).toBe('pending')
  })

  test('is one mail when it comes twice', async () => {
    await send(mail('Hello'))
    await send(mail('Hello', { Received: 'by another way' }))
    expect(await stored()).toHaveLength(1)
  })

  test('many at once are all stored', async () => {
    await Promise.all(
      Array.from({ length: 30 }, (_, i) => send(mail(`Hello ${i}`, { 'Message-ID': `<${i}@acme.test>` }))),
    )
    expect(await stored()).toHaveLength(30)
  })

  test('of the null sender is taken, too: it may be a bounce', async () => {
    await send(mail('It did not arrive.'), OURS, '')
    expect(JSON.parse((await stored())[0]?.envelope ?? '')).toMatchObject({ from: '' })
  })

  test('to nobody here is refused at once', async () => {
    await expect(send(mail('Hi'), 'nobody@tulip.test')).rejects.toMatchObject({ responseCode: 550 })
    await expect(send(mail('Hi'), 'someone@elsewhere.test')).rejects.toMatchObject({ responseCode: 550 })
    expect(await stored()).toHaveLength(0)
  })

  test('that is too large is refused', async () => {
    await expect(send(mail('x'.repeat(150_000)))).rejects.toMatchObject({ responseCode: 552 })
    expect(await stored()).toHaveLength(0)
  })

  test('is asked to come again while it cannot be stored', async () => {
    const write = town.store.write
    town.store.write = () => Promise.reject(new Error('disk full'))
    await expect(send(mail('Hello'))).rejects.toMatchObject({ responseCode: 451 })
    town.store.write = write
    expect(await send(mail('Hello'))).toMatch(/^250 /)
  })

  test('is ended in peace: what is in hand is stored, who only listens is sent away', async () => {
    const idle = connect(listener.port, '127.0.0.1')
    let heard = ''
    idle.on('data', d => {
      heard += d
    })
    await until(() => heard.includes('220'))
    const slow = connect(listener.port, '127.0.0.1')
    let said = ''
    slow.on('data', d => {
      said += d
    })
    await until(() => said.includes('220'))
    slow.write('EHLO x\r\n')
    await until(() => said.includes('250 '))
    slow.write(`MAIL FROM:<jane@acme.test>\r\nRCPT TO:<${OURS}>\r\nDATA\r\n`)
    await until(() => said.includes('354'))
    slow.write(mail('Hello'))
    const stopping = listener.stop()
    slow.write('\r\n.\r\n')
    await stopping
    expect(said).toMatch(/250.*Stored/)
    expect(await stored()).toHaveLength(1)
    await until(() => idle.destroyed || heard.includes('421'))
    idle.destroy()
    slow.destroy()
    await expect(send(mail('Late'))).rejects.toMatchObject({ code: 'ESOCKET' })
  })

  test('and is never asked for more than it may be', async () => {
    await relisten({ most: { recipients: 2, strangers: 2 } })
    const to = ['support+a@tulip.test', 'support+b@tulip.test', 'support+c@tulip.test']
    const transport = createTransport({ host: '127.0.0.1', port: listener.port })
    const { accepted, rejectedErrors } = await transport.sendMail({
      envelope: { from: 'jane@acme.test', to },
      raw: mail('Hi'),
    })
    transport.close()
    expect(accepted).toHaveLength(2)
    expect(rejectedErrors?.map(e => (e as { responseCode?: number }).responseCode)).toEqual([452])
    const guess = await talk([
      'EHLO x',
      'MAIL FROM:<x@x.test>',
      ...['a', 'b', 'c'].map(w => `RCPT TO:<${w}@tulip.test>`),
    ])
    expect(guess.map(line => line.slice(0, 3))).toEqual(['220', '250', '250', '550', '550', '421'])
  })

  test('is refused for now where one address has too many connections open, or too much is in hand', async () => {
    await relisten({ relays: [], most: { connectionsOfOne: 1 } })
    const first = connect(listener.port, '127.0.0.1')
    await new Promise(resolve => first.once('data', resolve))
    expect((await talk([]))[0]).toMatch(/^421 /)
    first.destroy()
    await until(async () => (await talk(['QUIT']))[0]?.startsWith('220'))
    await relisten({ most: { bytes: 1_000 } })
    await expect(send(mail('x'.repeat(2_000)))).rejects.toMatchObject({ responseCode: 452 })
    expect(await send(mail('x'))).toMatch(/^250 /)
  })

  test('keeps the address that it came from, which is no relay of ours, for the check', async () => {
    await relisten({ relays: ['192.0.2.0/24'] })
    await send(mail('Hello'))
    expect(JSON.parse((await stored())[0]?.envelope ?? '')).toEqual({
      by: 'smtp',
      from: 'jane@acme.test',
      to: [OURS],
      remote: '127.0.0.1',
      helo: 'mx.acme.test',
    })
  })

  test('a port that is taken is said so at the start', async () => {
    const again = listen({ store: town.store, host: '127.0.0.1', port: listener.port, maxBytes: 1, log })
    await expect(again).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })
})

describe('STARTTLS', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'overture-tls-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  const files = () => ({ cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') })
  const offers = async () => (await talk(['EHLO x'])).length > 0 && (await capabilities()).includes('STARTTLS')

  async function put(host: string): Promise<string> {
    const { cert, key } = selfSigned(host, Date.now())
    await writeFile(files().cert, cert)
    await writeFile(files().key, key)
    return cert
  }

  async function capabilities(): Promise<string> {
    const socket = connect(listener.port, '127.0.0.1')
    let text = ''
    for await (const chunk of socket) {
      text += chunk
      if (text.endsWith('\r\n') && !text.includes('250')) socket.write('EHLO x\r\n')
      if (/^250 /m.test(text)) break
    }
    return text
  }

  async function sendSecurely(ca: string, servername: string): Promise<string> {
    const transport = createTransport({
      host: '127.0.0.1',
      port: listener.port,
      requireTLS: true,
      tls: { ca, servername },
    })
    try {
      return (await transport.sendMail({ envelope: { from: 'jane@acme.test', to: OURS }, raw: mail(servername) }))
        .response
    } finally {
      transport.close()
    }
  }

  test('is offered with the certificate of the operator, and the mail comes in by it', async () => {
    const ca = await put('mx.tulip.test')
    await relisten({ tls: files() })
    expect(await offers()).toBe(true)
    expect(await sendSecurely(ca, 'mx.tulip.test')).toMatch(/^250 /)
    expect(await stored()).toHaveLength(1)
  })

  test('takes a renewed certificate at once, and keeps the old one while the new is not good', async () => {
    const old = await put('old.tulip.test')
    await relisten({ tls: files() })
    await writeFile(files().cert, 'half a certif')
    expect(await sendSecurely(old, 'old.tulip.test')).toMatch(/^250 /)
    const renewed = await put('new.tulip.test')
    expect(await sendSecurely(renewed, 'new.tulip.test')).toMatch(/^250 /)
  })

  test('has a certificate of our own making where there are no files, but not on loopback', async () => {
    expect(await offers()).toBe(false)
    await relisten({ host: '0.0.0.0' })
    expect(await offers()).toBe(true)
    const socket = connect(listener.port, '127.0.0.1')
    await new Promise(resolve => socket.once('data', resolve))
    socket.write('STARTTLS\r\n')
    await new Promise(resolve => socket.once('data', resolve))
    const secure = connectTls({ socket, rejectUnauthorized: false })
    await new Promise(resolve => secure.once('secureConnect', resolve))
    expect(secure.getProtocol()).toMatch(/^TLSv1\.[23]$/)
    secure.destroy()
  })

  test('has a certificate that is signed, and named after its host', () => {
    for (const now of [Date.UTC(2026, 1, 3), Date.UTC(2049, 11, 31)]) {
      const { cert, key } = selfSigned('mx.tulip.test', now)
      const read = new X509Certificate(cert)
      expect(read.checkHost('mx.tulip.test')).toBe('mx.tulip.test')
      expect(read.verify(read.publicKey)).toBe(true)
      expect(read.checkPrivateKey(createPrivateKey(key))).toBe(true)
      expect(new Date(read.validTo).getUTCFullYear()).toBe(new Date(now).getUTCFullYear() + 10)
    }
  })

  test('with files that cannot be used is a start that cannot be', async () => {
    await put('mx.tulip.test')
    await writeFile(files().key, selfSigned('other.tulip.test', Date.now()).key)
    await expect(relisten({ tls: files() })).rejects.toThrow('MAIL_TLS_CERT and MAIL_TLS_KEY cannot be used')
    await expect(relisten({ tls: { cert: '/nowhere', key: '/nowhere' } })).rejects.toThrow('cannot be used')
    listener = await listen({ store: town.store, host: '127.0.0.1', port: 0, maxBytes: 1, log })
  })
})
