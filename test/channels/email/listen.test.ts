import { connect } from 'node:net'
import { createTransport } from 'nodemailer'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Listener, listen } from '../../../src/channels/email/receive/listen.ts'
import type { InboundRow } from '../../../src/db/schema.ts'
import { startTown, type Town } from '../../support/town.ts'
import { mail } from './mails.ts'
import { until } from './until.ts'

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

  test('a port that is taken is said so at the start', async () => {
    const again = listen({ store: town.store, host: '127.0.0.1', port: listener.port, maxBytes: 1, log })
    await expect(again).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })
})
