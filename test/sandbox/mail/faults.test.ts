import nodemailer from 'nodemailer'
import { afterEach, expect, test } from 'vitest'
import type { MailWorld, MailWorldOptions } from '../../../src/sandbox/mail/types.ts'
import { startMail } from '../../../src/sandbox/mail/world.ts'

const open: MailWorld[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map(world => world.close()))
})

async function aWorld(options: MailWorldOptions = {}): Promise<MailWorld> {
  const world = await startMail(options)
  open.push(world)
  return world
}

function send(world: MailWorld, more: { url?: string; text?: string; tls?: object } = {}) {
  const door = nodemailer.createTransport({ url: more.url ?? world.smtpUrl, ...(more.tls ? { tls: more.tls } : {}) })
  return door.sendMail({ from: 'a@overture.test', to: 'jane@acme.test', subject: 'Hi', text: more.text ?? 'Hi' })
}

test('a cut after the mail was taken leaves the mail, and the sender in doubt', async () => {
  const world = await aWorld()
  world.faults.dropAfterData()
  await expect(send(world)).rejects.toThrow('Connection closed unexpectedly')
  expect(world.accepted).toHaveLength(1)
  await send(world)
  expect(world.accepted).toHaveLength(2)
})

test('an outage closes the port, and the same port opens again', async () => {
  const world = await aWorld()
  await world.faults.outage(true)
  expect(world.snapshot().outage).toBe(true)
  await expect(send(world)).rejects.toThrow('ECONNREFUSED')
  await world.faults.outage(false)
  await send(world)
  expect(world.accepted).toHaveLength(1)
})

test('a busy relay says 421 to each connection', async () => {
  const world = await aWorld()
  world.faults.busy(true)
  await expect(send(world)).rejects.toMatchObject({ responseCode: 421 })
  world.faults.busy(false)
  await send(world)
})

test('an ordered answer comes once, at its stage', async () => {
  const world = await aWorld()
  world.faults.answer('data', 554, '5.7.1 Looks like spam')
  await expect(send(world)).rejects.toMatchObject({ responseCode: 554, command: 'DATA' })
  await send(world)
  world.faults.answer('mail', 450, '4.7.1 Slow down')
  await expect(send(world)).rejects.toMatchObject({ responseCode: 450, command: 'MAIL FROM' })
  expect(world.accepted).toHaveLength(1)
})

test('a relay with a password takes the right one only', async () => {
  const world = await aWorld({ auth: { user: 'desk', pass: 'p@ss' } })
  await send(world)
  await expect(send(world, { url: world.smtpUrl.replace('p%40ss', 'wrong') })).rejects.toMatchObject({ code: 'EAUTH' })
  world.faults.rejectAuth(true)
  await expect(send(world)).rejects.toMatchObject({ code: 'EAUTH', responseCode: 535 })
  await world.faults.clear()
  await send(world)
  expect(world.accepted).toHaveLength(2)
})

test.each(['starttls', 'tls'] as const)('%s is offered with a certificate that nobody signed', async tls => {
  const world = await aWorld({ tls })
  await expect(send(world)).rejects.toThrow(/certificate/)
  await send(world, { tls: { rejectUnauthorized: false } })
  expect(world.accepted).toHaveLength(1)
})

test('a mail that is too large is refused for good', async () => {
  const world = await aWorld({ maxBytes: 10_000 })
  await expect(send(world, { text: 'x'.repeat(20_000) })).rejects.toMatchObject({ responseCode: 552 })
  expect(world.accepted).toEqual([])
})

test('connections are counted', async () => {
  const world = await aWorld()
  await send(world)
  await send(world)
  expect(world.connections.total).toBe(2)
  await world.until(() => world.connections.open === 0)
})
