import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { NOBODY } from '../../../../src/channels/email/address.ts'
import { normalise } from '../../../../src/channels/email/read/decode/normalise.ts'
import { parseMail } from '../../../../src/channels/email/read/decode/parse.ts'
import { understood } from '../../../../src/channels/email/read/mail.ts'
import { createReader } from '../../../../src/channels/email/read/reader.ts'
import { compose } from '../../../../src/channels/email/send/compose.ts'
import { plainText } from '../../../../src/core/document.ts'
import { KEY, letter } from '../letters.ts'
import { arrivalOf, html, mail, read } from '../mails.ts'

describe('an answer', () => {
  test('is read with its author, subject and words', async () => {
    const a = await arrivalOf(mail('Thank you, Ann.\n\nJane'))
    expect(a).toMatchObject({
      inboundId: 'inbound-1',
      channel: 'email',
      key: '<answer@acme.test>',
      from: { address: 'jane@acme.test', name: 'Jane Doe' },
      to: ['help@support.test'],
      tokens: [],
      subject: 'Re: Your order',
      full: null,
      files: [],
      kind: 'human',
    })
    expect(plainText(a.body)).toBe('Thank you, Ann.\n\nJane')
  })

  test('names what it answers, the newest first, whatever stands between the ids', async () => {
    const a = await arrivalOf(
      mail('Hi', {
        'In-Reply-To': 'Your message of Tuesday <c@x> (really), <b@x>',
        References: '<a@x>\r\n <b@x>,<c@x>',
      }),
    )
    expect(a.answers).toEqual(['<c@x>', '<b@x>', '<a@x>'])
  })

  test('finds the reply address in whichever header it was delivered by', async () => {
    for (const name of ['To', 'Cc', 'Delivered-To', 'X-Original-To', 'Envelope-To', 'X-Forwarded-To', 'Resent-To']) {
      const a = await arrivalOf(mail('Hi', { To: 'team@acme.test', [name]: 'Support <HELP+TokenAbc@Support.test>' }))
      expect(a.tokens).toEqual(['tokenabc'])
      expect(a.to).toContain('help@support.test')
    }
    expect((await arrivalOf(mail('Hi'), { from: 'x@y.test', to: ['help+abc@support.test'] })).tokens).toEqual(['abc'])
  })

  test('keeps a sender’s own plus part apart from the token', async () => {
    const a = await arrivalOf(mail('Hi', { To: 'help+eu+token@support.test' }))
    expect(a.tokens).toEqual(['token'])
    expect(a.to).toEqual(['help@support.test', 'help+eu@support.test'])
  })

  test('finds a ticket’s identifier in the subject', async () => {
    expect((await arrivalOf(mail('', { Subject: 'AW: your order SUP-41' }))).tag).toBe('SUP-41')
    expect((await arrivalOf(mail('', { Subject: 'Re: [sup-7] x' }))).tag).toBe('SUP-7')
    expect((await arrivalOf(mail('', { Subject: 'Our A-1b order' }))).tag).toBeNull()
  })

  test('keeps bold, lists and links of html, without the mail that is answered', async () => {
    const a = await arrivalOf(
      html(
        '<div>Please send <b>two</b>:</div><ul><li>red</li><li>blue</li></ul><div>See <a href="https://acme.test/x">this</a></div>' +
          '<br><div class="gmail_quote"><div>On Tue, 3 Mar 2026 at 09:30, Ann (Support) &lt;help@support.test&gt; wrote:<br></div>' +
          '<blockquote>Which colour?</blockquote></div>',
      ),
    )
    expect(plainText(a.body)).toBe('Please send two:\n\n- red\n- blue\n\nSee this (https://acme.test/x)')
    expect(JSON.stringify(a.body)).toContain('"bold":true')
    expect(plainText(a.full ?? [])).toContain('> Which colour?')
  })

  test('cuts within a paragraph of html where the quote begins there', async () => {
    const a = await arrivalOf(
      html(
        '<p><b>Yes</b> please.<br><br>From: Ann (Support) &lt;help@support.test&gt;<br>Sent: Tuesday<br>To: Jane<br>Subject: Your order<br><br>Which colour?</p>',
      ),
    )
    expect(plainText(a.body).trim()).toBe('Yes please.')
    expect(JSON.stringify(a.body)).toContain('"bold":true')
  })

  test('shows everything when nothing of its own is left', async () => {
    const a = await arrivalOf(mail('> Which colour?\n> Ann\n'))
    expect(plainText(a.body)).toContain('Which colour?')
    expect(a.full).toBeNull()
  })

  test('keeps a forwarded mail whole', async () => {
    const a = await arrivalOf(
      mail('FYI\n\n---------- Forwarded message ---------\nFrom: Bob <bob@globex.test>\nSubject: Parts\n\nThe parts.'),
    )
    expect(plainText(a.body)).toContain('The parts.')
  })

  test('prefers html, but takes the text where the html says nothing', async () => {
    const both = (htmlPart: string) =>
      mail(`--b\nContent-Type: text/plain\n\nplain words\n--b\nContent-Type: text/html\n\n${htmlPart}\n--b--\n`, {
        'Content-Type': 'multipart/alternative; boundary=b',
      })
    expect(plainText((await arrivalOf(both('<p>rich words</p>'))).body)).toBe('rich words')
    expect(plainText((await arrivalOf(both('<html><body><img src="x"></body></html>'))).body)).toBe('plain words')
  })
})

