import { execFile } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type FastifyInstance, fastify } from 'fastify'
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
    const json = await post(mail('Hello'), { headers: { 'Content-Type': 'application/json' } })
    expect(json.status).toBe(415)
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
