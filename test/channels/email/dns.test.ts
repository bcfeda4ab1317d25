import { generateKeyPairSync } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { examineDomains } from '../../../src/channels/email/examine/dns.ts'
import { lookupIn, type Zone } from './zone.ts'

let key: string
let published: string
beforeAll(() => {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
  key = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  published = `v=DKIM1; k=rsa; p=${pair.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')}`
})

const good = (): Zone => ({
  'tulip.test': { mx: ['mx1.tulip.test', 'mx2.tulip.test'], txt: ['v=spf1 include:spf.relay.test ~all', 'other'] },
  'spf.relay.test': { txt: ['v=spf1 ip4:192.0.2.0/24 a mx ~all'] },
  'mail._domainkey.tulip.test': { txt: [published] },
  '_dmarc.tulip.test': { txt: ['v=DMARC1; p=quarantine; rua=mailto:d@tulip.test'] },
})
const signing = () => ({ address: 'support@tulip.test', dkim: { selector: 'mail', key } })

async function look(zone: Zone | null, sender: { address: string; dkim: ReturnType<typeof signing>['dkim'] | null }) {
  const findings = await examineDomains([sender], lookupIn(zone))
  return findings.map(f => [f.part.split(' ')[0], f.well, f.says] as const)
}

test('a domain that is set up is found so', async () => {
  expect(await look(good(), signing())).toEqual([
    ['MX', true, 'mail for it goes to mx1.tulip.test, mx2.tulip.test.'],
    ['SPF', true, 'one record, 3 of 10 look-ups.'],
    ['DKIM', true, 'the key at mail._domainkey.tulip.test is ours.'],
    ['DMARC', true, 'p=quarantine at _dmarc.tulip.test.'],
  ])
})

test('an empty domain lacks everything, and each line says what to publish', async () => {
  const findings = await examineDomains([signing()], lookupIn({}))
  expect(findings.map(f => f.well)).toEqual([false, false, false, false])
  expect(findings[2]?.next).toBe(`Publish a TXT record at mail._domainkey.tulip.test: ${published}`)
  for (const f of findings) expect(f.next).toContain('Publish')
})

test('a DNS that cannot be asked says nothing about the domain', async () => {
  const says = 'could not be looked up (ETIMEOUT).'
  expect(await look(null, signing())).toEqual(['MX', 'SPF', 'DKIM', 'DMARC'].map(what => [what, null, says]))
})

test('each domain is examined once, however many send from it', async () => {
  const senders = ['a@tulip.test', 'b@tulip.test', 'c@mail.tulip.test'].map(address => ({ address, dkim: null }))
  const findings = await examineDomains(senders, lookupIn(good()))
  expect(findings.map(f => f.part)).toEqual(
    ['tulip.test', 'mail.tulip.test'].flatMap(d => [`MX of ${d}`, `SPF of ${d}`, `DKIM of ${d}`, `DMARC of ${d}`]),
  )
})

describe('what is wrong is told', () => {
  const includes = (n: number): Zone => ({
    ...good(),
    'tulip.test': { mx: ['mx'], txt: ['v=spf1 include:s1.test ~all'] },
    ...Object.fromEntries(
      Array.from({ length: n }, (_, i) => [
        `s${i + 1}.test`,
        { txt: [i + 1 < n ? `v=spf1 include:s${i + 2}.test ~all` : 'v=spf1 ip4:192.0.2.1 ~all'] },
      ]),
    ),
  })
  const withSpf = (...txt: string[]): Zone => ({ ...good(), 'tulip.test': { mx: ['mx'], txt } })

  test.each<[string, () => Zone, string, string]>([
    [
      'a domain that takes no mail (RFC 7505)',
      () => ({ ...good(), 'tulip.test': { mx: ['.'], txt: ['v=spf1 -all'] } }),
      'MX',
      'there is none',
    ],
    ['two SPF records', () => withSpf('v=spf1 mx -all', 'v=spf1 a -all'), 'SPF', 'there are 2, which counts as none.'],
    ['an SPF record for everybody', () => withSpf('v=spf1 +all'), 'SPF', 'it allows everybody'],
    ['eleven look-ups', () => includes(11), 'SPF', 'it takes 11 look-ups'],
    ['records that include each other', () => withSpf('v=spf1 include:tulip.test ~all'), 'SPF', 'it takes 31 look-ups'],
    [
      'an include of nothing',
      () => withSpf('v=spf1 include:gone.test ~all'),
      'SPF',
      'it includes gone.test, which has no',
    ],
    [
      'another key',
      () => ({ ...good(), 'mail._domainkey.tulip.test': { txt: ['v=DKIM1; p=MIGf'] } }),
      'DKIM',
      'is not the one that we sign with',
    ],
    [
      'two policies',
      () => ({ ...good(), '_dmarc.tulip.test': { txt: ['v=DMARC1; p=none', 'v=DMARC1; p=reject'] } }),
      'DMARC',
      'there are 2',
    ],
    [
      'a policy that says nothing',
      () => ({ ...good(), '_dmarc.tulip.test': { txt: ['v=DMARC1; rua=mailto:x@tulip.test'] } }),
      'DMARC',
      'has no policy',
    ],
  ])('%s', async (_what, zone, part, sentence) => {
    const wrong = (await look(zone(), signing())).filter(([, well]) => well !== true)
    expect(wrong).toEqual([[part, false, expect.stringContaining(sentence)]])
  })

  test('ten look-ups are not', async () => {
    expect((await look(includes(10), signing())).every(([, well]) => well)).toBe(true)
  })
})

test('a domain below another has the policy of the one above', async () => {
  const [, , , dmarc] = await look(good(), { address: 'a@help.tulip.test', dkim: null })
  expect(dmarc).toEqual(['DMARC', true, 'p=quarantine at _dmarc.tulip.test.'])
})

test('where the mail server signs, the line says what to look for', async () => {
  const findings = await examineDomains([{ address: 'support@tulip.test', dkim: null }], lookupIn(good()))
  const dkim = findings.find(f => f.part.startsWith('DKIM'))
  expect(dkim?.well).toBeNull()
  expect(dkim?.next).toContain('dkim=pass with header.d=tulip.test')
})