describe('who wrote it', () => {
  test('a mail without author is still a mail', async () => {
    expect((await arrivalOf(mail('Hi', { From: null }))).from.address).toBe(NOBODY)
    expect((await arrivalOf(mail('Hi', { From: null }), { from: 'jane@acme.test' })).from.address).toBe(
      'jane@acme.test',
    )
    expect((await arrivalOf(mail('Hi', { From: '"Jane" <>', 'Reply-To': 'j@acme.test' }))).from.address).toBe(
      'j@acme.test',
    )
  })

  test('a web form that writes from no-reply for a person is that person', async () => {
    const a = await arrivalOf(mail('Hi', { From: 'Form <no-reply@form.test>', 'Reply-To': 'Jane <jane@acme.test>' }))
    expect(a.from).toEqual({ address: 'jane@acme.test', name: 'Jane' })
    expect(a.kind).toBe('human')
  })

  test('an address in a display name does not deceive', async () => {
    const a = await arrivalOf(mail('Hi', { From: '"help@support.test" <eve@evil.test>' }))
    expect(a.from.address).toBe('eve@evil.test')
  })

  test('a Reply-To that differs is known besides', async () => {
    const { replyTo } = await read(mail('Hi', { 'Reply-To': 'Bob <Bob@Globex.test>' }))
    expect(replyTo).toEqual({ address: 'bob@globex.test', name: 'Bob' })
  })
})

describe('odd and hostile mail', () => {
  test('blank lines or a mailbox’s From line before the header do not hide it', async () => {
    const raw = mail('Hi')
    for (const before of ['\r\n\r\n', 'From jane@acme.test Tue Mar  3 10:00:00 2026\n'])
      expect((await arrivalOf(Buffer.concat([Buffer.from(before), raw]))).subject).toBe('Re: Your order')
  })

  test('NUL and halves of characters do not reach the database', async () => {
    const a = await arrivalOf(mail('a\0b \ud83d', { Subject: '=?utf-8?Q?a=00b?=' }))
    expect(JSON.stringify(a)).not.toMatch(/\\u0000|\\ud83d/)
  })

  test('any bytes become an arrival', async () => {
    const bits = fc.oneof(
      fc.uint8Array({ maxLength: 80 }).map(b => Buffer.from(b)),
      fc.constantFrom(...ODDITIES).map(s => Buffer.from(s, 'latin1')),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(bits, { maxLength: 20 }), async parts => {
        const raw = Buffer.concat(parts)
        expect(understood(await parseMail(normalise(raw)), {}, { key: KEY }).kind).not.toBe('unreadable') // nothing throws
        const a = await arrivalOf(raw, { from: 'jane@acme.test', to: ['help@support.test'] })
        expect(a.from.address).toMatch(/^[^@]+@[^@]+$/)
        expect(a.to).toContain('help@support.test')
        expect(JSON.stringify(a)).not.toMatch(/\\u0000|\\ud[89a-f]../)
      }),
      { numRuns: 1_000 },
    )
  })

  test('takes its time in proportion to its length', { timeout: 60_000 }, async () => {
    const reader = createReader({ deadlineMs: 20_000 }) // a busy machine is slow; what grows faster than its input takes minutes
    try {
      for (const [name, raw] of HOSTILE) {
        const { kind, rule } = await reader.read(raw, {}, { key: KEY })
        expect(`${name}: ${kind === 'unreadable' ? rule : 'in time'}`).toBe(`${name}: in time`)
      }
    } finally {
      await reader.close()
    }
  })
})

