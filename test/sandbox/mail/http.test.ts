import type { AddressInfo } from 'node:net'
import Fastify, { type FastifyInstance } from 'fastify'
import nodemailer from 'nodemailer'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { mountMail } from '../../../src/sandbox/mail/http.ts'
import type { Envelope, MailboxView, MailSnapshot, MailView, MailWorld } from '../../../src/sandbox/mail/types.ts'
import { startMail } from '../../../src/sandbox/mail/world.ts'

let world: MailWorld
let app: FastifyInstance
let root: string
let desk: Envelope[]

beforeEach(async () => {
  desk = []
  world = await startMail({ desk: (_raw, envelope) => void desk.push(envelope) })
  app = Fastify()
  mountMail(app, world)
  await app.listen({ port: 0, host: '127.0.0.1' })
  root = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/sandbox/mail`
})

afterEach(async () => {
  await app.close()
  await world.close()
})

async function call<T>(method: string, path: string, body?: unknown): Promise<{ status: number; body: T }> {
  const answer = await fetch(root + path, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  })
  return { status: answer.status, body: (await answer.json()) as T }
}

async function aMail(more: object = {}): Promise<string> {
  await nodemailer.createTransport(world.smtpUrl).sendMail({
    envelope: { from: 'bounce+7@overture.test', to: 'jane@acme.test' },
    from: 'support@overture.test',
    replyTo: 'support+t0k3n@overture.test',
    to: 'Jane Doe <jane@acme.test>',
    subject: 'Your invoice',
    text: 'Corrected.',
    ...more,
  })
  return world.accepted.at(-1)!.id
}

test('the page lists the mailboxes and answers a mail with a file', async () => {
  const id = await aMail()
  const { body: list } = await call<MailSnapshot>('GET', '')
  expect(list.mailboxes).toMatchObject([{ address: 'jane@acme.test', receivedIds: [id] }])
  const { body: box } = await call<MailboxView>('GET', '/mailboxes/jane@acme.test')
  expect(box.mails).toMatchObject([{ id, subject: 'Your invoice' }])

  const attachments = [{ name: 'scan.png', base64: Buffer.from('png').toString('base64') }]
  const { status, body: reply } = await call<MailView>('POST', `/mails/${id}/reply`, {
    text: 'Thank you!',
    attachments,
  })
  expect(status).toBe(200)
  expect(reply).toMatchObject({ subject: 'Re: Your invoice', attachments: [{ name: 'scan.png', bytes: 3 }] })
  expect(desk).toEqual([{ from: 'jane@acme.test', to: ['support+t0k3n@overture.test'] }])

  const file = await fetch(`${root}/mails/${reply.id}/attachments/0`)
  expect(file.headers.get('content-disposition')).toBe("attachment; filename*=UTF-8''scan.png")
  expect(await file.text()).toBe('png')
})

test('the html of a mail is shown with its pictures, and its scripts stay barred', async () => {
  const id = await aMail({
    html: '<p>Look: <img src="cid:logo"></p>',
    attachments: [{ filename: 'logo.png', content: 'png', cid: 'logo' }],
  })
  const page = await fetch(`${root}/mails/${id}/html`)
  expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none'.*sandbox/)
  expect(await page.text()).toContain('<img src="data:image/png;base64,cG5n">')
  const raw = await fetch(`${root}/mails/${id}/raw`)
  expect(await raw.text()).toContain('Subject: Your invoice')
})

test('a customer of the page is made, named, sent away, and writes', async () => {
  await call('PUT', '/mailboxes/bob@globex.test', { name: 'Bob Roe' })
  await call('PUT', '/mailboxes/bob@globex.test/habit', { habit: 'out-of-office', text: 'Back on Monday.' })
  const fresh = { to: 'support@overture.test', subject: 'Hello', text: 'Anybody there?' }
  expect((await call('POST', '/mailboxes/bob@globex.test/write', fresh)).status).toBe(200)
  expect((await call('GET', '/mailboxes/bob@globex.test')).body).toMatchObject({
    name: 'Bob Roe',
    habit: 'out-of-office',
    habitText: 'Back on Monday.',
    mails: [{ direction: 'written', from: { name: 'Bob Roe', address: 'bob@globex.test' } }],
  })
})

test('a mail is returned and forwarded', async () => {
  const id = await aMail()
  expect((await call('POST', `/mails/${id}/bounce`)).status).toBe(200)
  expect((await call('POST', `/mails/${id}/forward`, { to: 'support@overture.test' })).status).toBe(200)
  expect(desk).toEqual([
    { from: '', to: ['bounce+7@overture.test'] },
    { from: 'jane@acme.test', to: ['support@overture.test'] },
  ])
})

test('faults of the page and of the desk are told apart', async () => {
  const id = await aMail()
  expect(await call('GET', '/mails/none')).toEqual({ status: 404, body: { error: 'There is no such mail.' } })
  expect(await call('POST', `/mails/${id}/reply`, {})).toMatchObject({ status: 400 })
  expect(await call('PUT', '/mailboxes/nobody', {})).toMatchObject({ status: 400 })
  world.toDesk(() => {
    throw Object.assign(new Error('550 Go away'), { responseCode: 550 })
  })
  expect(await call('POST', `/mails/${id}/reply`, { text: 'Hm' })).toEqual({
    status: 502,
    body: { error: '550 Go away' },
  })
})

test('changes stream to the page', async () => {
  const stream = await fetch(`${root}/events`)
  const events = stream.body!.pipeThrough(new TextDecoderStream()).getReader()
  const id = await aMail()
  let seen = ''
  while (!seen.includes('"kind":"mail"')) seen += (await events.read()).value
  expect(seen).toContain(
    `data: ${JSON.stringify({ kind: 'mail', mailbox: 'jane@acme.test', mail: id, direction: 'received' })}\n\n`,
  )
})

test('the relay goes away and comes back', async () => {
  expect((await call<MailSnapshot>('PUT', '/outage', { down: true })).body.outage).toBe(true)
  expect((await call<MailSnapshot>('PUT', '/outage', { down: false })).body.outage).toBe(false)
})

test('a mail is called spam, and its writer is told; one that offers no way to unsubscribe says so', async () => {
  const id = await aMail()
  const { status, body: report } = await call<MailView>('POST', `/mails/${id}/complain`)
  expect(status).toBe(200)
  expect(report.headers.find(h => h.name === 'Content-Type')?.value).toContain('report-type=feedback-report')
  expect(desk).toEqual([{ from: 'complaints@acme.test', to: ['support@overture.test'] }])
  const refused = await call<{ error: string }>('POST', `/mails/${id}/unsubscribe`)
  expect(refused).toEqual({ status: 502, body: { error: 'The mail offers no way to unsubscribe with one click.' } })
})
