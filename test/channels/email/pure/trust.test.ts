import { describe, expect, test } from 'vitest'
import { readMail } from '../../../../src/channels/email/read/mail.ts'
import { readAuthResults } from '../../../../src/channels/email/read/trust/auth-results.ts'
import { foundIn } from '../../../../src/channels/email/read/trust/trust.ts'
import type { Envelope } from '../../../../src/channels/email/receive/recipients.ts'
import { KEY } from '../letters.ts'
import { mail } from '../mails.ts'

const raw = (...fields: string[]) => Buffer.concat([Buffer.from(fields.map(f => `${f}\r\n`).join('')), mail('Hello')])
const MX = 'Received: from out.acme.test (out.acme.test [192.0.2.7]) by mx.tulip.test (Postfix) with ESMTPS id 1'
const THEIRS = 'Received: from laptop.acme.test by out.acme.test with ESMTPSA id 2'
const trust = async (bytes: Buffer, envelope: Envelope = { by: 'imap' }, authservIds = ['mx.tulip.test']) =>
  (await readMail(bytes, envelope, { key: KEY, authservIds })).trust

describe('Authentication-Results', () => {
  test('are read with comments, folds, quotes and several methods', () => {
    const { id, results } = readAuthResults(
      ' mx.tulip.test 1 (the (nested \\) host)); spf=pass (it may; really) smtp.mailfrom="b=1"@Acme.test;\r\n' +
        '\tdkim=fail reason="bad; signature" header.d=acme.test header.b=ab/c+==; DKIM/1 = pass header.i=@mail.acme.test;' +
        ' dmarc=pass (p=none dis=none) header.from=acme.test; arc=pass; iprev=pass policy.iprev=192.0.2.7',
    )
    expect(id).toBe('mx.tulip.test')
    expect(results).toEqual({
      spf: { result: 'pass', domain: 'acme.test' },
      dkim: [
        { result: 'fail', domain: 'acme.test' },
        { result: 'pass', domain: 'mail.acme.test' },
      ],
      dmarc: { result: 'pass', domain: 'acme.test' },
      login: null,
    })
  })

  test('without a host, as of Microsoft 365, keep their first method', () => {
    const { id, results } = readAuthResults(
      'spf=pass (sender IP is 192.0.2.7)\r\n smtp.mailfrom=acme.test; dkim=none (message not signed) header.d=none;dmarc=pass action=none header.from=acme.test;compauth=pass reason=100',
    )
    expect(id).toBe('')
    expect(results.spf).toEqual({ result: 'pass', domain: 'acme.test' })
    expect(results.dmarc?.result).toBe('pass')
  })

  test.each(['', ';', 'mx.tulip.test; none', '((((', '"', 'a=;=;==b', 'x; spf', `x; ${'('.repeat(50_000)}`])(
    'that say nothing (%#) do no harm',
    value => {
      const { results } = readAuthResults(value)
      expect([results.spf, results.dmarc, results.dkim]).toEqual([null, null, []])
    },
  )
})

describe('a mail is from whom it says', () => {
  const by = (text: string) => `Authentication-Results: mx.tulip.test; ${text}`

  test('by DMARC, by an aligned signature, or by an aligned envelope', async () => {
    for (const text of [
      'dmarc=pass header.from=acme.test',
      'dkim=pass header.d=mail.acme.test; dmarc=none header.from=acme.test',
      'spf=pass smtp.mailfrom=bounce+jane=x@acme.test',
    ])
      expect(await trust(raw(by(text), MX))).toEqual({
        verdict: 'pass',
        says: 'The mail system of acme.test vouches for it.',
      })
  })

  test('also where the host that took it in wrote below its own Received, as Gmail does', async () => {
    expect(await trust(raw(MX, by('dmarc=pass header.from=acme.test'), THEIRS))).toMatchObject({ verdict: 'pass' })
    const inner = 'Received: by store.tulip.test with LMTP id 3'
    const ids = ['tulip.test']
    expect(await trust(raw(inner, MX, by('dmarc=pass'), THEIRS), { by: 'imap' }, ids)).toMatchObject({
      verdict: 'pass',
    })
    const nameless = 'Authentication-Results: spf=pass smtp.mailfrom=acme.test'
    expect(await trust(raw(MX, nameless, THEIRS))).toMatchObject({ verdict: 'pass' })
  })

  test('but not by what vouches for somebody else', async () => {
    for (const text of [
      'spf=pass smtp.mailfrom=evil.test; dkim=pass header.d=evil.test',
      'dkim=pass header.d=notacme.test',
      'dmarc=pass header.from=evil.test',
      'spf=none smtp.mailfrom=acme.test',
    ])
      expect(await trust(raw(by(text), MX))).toMatchObject({ verdict: 'unknown' })
  })

  test('which fails where its domain has a policy, or nothing of it is right', async () => {
    expect(
      await trust(raw(by('dkim=pass header.d=evil.test; dmarc=fail (p=reject) header.from=acme.test'), MX)),
    ).toEqual({
      verdict: 'fail',
      says: 'It does not pass the checks that acme.test asks for (DMARC): it may not be from Jane Doe.',
    })
    expect(await trust(raw(by('spf=softfail smtp.mailfrom=acme.test; dkim=fail header.d=acme.test'), MX))).toEqual({
      verdict: 'fail',
      says: 'The mail system of acme.test did not sign it: it may not be from Jane Doe.',
    })
  })

  test('where they logged in to our own server under that very address', async () => {
    expect(await trust(raw(by('auth=pass smtp.auth=Jane@acme.test'), MX))).toMatchObject({ verdict: 'pass' })
    expect(await trust(raw(by('auth=pass smtp.auth=eve@acme.test'), MX))).toMatchObject({ verdict: 'unknown' })
  })

  test('is not known where it names two authors, or was written for another', async () => {
    const two = mail('Hello', { From: 'Jane <jane@acme.test>, Eve <eve@evil.test>' })
    const good = Buffer.from(`${by('dkim=pass header.d=acme.test')}\r\n${MX}\r\n`)
    expect(await trust(Buffer.concat([good, two]))).toEqual({
      verdict: 'unknown',
      says: 'It names more than one author.',
    })
    const form = mail('Hello', { From: 'no-reply@acme.test', 'Reply-To': 'Bob <bob@globex.test>' })
    expect(await trust(Buffer.concat([good, form]))).toEqual({
      verdict: 'unknown',
      says: 'no-reply@acme.test sent it in the name of Bob.',
    })
  })
})