const ODDITIES = [
  'Content-Type: multipart/mixed; boundary=b\r\n',
  'Content-Type: multipart/alternative; boundary="b"\r\n',
  'Content-Type: text/html; charset=x-unknown\r\n',
  'Content-Type: text/plain; charset=iso-2022-jp; format=flowed\r\n',
  'Content-Type: message/rfc822\r\n',
  "Content-Type: application/ms-tnef; name*0*=utf-8''%C3; name*1=x\r\n",
  'Content-Type: application/pkcs7-mime; smime-type=signed-data\r\n',
  'Content-Disposition: attachment; filename="=?utf-16?Q?=D8=3D?=\r\n',
  'Content-Transfer-Encoding: base64\r\n',
  'Content-Transfer-Encoding: quoted-printable\r\n',
  'From: =?utf-8?B?////?= <\r\n',
  'From: =?gb2312?B?yP\r\n',
  'To: a:b;c<d>,,,@\r\n',
  'Subject: =?x?Q?=ff?=\r\n',
  'Subject: =?utf-16?B?2D0=?= \xd8\x3d\r\n',
  'References: <<<>>> <a\r\n',
  'Date: never\r\n',
  '\r\n--b\r\n',
  '\r\n--b--\r\n',
  '\r\n\r\n',
  '<div><p>&#0;&#xd83d;',
  '<img src="data:image/png;base64,',
  'begin 644 x\n#0V%T\n',
  '-----BEGIN PGP SIGNED MESSAGE-----\n\n',
  'On x wrote:\r\n> ',
]

