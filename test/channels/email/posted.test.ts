import { execFile } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type FastifyInstance, fastify } from 'fastify'
import { simpleParser } from 'mailparser'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { mountPosted } from '../../../src/channels/email/receive/posted.ts'
import type { InboundRow } from '../../../src/db/schema.ts'
import { startTown, type Town } from '../../support/town.ts'
import { mail } from './mails.ts'

const SECRET = 'a secret of the webhook'
let town: Town
let server: FastifyInstance
let url: string
let isOpen: boolean
beforeEach(async () => {
  town = await startTown()
  isOpen = true
  server = fastify({ logger: false, bodyLimit: 1_000 })
  const log = pino({ level: 'silent' })
  mountPosted(server, { store: town.store, log, secret: SECRET, maxBytes: 100_000, isOpen: () => isOpen })
  url = `${await server.listen({ host: '127.0.0.1', port: 0 })}/mail/inbound`
})
afterEach(async () => {
  await server.close()
  await town.close()
})

const seconds = () => String(Math.floor(town.clock.now / 1000))

interface Post {
  at?: string
  from?: string
  to?: string
  secret?: string
  headers?: Record<string, string>
}

async function post(raw: Buffer, { at = seconds(), from, to, secret = SECRET, headers = {} }: Post = {}) {
  const signature = createHmac('sha256', secret)
    .update(`${at}\n${from ?? ''}\n${to ?? ''}\n`)
    .update(raw)
    .digest('hex')
  const response = await fetch(url, {
    method: 'POST',
    body: new Uint8Array(raw),
    headers: {
      'Content-Type': 'message/rfc822',
      'X-Overture-Timestamp': at,
      'X-Overture-Signature': `v1=${signature}`,
      ...(from === undefined ? {} : { 'X-Envelope-From': from }),
      ...(to === undefined ? {} : { 'X-Envelope-To': to }),
      ...headers,
    },
  })
  return { status: response.status, body: (await response.json()) as { status?: string; error?: string } }
}

const stored = (): Promise<InboundRow[]> =>
  town.store.read(q => q.selectFrom('inbound').selectAll().orderBy('id').execute())
const envelope = async () => JSON.parse((await stored())[0]?.envelope ?? '')

describe('a posted mail', () => {
  test('is stored raw before it is answered, and known when it is posted again', async () => {
    const raw = mail('Hello \u00e9')
    expect(await post(raw)).toEqual({ status: 200, body: { status: 'stored' } })
    const [row] = await stored()
    expect(row?.raw.equals(raw)).toBe(true)
    expect(row).toMatchObject({ channel: 'email', state: 'pending' })
    expect(await envelope()).toEqual({ by: 'http' })
    expect(await post(raw)).toEqual({ status: 200, body: { status: 'known' } })
    expect(await stored()).toHaveLength(1)
  })

  test('brings the envelope along', async () => {
    const to = 'support+token@tulip.test, nobody@elsewhere.test'
    expect((await post(mail('Hello'), { from: '<>', to })).status).toBe(200)
    expect(await envelope()).toEqual({
      by: 'http',
      from: '',
      to: ['support+token@tulip.test', 'nobody@elsewhere.test'],
    })
  })

  test('is taken as bytes of any kind, up to the limit', async () => {
    const binary = { headers: { 'Content-Type': 'application/octet-stream' } }
    expect((await post(Buffer.alloc(100_000, 'x'), binary)).status).toBe(200)
    const large = await post(Buffer.alloc(100_001, 'x'))
    expect(large).toEqual({ status: 413, body: { error: 'The mail is larger than 100000 bytes.' } })
    const text = await post(mail('Hello'), { headers: { 'Content-Type': 'text/plain' } })
    expect(text.status).toBe(415)
    expect(text.body.error).toBe('Post the mail as message/rfc822, application/octet-stream, application/json.')
    expect((await post(Buffer.alloc(0))).status).toBe(400)
    expect(await stored()).toHaveLength(1)
  })

  test.each<[string, Post]>([
    ['signed with another secret', { secret: 'another secret' }],
    ['without a signature', { headers: { 'X-Overture-Signature': '' } }],
    ['with half a signature', { headers: { 'X-Overture-Signature': 'v1=abcd' } }],
    ['with another recipient than was signed', { to: 'a@tulip.test', headers: { 'X-Envelope-To': 'b@tulip.test' } }],
    ['with a sender that was not signed', { headers: { 'X-Envelope-From': 'b@tulip.test' } }],
    ['with another time than was signed', { headers: { 'X-Overture-Timestamp': '1767603601' } }],
    ['with no time', { headers: { 'X-Overture-Timestamp': 'now' } }],
  ])('%s is refused', async (_what, options) => {
    const { status, body } = await post(mail('Hello'), options)
    expect(status).toBe(401)
    expect(body.error).toContain('signature')
    expect(await stored()).toHaveLength(0)
  })

  test('of more than five minutes ago, or of the future, is refused', async () => {
    const at = (ms: number) => ({ at: String((town.clock.now + ms) / 1000) })
    expect((await post(mail('Hello'), at(-301_000))).status).toBe(401)
    expect((await post(mail('Hello'), at(301_000))).status).toBe(401)
    expect((await post(mail('Hello'), at(-299_000))).status).toBe(200)
  })

  test('is asked for again while it cannot be stored, or while we stop', async () => {
    const write = town.store.write
    town.store.write = () => Promise.reject(new Error('disk full'))
    expect((await post(mail('Hello'))).status).toBe(503)
    town.store.write = write
    isOpen = false
    expect((await post(mail('Hello'))).status).toBe(503)
    isOpen = true
    expect((await post(mail('Hello'))).status).toBe(200)
  })

  test('is taken again after many that were broken off', async () => {
    for (let i = 0; i < 20; i++) await post(Buffer.alloc(100_001, 'x')).catch(() => {})
    expect((await post(mail('Hello'))).status).toBe(200)
  })
})