describe('results that the sender wrote', () => {
  const forged = 'Authentication-Results: mx.tulip.test; dmarc=pass header.from=acme.test; dkim=pass header.d=acme.test'
  const real = 'Authentication-Results: mx.tulip.test; dmarc=fail header.from=acme.test'

  test('do not count below our own', async () => {
    expect(await trust(raw(real, MX, forged, THEIRS))).toMatchObject({ verdict: 'fail' })
    expect(await trust(raw(MX, real, forged, THEIRS))).toMatchObject({ verdict: 'fail' })
  })

  test('do not count behind the sender, whoever they say took it in', async () => {
    expect(foundIn(raw(MX, THEIRS, forged), ['mx.tulip.test'])).toBeNull()
    expect(foundIn(raw(MX, THEIRS, MX, forged), ['mx.tulip.test'])).toBeNull()
    expect(foundIn(raw('Received: by edge.lan', THEIRS, forged), ['mx.tulip.test'])).toBeNull()
  })

  test('do not count in the name of another host, or where none is believed', async () => {
    const other = forged.replace('mx.tulip.test', 'mx.evil.test')
    expect(foundIn(raw(other, MX), ['mx.tulip.test'])).toBeNull()
    expect(foundIn(raw(forged.replace('mx.tulip.test', 'mx.tulip.test.evil.test'), MX), ['mx.tulip.test'])).toBeNull()
    expect(foundIn(raw(forged, MX), [])).toBeNull()
  })

  test('do not count at all where a stranger handed the mail to our listener', async () => {
    expect(await trust(raw(forged), { by: 'smtp', from: 'jane@acme.test', remote: '192.0.2.7' })).toMatchObject({
      verdict: 'unknown',
    })
    expect(await trust(raw(forged, MX), { by: 'smtp', relay: true })).toMatchObject({ verdict: 'pass' })
    const auth = { spf: { result: 'pass', domain: 'acme.test' }, dkim: [], dmarc: null, login: null }
    expect(await trust(raw(), { by: 'smtp', auth })).toMatchObject({ verdict: 'pass' })
  })

  test('do not count in a Received whose sender calls themselves us', async () => {
    const sly = 'Received: from by (mx.tulip.test) by relay.evil.test with SMTP'
    expect(foundIn(raw(MX, sly, forged), ['mx.tulip.test'])).toBeNull()
  })
})

describe('a mail that a mail system takes for spam', () => {
  test.each([
    ['X-Spam-Flag', 'YES'],
    ['X-Spam-Status', 'Yes, score=9.1 required=5.0'],
    ['X-Spamd-Result', 'default: True [12.00 / 15.00]; BAYES_SPAM(5.10)'],
    ['X-Rspamd-Action', 'add header'],
    ['X-Forefront-Antispam-Report', 'CIP:192.0.2.7;CTRY:NL;SFV:SPM;H:out.acme.test'],
    ['X-MS-Exchange-Organization-SCL', '6'],
  ])('says so by %s', async (name, value) => {
    const { junk } = await readMail(mail('Buy!', { [name]: value }), {}, { key: KEY })
    expect(junk).toBe(`The mail system marked it as spam (${name.toLowerCase()}).`)
  })

  test('says nothing of one that it let pass', async () => {
    for (const fields of [
      { 'X-Spam-Status': 'No, score=-1.2', 'X-Spam-Flag': 'NO' },
      { 'X-Spamd-Result': 'default: False [1.00 / 15.00]', 'X-MS-Exchange-Organization-SCL': '-1' },
      { 'X-Forefront-Antispam-Report': 'SFV:NSPM' },
    ])
      expect((await readMail(mail('Hello', fields), {}, { key: KEY })).junk).toBeNull()
  })

  test('may have put it in a folder of its own', async () => {
    expect((await readMail(mail('Hello'), { by: 'imap', junk: true }, { key: KEY })).junk).toContain('among the spam')
  })
})

test('a mail that went through more than thirty servers may be going round in circles', async () => {
  const rounds = async (hops: number) =>
    (await readMail(raw(...Array.from({ length: hops }, () => THEIRS)), {}, { key: KEY })).rounds
  expect(await rounds(30)).toBeNull()
  expect(await rounds(31)).toBe('It went through 31 mail servers, so it may be going round in circles.')
})
