import { generateKeyPairSync } from 'node:crypto'
import { createTransport } from 'nodemailer'
import { beforeAll, describe, expect, test } from 'vitest'
import { verdictOf } from '../../../src/channels/email/read/trust/trust.ts'
import { authenticate, type Resolve } from '../../../src/channels/email/receive/authenticate.ts'
import { networksOf, OWN_NETWORKS } from '../../../src/channels/email/receive/relays.ts'
import { mail } from './mails.ts'

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const KEY = publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
const DKIM = {
  domainName: 'acme.test',
  keySelector: 'spring',
  privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
}

/** All that DNS knows in the tests. */
const ZONE: Record<string, unknown> = {
  'acme.test TXT': [['v=spf1 ip4:192.0.2.7 mx -all']],
  'acme.test MX': [{ exchange: 'mx.acme.test', priority: 10 }],
  'mx.acme.test A': ['192.0.2.8'],
  '_dmarc.acme.test TXT': [['v=DMARC1; p=reject']],
  'spring._domainkey.acme.test TXT': [[`v=DKIM1; k=rsa; p=${KEY.slice(0, 200)}`, KEY.slice(200)]],
  'globex.test TXT': [['v=spf1 -all']],
  'out.acme.test TXT': [['v=spf1 a -all']],
  'out.acme.test A': ['192.0.2.7'],
}
const resolve: Resolve = async (name, type) => {
  const found = ZONE[`${name} ${type}`]
  if (found) return found
  throw Object.assign(new Error('not in the zone'), { code: 'ENOTFOUND' })
}

const JANE = { address: 'jane@acme.test', name: 'Jane' }
const OUT = { by: 'smtp' as const, from: 'jane@acme.test', remote: '192.0.2.7', helo: 'out.acme.test' }
const ELSEWHERE = { ...OUT, remote: '203.0.113.9', helo: 'evil.test' }
const check = (raw: Buffer, envelope: object = OUT) => authenticate(raw, { ...OUT, ...envelope }, { resolve })

let signed: Buffer
beforeAll(async () => {
  const transport = createTransport({ streamTransport: true, buffer: true, dkim: DKIM })
  const sent = await transport.sendMail({
    from: 'jane@acme.test',
    to: 'help@tulip.test',
    subject: 'Hi',
    text: 'Hello\nyou',
  })
  signed = sent.message as Buffer
})

describe('a mail that a stranger hands over', () => {
  test('passes where its host may send for its domain', async () => {
    const found = await check(mail('Hello'))
    expect(found.spf).toEqual({ result: 'pass', domain: 'acme.test' })
    expect(found.dmarc?.result).toBe('pass')
    expect(verdictOf(found, JANE).verdict).toBe('pass')
    expect((await check(mail('Hello'), { remote: '192.0.2.8' })).spf?.result).toBe('pass')
  })

  test('passes by its signature, wherever it comes from, also with other line ends', async () => {
    for (const raw of [signed, Buffer.from(signed.toString().replaceAll('\r\n', '\n'))]) {
      const found = await check(raw, ELSEWHERE)
      expect(found.dkim).toEqual([{ result: 'pass', domain: 'acme.test' }])
      expect(found.spf?.result).toBe('fail')
      expect(verdictOf(found, JANE).verdict).toBe('pass')
    }
  })

  test('fails where neither is right', async () => {
    const changed = Buffer.from(signed.toString().replace('Hello', 'Send money'))
    const found = await check(changed, ELSEWHERE)
    expect(found.dkim).toEqual([{ result: 'fail', domain: 'acme.test' }])
    expect(found.dmarc?.result).toBe('fail')
    expect(verdictOf(found, JANE).verdict).toBe('fail')
  })

  test('of the null sender is judged by what the host calls itself', async () => {
    expect((await check(mail('It came back.'), { from: '' })).spf).toEqual({ result: 'pass', domain: 'out.acme.test' })
  })

  test('of a domain without records is not known', async () => {
    const found = await check(mail('Hello', { From: 'bob@initech.test' }), { from: 'bob@initech.test' })
    expect(found).toEqual({
      spf: { result: 'none', domain: 'initech.test' },
      dkim: [],
      dmarc: { result: 'none', domain: 'initech.test' },
      login: null,
    })
  })

  test('waits for no name server beyond the deadline', async () => {
    const deaf: Resolve = () => new Promise(() => {})
    const found = await authenticate(signed, OUT, { resolve: deaf, deadlineMs: 20 })
    expect(found.spf?.result).toBe('temperror')
    expect(verdictOf(found, JANE).verdict).toBe('unknown')
  })

  test('is not known where name servers are out of order', async () => {
    const broken: Resolve = async () => {
      throw Object.assign(new Error('no'), { code: 'ESERVFAIL' })
    }
    const found = await authenticate(signed, OUT, { resolve: broken })
    expect(verdictOf(found, JANE).verdict).toBe('unknown')
  })

  test('that covers only a part of itself is not signed', async () => {
    const part = Buffer.from(signed.toString().replace('; a=rsa-sha256;', '; l=3; a=rsa-sha256;'))
    expect(part.length).toBeGreaterThan(signed.length)
    expect((await check(part)).dkim).toEqual([])
  })

  test('made to keep us busy does not', async () => {
    const signature = (i: number) =>
      `DKIM-Signature: v=1; a=rsa-sha${i % 2 ? 1 : 256}; c=${i % 3 ? 'relaxed/relaxed' : 'simple/simple'}; d=acme.test; s=spring; h=from; bh=a; b=a\r\n`
    const header = (count: number) => Array.from({ length: count }, (_, i) => signature(i)).join('')
    const large = (count: number, body: string) =>
      Buffer.concat([Buffer.from(header(count)), mail(''), Buffer.from(body)])
    for (const raw of [
      large(10, '\n'.repeat(3_000_000)),
      large(10, ' '.repeat(3_000_000)),
      large(2_000, 'x'),
      Buffer.from('X: y\r\n'.repeat(300_000)),
    ]) {
      const begin = performance.now()
      const found = await authenticate(raw, OUT, { resolve, deadlineMs: 500 })
      expect(performance.now() - begin).toBeLessThan(25_000)
      expect(found.dkim.some(r => r.result === 'pass')).toBe(false)
    }
  })
})

test("the operator's own hosts are known by their networks", () => {
  const own = networksOf(OWN_NETWORKS)
  for (const address of ['127.0.0.1', '::1', '10.1.2.3', '172.31.0.1', '::ffff:192.168.1.9', 'fd00::1', 'fe80::1'])
    expect([address, own(address)]).toEqual([address, true])
  for (const address of ['192.0.2.7', '172.32.0.1', '2001:db8::1', '::ffff:192.0.2.7', '', 'localhost'])
    expect([address, own(address)]).toEqual([address, false])
  expect(networksOf(['192.0.2.7', '2001:db8::/32'])('2001:db8::5')).toBe(true)
  expect(networksOf([])('127.0.0.1')).toBe(false)
  expect(() => networksOf(['mail.tulip.test'])).toThrow('mail.tulip.test is no network.')
})
