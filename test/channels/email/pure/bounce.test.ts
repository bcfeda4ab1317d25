import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readBounce } from '../../../../src/channels/email/read/bounce/bounce.ts'
import { recipientsIn } from '../../../../src/channels/email/read/bounce/report.ts'
import { parseMail } from '../../../../src/channels/email/read/decode/parse.ts'
import { mail, read } from '../mails.ts'

const JANE = `Final-Recipient: rfc822; jane@acme.test
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <jane@acme.test>... User unknown
`

/** A report of Acme's mail system with these fields, and other parts where wanted. */
function report(
  fields: string,
  { words = 'It did not arrive.', type = 'message/delivery-status', returned = '' } = {},
) {
  const parts = [
    `Content-Type: text/plain\n\n${words}\n`,
    `Content-Type: ${type}\n\nReporting-MTA: dns; mx.acme.test\n\n${fields}`,
    returned ||
      'Content-Type: message/rfc822\n\nFrom: help@support.test\nTo: jane@acme.test\nMessage-ID: <first@support.test>\nSubject: Your parts\n\nHello\n',
  ]
  return mail(`--b\n${parts.join('\n--b\n')}\n--b--\n`, {
    From: 'Mail Delivery System <MAILER-DAEMON@mx.acme.test>',
    Subject: 'Undelivered Mail Returned to Sender',
    'Content-Type': 'multipart/report; report-type=delivery-status; boundary=b',
  })
}

const bounceOf = async (raw: Buffer) => (await read(raw)).bounce

describe('a delivery report', () => {
  test('says who did not get the mail, why, and for how long', async () => {
    expect(await bounceOf(report(JANE))).toEqual({
      recipients: ['jane@acme.test'],
      permanent: true,
      hard: true,
      class: 'no_such_address',
      status: '5.1.1',
      reason: 'The address jane@acme.test does not exist.',
      words: '550 5.1.1 <jane@acme.test>... User unknown',
    })
  })

  test('names the address that we wrote to before the one that it was passed on to', async () => {
    const bounce = await bounceOf(
      report(`Original-Recipient: rfc822;jane@acme.test\n${JANE.replace('jane@', 'j.doe@')}`),
    )
    expect(bounce?.recipients).toEqual(['jane@acme.test', 'j.doe@acme.test'])
    expect(bounce?.reason).toBe('The address jane@acme.test does not exist.')
  })

  test('of several recipients is hard only if it is so for all', async () => {
    const full = 'Final-Recipient: rfc822; joe@other.test\nAction: failed\nStatus: 5.2.2\n'
    expect(await bounceOf(report(`${JANE}\n${full}`))).toMatchObject({
      recipients: ['jane@acme.test', 'joe@other.test'],
      permanent: true,
      hard: false,
      reason: 'The address jane@acme.test does not exist. One more recipient did not get it either.',
    })
  })

  test('leaves out those who got it', async () => {
    const got = 'Final-Recipient: rfc822; joe@other.test\nAction: relayed\nStatus: 2.0.0\n'
    expect((await bounceOf(report(`${got}\n${JANE}`)))?.recipients).toEqual(['jane@acme.test'])
  })

  test('of a delay is temporary', async () => {
    const delayed = JANE.replace('failed', 'delayed')
      .replace(/5\.1\.1/g, '4.4.1')
      .replace('550', '450')
    const reading = await read(report(delayed))
    expect(reading).toMatchObject({ kind: 'delayed', bounce: { permanent: false, hard: false, status: '4.4.1' } })
    expect(reading.bounce?.reason).toMatch(/^The mail to jane@acme.test is not delivered yet/)
  })

  test.each([
    [
      'in the text of the mail',
      mail(`Technical report:\n\nReporting-MTA: dns; mx.acme.test\n\n${JANE}`, { From: 'MAILER-DAEMON@mx.acme.test' }),
    ],
    ['in a part with another label', report(JANE, { type: 'text/plain; name="details.txt"' })],
    ['quoted by a relay', mail(JANE.replace(/^/gm, '> '), { From: 'MAILER-DAEMON@mx.acme.test' })],
    ['with its address in brackets', report(JANE.replace('rfc822; jane@acme.test', 'RFC822; <jane@acme.test>'))],
    ['without a type before the address', report(JANE.replace('rfc822; ', ''))],
    ['with the action first', report(`Action: failed\n${JANE.replace('Action: failed\n', '')}`)],
    ['with a folded diagnosis', report(JANE.replace('... User unknown', '...\n    User unknown'))],
    ['with blank lines between all fields', report(JANE.replace(/\n/g, '\n\n'))],
    ['in hex', report(JANE.replace('jane@acme.test\n', 'jane+40acme.test\n'))],
  ])('is read %s', async (_how, raw) => {
    expect(await bounceOf(raw)).toMatchObject({ recipients: ['jane@acme.test'], hard: true, status: '5.1.1' })
  })

  test('never names whom it was sent to while it names another', async () => {
    const ours = `${JANE}Original-Recipient: rfc822; help@support.test\n`
    expect((await bounceOf(report(ours)))?.recipients).toEqual(['jane@acme.test'])
  })

  test('without an address is of whom the returned mail was written to', async () => {
    const nobody = 'Action: failed\nStatus: 5.2.2\nDiagnostic-Code: smtp; 552 mailbox full\n'
    expect(await bounceOf(report(nobody))).toMatchObject({ recipients: ['jane@acme.test'], class: 'mailbox_full' })
  })

  test('that tells nobody is a bounce all the same', async () => {
    const raw = mail('It failed.', { From: 'MAILER-DAEMON@mx.acme.test', Subject: 'Mail failure' })
    expect(await bounceOf(raw)).toMatchObject({
      recipients: [],
      hard: false,
      reason: 'The mail to the recipient could not be delivered.',
    })
  })

  test.each([
    [
      'a message/rfc822 part',
      'Content-Type: message/rfc822\n\nReceived: by mx\nMessage-ID: <sent@support.test>\nTo: jane@acme.test\n\nHello\n',
    ],
    [
      'a part with its header only',
      'Content-Type: text/rfc822-headers\n\nMessage-Id:\n <sent@support.test>\nTo: jane@acme.test\n',
    ],
    [
      'a part in base64',
      `Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment\n\n${Buffer.from('To: jane@acme.test\nMessage-ID: <sent@support.test>\n\nHello\n').toString('base64')}\n`,
    ],
    ['a field of its own', 'Content-Type: text/plain\n\nX-Original-Message-ID: <sent@support.test>\n'],
  ])('names the mail that it returns as %s', async (_how, returned) => {
    const { answers } = await read(report(JANE, { returned }))
    expect(answers).toContain('<sent@support.test>')
    expect(answers).not.toContain('<answer@acme.test>')
  })
})

