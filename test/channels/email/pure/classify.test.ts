import { describe, expect, test } from 'vitest'
import { mac } from '../../../../src/lib/sign.ts'
import { KEY } from '../letters.ts'
import { arrivalOf, mail } from '../mails.ts'

const of = async (headers: Record<string, string | null>, envelope = {}) =>
  (await arrivalOf(mail('Words', headers), envelope)).kind

describe('a mail that a person wrote is not taken for a machine’s', () => {
  test.each<[string, Record<string, string>]>([
    ['a plain answer', {}],
    ['Auto-Submitted: no', { 'Auto-Submitted': 'no' }],
    ['that speaks of an office', { Subject: 'Re: Your office is out of order' }],
    ['that wants no automatic answers', { 'X-Auto-Response-Suppress': 'OOF' }],
    ['of a person who bounces ideas', { Subject: 'Delivery failed to arrive' }],
    ['about an absence', { Subject: 'Absence of three parts in the box' }],
    ['about holidays', { Subject: 'Vacation homes in your brochure' }],
    ['that passes a bounce on', { Subject: 'Fwd: Undelivered Mail Returned to Sender' }],
    ['that asks whether a mail was read', { Subject: 'Read: the manual, and then?' }],
    ['that says what was received', { Subject: 'Re: We have received your order' }],
  ])('%s', async (_what, headers) => {
    expect(await of(headers)).toBe('human')
  })

  test('by way of a mailing list it is a person’s, too', async () => {
    expect(await of({ 'List-Id': '<parts.acme.test>', Precedence: 'list' })).toBe('list')
    expect(await of({ 'List-Post': '<mailto:parts@acme.test>', Precedence: 'bulk' })).toBe('list')
  })

  test('with a report of a failure quoted below it is no bounce', async () => {
    const quoted = 'Is this from you?\n\n> Final-Recipient: rfc822; jane@acme.test\n> Action: failed\n> Status: 5.1.1\n'
    expect((await arrivalOf(mail(quoted))).kind).toBe('human')
  })
})

describe('absence notes and other automatic mail', () => {
  test.each<[string, string, Record<string, string>]>([
    ['ooo', 'English subject', { Subject: 'Automatic reply: Your order' }],
    ['ooo', 'German subject', { Subject: 'Abwesenheitsnotiz: Your order' }],
    ['ooo', 'French subject', { Subject: 'Réponse automatique : Your order' }],
    ['ooo', 'Japanese subject', { Subject: '=?utf-8?B?6Ieq5YuV6L+U5L+h?= Your order' }],
    ['ooo', 'auto-replied', { 'Auto-Submitted': 'auto-replied; owner-email="jane@acme.test"' }],
    ['ooo', 'X-Autoreply', { 'X-Autoreply': 'yes' }],
    ['auto', 'auto-generated', { 'Auto-Submitted': 'auto-generated' }],
    ['auto', 'bulk', { Precedence: 'bulk' }],
    ['auto', 'a machine without replies', { From: 'noreply@acme.test' }],
    ['auto', 'an acknowledgement', { Subject: 'Your request has been received' }],
    ['auto', 'a challenge', { Subject: 'Please confirm your message' }],
    [
      'auto',
      'a newsletter',
      { Subject: 'News', 'List-Unsubscribe': '<https://acme.test/u>', 'List-Unsubscribe-Post': 'x' },
    ],
    ['auto', 'one that wants no answer, of no mail program', { Subject: 'Notice', 'X-Auto-Response-Suppress': 'All' }],
    ['ooo', 'a vacation program', { 'X-Mailer': 'vacation 1.2' }],
    ['ooo', 'behind other marks', { Subject: 'Re: [Automatic reply] Your order' }],
    ['ooo', 'Russian subject', { Subject: '=?utf-8?B?0JDQstGC0L7QvtGC0LLQtdGC?=' }],
    ['receipt', 'read', { 'Content-Type': 'multipart/report; report-type=disposition-notification; boundary=b' }],
    ['receipt', 'read, by subject', { Subject: 'Gelesen: Your order', 'Auto-Submitted': 'auto-replied' }],
    ['complaint', 'of a provider', { Subject: 'complaint about message from 192.0.2.7', From: 'staff@mail.test' }],
    ['complaint', 'to unsubscribe', { Subject: 'unsubscribe', 'X-Apple-Unsubscribe': 'true' }],
  ])('%s: %s', async (kind, _what, headers) => {
    expect(await of(headers)).toBe(kind)
  })
})

describe('bounces', () => {
  const report = (action: string) =>
    mail(
      `--b\nContent-Type: text/plain\n\nIt did not arrive.\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.acme.test\n\nFinal-Recipient: rfc822; jane@acme.test\nAction: ${action}\nStatus: 5.1.1\n\n--b\nContent-Type: message/rfc822\n\nFrom: help@support.test\nMessage-ID: <first@support.test>\nSubject: Your order\n\nHello\n--b--\n`,
      {
        From: 'Mail Delivery System <MAILER-DAEMON@mx.acme.test>',
        Subject: 'Undelivered Mail Returned to Sender',
        'Content-Type': 'multipart/report; report-type=delivery-status; boundary=b',
      },
    )

  test('a report of failure is a bounce and names the mail that it returns', async () => {
    const a = await arrivalOf(report('failed'))
    expect(a).toMatchObject({ rule: 'delivery report', kind: 'bounce' })
    expect(a.answers).toContain('<first@support.test>')
    expect(a.files).toEqual([])
  })

  test('a report of delay is none', async () => {
    expect((await arrivalOf(report('delayed'))).kind).toBe('delayed')
  })

  test.each(['delivered', 'relayed', 'expanded'])('a report that it was %s is a receipt', async action => {
    const a = await arrivalOf(report(action))
    expect(a).toMatchObject({ kind: 'receipt', bounce: null })
    expect(a.answers).toContain('<first@support.test>')
  })

  test.each<[string, Record<string, string>, object]>([
    ['from the mailer daemon', { From: 'MAILER-DAEMON <>', Subject: 'x' }, {}],
    ['from the null sender', { From: 'postmaster@acme.test', Subject: 'Undeliverable: Your order' }, { from: '' }],
    ['with Exim’s header', { 'X-Failed-Recipients': 'jane@acme.test' }, {}],
  ])('%s', async (_what, headers, envelope) => {
    expect(await of(headers, envelope)).toBe('bounce')
  })
})

describe('our own mail that comes back', () => {
  test('is known by our mark, whatever its case', async () => {
    const mark = `message-1.${mac(KEY, 'own-mail', 'message-1')}`
    expect(await arrivalOf(mail('Words', { 'x-overture-id': mark }))).toMatchObject({
      rule: 'our own mark',
      kind: 'loop',
    })
  })

  test('a mark that is not ours proves nothing', async () => {
    expect(await of({ 'X-Overture-Id': `message-1.${mac(Buffer.alloc(32, 8), 'own-mail', 'message-1')}` })).toBe(
      'human',
    )
  })
})