const asJson = (posted: object, { at = seconds(), secret = SECRET, headers = {} }: Post = {}) => {
  const body = JSON.stringify(posted)
  const signature = createHmac('sha256', secret).update(`${at}.${body}`).digest('hex')
  return fetch(url, {
    method: 'POST',
    body,
    headers: {
      'Content-Type': 'application/json',
      'X-Timestamp': at,
      'X-Signature': `sha256=${'0'.repeat(64)}, sha256=${signature}`,
      ...headers,
    },
  }).then(async r => ({ status: r.status, body: (await r.json()) as { status?: string; error?: string } }))
}

describe('a mail that is posted as JSON', () => {
  const full = {
    from: { address: 'jane@acme.test', name: 'Jané Doe' },
    to: ['support+token@tulip.test', 'Ben <ben@tulip.test>'],
    cc: 'Max <max@acme.test>',
    subject: 'Größe?',
    text: 'Which size?',
    html: '<p>Which <b>size</b>?</p>',
    messageId: 'a1@acme.test',
    inReplyTo: '<m1@tulip.test>',
    references: ['<m0@tulip.test>', '<m1@tulip.test>'],
    date: '2026-01-05T08:00:00Z',
    headers: {
      'Auto-Submitted': 'no',
      'X-Two': ['a\r\nBcc: x@y.test', 'b'],
      'Content-Type': 'text/evil',
      From: 'not@me.test',
    },
    attachments: [{ filename: 'size.txt', contentType: 'text/plain', content: Buffer.from('XL').toString('base64') }],
    envelope: { from: 'jane@acme.test', to: ['support+token@tulip.test'] },
  }

  test('is stored as the mail that it says, whole, and known when it is posted again', async () => {
    expect(await asJson(full)).toEqual({ status: 200, body: { status: 'stored' } })
    expect(await asJson(full)).toEqual({ status: 200, body: { status: 'known' } })
    const [row] = await stored()
    if (!row) throw new Error('Nothing was stored.')
    const read = await simpleParser(row.raw)
    expect(read.from?.value).toEqual([{ address: 'jane@acme.test', name: 'Jané Doe' }])
    expect([read.to].flat().flatMap(t => t?.value.map(v => v.address))).toEqual([
      'support+token@tulip.test',
      'ben@tulip.test',
    ])
    expect(read).toMatchObject({
      subject: 'Größe?',
      messageId: '<a1@acme.test>',
      inReplyTo: '<m1@tulip.test>',
      references: ['<m0@tulip.test>', '<m1@tulip.test>'],
      date: new Date('2026-01-05T08:00:00Z'),
      html: '<p>Which <b>size</b>?</p>',
    })
    expect(read.text?.trim()).toBe('Which size?')
    expect(read.attachments.map(a => [a.filename, a.contentType, a.content.toString()])).toEqual([
      ['size.txt', 'text/plain', 'XL'],
    ])
    expect(read.headers.get('auto-submitted')).toBe('no')
    expect(read.headers.get('x-two')).toEqual(['a Bcc: x@y.test', 'b'])
    expect(read.headers.get('bcc')).toBeUndefined()
    expect(await envelope()).toEqual({ by: 'http', from: 'jane@acme.test', to: ['support+token@tulip.test'] })
  })

  test('needs no more than who wrote it', async () => {
    expect((await asJson({ from: 'jane@acme.test' })).status).toBe(200)
    expect((await asJson({ from: 'jane@acme.test' })).body).toEqual({ status: 'known' })
    expect((await asJson({ from: 'jane@acme.test', text: 'More' })).body).toEqual({ status: 'stored' })
  })

  test.each<[string, object, string]>([
    ['nobody', { subject: 'Hi' }, 'from: '],
    ['no address', { from: 'Jane' }, 'from: This is not an email address.'],
    ['a number for a text', { from: 'a@b.test', text: 1 }, 'text: '],
    ['no base64', { from: 'a@b.test', attachments: [{ content: '!' }] }, 'attachments.0.content: This is no base64.'],
    ['a list', [], 'expected object'],
  ])('with %s is refused in plain words', async (_what, posted, says) => {
    const { status, body } = await asJson(posted)
    expect([status, body.error]).toEqual([400, expect.stringContaining(says)])
    expect(await stored()).toEqual([])
  })

  test('is refused where it is no JSON, is too large, or is not signed by who has the secret', async () => {
    const at = seconds()
    const signature = createHmac('sha256', SECRET).update(`${at}.{`).digest('hex')
    const headers = { 'Content-Type': 'application/json', 'X-Timestamp': at, 'X-Signature': `sha256=${signature}` }
    expect((await fetch(url, { method: 'POST', body: '{', headers })).status).toBe(400)
    expect((await asJson({ from: 'a@b.test', text: 'x'.repeat(100_000) })).status).toBe(413)
    expect((await asJson(full, { secret: 'another secret' })).status).toBe(401)
    expect((await asJson(full, { at: String(Number(at) - 301) })).status).toBe(401)
    expect((await asJson(full, { headers: { 'X-Envelope-To': 'a@tulip.test' } })).status).toBe(401)
    expect(await stored()).toEqual([])
  })
})