/** What hangs or breaks other programs, each far larger than any mail that people write. */
const HOSTILE: [string, Buffer][] = [
  ['20,000 divs', html('<div>'.repeat(20_000))],
  ['5,000 tags that are addresses', html('<a@b.test>'.repeat(5_000))],
  ['blank lines', mail('\n'.repeat(200_000))],
  ['blanks', mail(' '.repeat(200_000))],
  ['quotes', mail('> a\n'.repeat(250_000))],
  ['attributions', mail('On Mon, 1 Jan 2024\n'.repeat(20_000))],
  ['one attribution', mail('On '.repeat(35_000))],
  ['one French attribution', mail('Le é'.repeat(30_000))],
  ['dashes', mail('-'.repeat(100_000))],
  ['dash lines', mail('-----\n'.repeat(50_000))],
  ['header blocks', mail('From: x\n'.repeat(20_000))],
  ['one word', mail('x'.repeat(1_000_000))],
  ['angle brackets', html('<'.repeat(100_000))],
  ['angle brackets in text', mail('<'.repeat(100_000))],
  ['nested quotes of html', html('<blockquote>'.repeat(50_000))],
  ['nested parts', nested(400)],
  ['tiny parts', mail('--b\n\nx\n'.repeat(50_000), { 'Content-Type': 'multipart/mixed; boundary=b' })],
  [
    'parts whose boundary never comes',
    mail(`--b\nContent-Type: multipart/mixed; boundary=c\n\n`.repeat(900) + 'x\n--x\n'.repeat(200_000), {
      'Content-Type': 'multipart/mixed; boundary=b',
    }),
  ],
  ['headers', Buffer.from(`${'X-A: b\n'.repeat(200_000)}\nHi`)],
  ['one header', mail('Hi', { 'X-A': 'x'.repeat(1_000_000) })],
  ['folds', mail('Hi', { 'X-A': '\r\n x'.repeat(200_000) })],
  ['lines that are no headers', Buffer.from(`From: a@b.test\n${'x\nX-A: b\n'.repeat(100_000)}`)],
  ['addresses', mail('Hi', { To: 'a@b.test, '.repeat(50_000) })],
  ['authors', mail('Hi', { From: 'a@b.test, '.repeat(50_000) })],
  ['brackets in an address', mail('Hi', { From: '<'.repeat(50_000) })],
  ['comments in an address', mail('Hi', { From: '('.repeat(50_000) })],
  ['quotes in an address', mail('Hi', { From: '"\\'.repeat(50_000) })],
  ['encoded words', mail('Hi', { Subject: '=?utf-8?Q?a?= '.repeat(20_000) })],
  ['encoded words without end', mail('Hi', { Subject: '=?utf-8?Q?'.repeat(20_000) })],
  ['ends without words', mail('Hi', { Subject: `=?utf-8?Q?${'?=41'.repeat(50_000)}` })],
  ['references', mail('Hi', { References: '<a@b> '.repeat(20_000) })],
  ['parameters', mail('Hi', { 'Content-Type': `text/plain; ${'a*0*=b; '.repeat(20_000)}` })],
  ['a parameter of blanks', mail('Hi', { 'Content-Type': `text/plain; a${' '.repeat(190_000)}` })],
  ['escape sequences', mail('\x1b$B\x1b(B'.repeat(100_000))],
  ['files within the text', mail('begin 644 a\n#0V%T\n'.repeat(50_000))],
  ['base64 full of ends', mail('YQ==\n'.repeat(100_000), { 'Content-Transfer-Encoding': 'base64' })],
  ['soft line breaks', mail('=\n'.repeat(300_000), { 'Content-Transfer-Encoding': 'quoted-printable' })],
  ['flowing lines', mail('a \n'.repeat(200_000), { 'Content-Type': 'text/plain; format=flowed' })],
  ['pictures', html('<img src="cid:x">'.repeat(50_000))],
  ['pictures of data', html('<img src="data:image/png;base64,aaaa">'.repeat(50_000))],
  ['one tag', html(`<img ${'a=b '.repeat(100_000)}>`)],
]

function nested(depth: number): Buffer {
  let body = 'Content-Type: text/plain\n\nHi'
  for (let i = 0; i < depth; i++) body = `Content-Type: multipart/mixed; boundary=b${i}\n\n--b${i}\n${body}\n--b${i}--`
  return Buffer.from(`From: jane@acme.test\nSubject: deep\n${body}`)
}

test('what we send is read again with the same words', async () => {
  const text = fc
    .array(fc.string({ unit: 'grapheme', maxLength: 40 }), { minLength: 1, maxLength: 5 })
    .map(lines => ['Hello Jane,', ...lines.map(l => l.replace(/[\r\n]/g, ' '))].join('\n'))
  await fc.assert(
    fc.asyncProperty(text, async words => {
      const sent = letter({ text: words, ticket: { identifier: '' } })
      const { raw } = await compose(sent, KEY)
      const a = await arrivalOf(raw)
      expect(a).toMatchObject({ rule: 'our own mark', kind: 'loop' })
      expect(bare(plainText(a.full ?? a.body))).toBe(bare(plainText(sent.message?.body ?? [])))
    }),
    { numRuns: 200 },
  )
})

/** Words without white space and marks that no mail carries. */
function bare(text: string): string {
  return text.replace(/[\s\p{C}]+/gu, '')
}