describe('what the words of a report mean', () => {
  test.each<[string, string, string, boolean, boolean]>([
    ['5.0.0', '550 No such user here', 'no_such_address', true, true],
    ['5.7.1', '553 Invalid recipient jane@acme.test', 'no_such_address', true, true],
    ['5.4.1', '550 5.4.1 Recipient address rejected: Access denied', 'no_such_address', true, true],
    ['5.1.0', '550 mailbox unavailable', 'no_such_address', true, true],
    ['5.0.0', '550 El usuario no existe', 'no_such_address', true, true],
    ['4.1.1', '450 4.1.1 User unknown', 'no_such_address', false, false],
    ['5.1.1', '550 5.1.1 Mailbox full', 'mailbox_full', true, false],
    ['5.1.1', '550 too many messages from your server', 'rate_limited', true, false],
    ['5.1.2', 'Host unknown (Name server: acme.test: host not found)', 'no_such_domain', true, true],
    ['5.0.0', 'an MX record says null MX', 'no_such_domain', true, true],
    ['5.4.4', '', 'no_such_domain', true, true],
    ['5.2.1', '', 'disabled', true, true],
    ['5.2.1', 'The account is suspended', 'disabled', true, false],
    ['5.7.1', '554 your host is on a block list', 'spam_or_policy', true, false],
    ['5.1.8', '550 Sender address rejected: Domain not found', 'spam_or_policy', true, false],
    ['5.7.1', '550 SPF check failed', 'auth_failure', true, false],
    ['5.7.26', '', 'auth_failure', true, false],
    ['5.7.1', '550 Relaying denied', 'relay_denied', true, false],
    ['5.3.4', '552 message too large', 'too_big', true, false],
    ['4.4.7', 'Delivery time expired', 'network', false, false],
    ['4.2.0', '451 greylisted, try again later', 'rate_limited', false, false],
    ['5.0.0', '550 Nope', 'other', true, false],
  ])('%s %s', async (status, words, kind, permanent, hard) => {
    const fields = `Final-Recipient: rfc822; jane@acme.test\nAction: failed\nStatus: ${status}\n${words ? `Diagnostic-Code: smtp; ${words}\n` : ''}`
    expect(await bounceOf(report(fields))).toMatchObject({ class: kind, permanent, hard })
  })
})

describe('a report that means harm', () => {
  test.each<[string, string]>([
    [
      'a hundred thousand recipients',
      Array.from({ length: 100_000 }, (_, i) => `Final-Recipient: rfc822; u${i}@acme.test\nAction: failed\n`).join(
        '\n',
      ),
    ],
    ['ten megabytes of diagnosis', `${JANE.trimEnd()} ${'550 x '.repeat(1_700_000)}\n`],
    ['ten megabytes of folded lines', `${JANE}${' more words\n'.repeat(800_000)}`],
    ['a line of at signs', `Final-Recipient: rfc822; ${'a@'.repeat(500_000)}\n`],
    ['lines that almost begin a header', 'From: x\n'.repeat(100_000)],
  ])('costs little: %s', async (_what, fields) => {
    const parsed = await parseMail(report(fields))
    const begin = process.cpuUsage()
    const bounce = readBounce(parsed, 'bounce')
    const { user, system } = process.cpuUsage(begin)
    expect(user + system).toBeLessThan(10_000_000) // µs of work on a busy machine; what grows faster than its input takes minutes
    expect(bounce?.recipients.length).toBeLessThanOrEqual(100)
    expect(bounce?.words.length).toBeLessThanOrEqual(300)
  })

  test('never breaks the reading, whatever its bytes', async () => {
    const bytes = fc.uint8Array({ maxLength: 2_000 }).map(b => Buffer.from(b).toString('latin1'))
    const fields = fc.array(
      fc.oneof(
        bytes,
        fc.constantFrom(
          'Final-Recipient: rfc822; ',
          'Action: failed\n',
          'Status: 5.',
          '\n\n',
          '<a@b.test>:\n',
          'RCPT TO:<',
          '550 ',
          '--b\n',
          'Received: ',
          'Message-ID: <',
        ),
      ),
      { maxLength: 30 },
    )
    await fc.assert(
      fc.asyncProperty(fields, async all => {
        const { bounce, answers } = await read(Buffer.from(report(all.join('')).toString('latin1'), 'latin1'))
        expect(answers.length).toBeLessThanOrEqual(200)
        if (bounce) expect(bounce.recipients.every(r => r.includes('@'))).toBe(true)
      }),
      { numRuns: 200 },
    )
  })

  test('never breaks the reading of fields, whatever their characters', () => {
    fc.assert(fc.property(fc.string({ maxLength: 500 }), text => Array.isArray(recipientsIn(text))))
  })
})