test('a raw mail may be signed as our own webhooks are', async () => {
  const raw = mail('Hello')
  const at = seconds()
  const signature = createHmac('sha256', SECRET).update(`${at}.`).update(raw).digest('hex')
  const headers = { 'Content-Type': 'message/rfc822', 'X-Timestamp': at, 'X-Signature': `sha256=${signature}` }
  const response = await fetch(url, { method: 'POST', body: new Uint8Array(raw), headers })
  expect(await response.json()).toEqual({ status: 'stored' })
})

test('the example of the documentation works as it stands', async () => {
  town.clock.now = Date.now()
  const docs = await readFile('docs/mail.md', 'utf8')
  const script = /```sh\n(#!\/bin\/sh[\s\S]*?)```/.exec(docs)?.[1] as string
  const folder = await mkdtemp(join(tmpdir(), 'overture-post-'))
  try {
    await writeFile(join(folder, 'post'), script)
    const run = promisify(execFile)('sh', [join(folder, 'post'), 'jane@acme.test', 'support@tulip.test'], {
      env: {
        ...process.env,
        MAIL_WEBHOOK_SECRET: SECRET,
        OVERTURE: url.replace('/mail/inbound', ''),
        TMPDIR: folder,
      },
      cwd: folder,
      timeout: 20_000,
    })
    run.child.stdin?.end(mail('Hello'))
    expect((await run).stdout).toContain('"stored"')
    expect(await envelope()).toEqual({ by: 'http', from: 'jane@acme.test', to: ['support@tulip.test'] })
  } finally {
    await rm(folder, { recursive: true })
  }
})
