import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { plainText } from '../../../../src/core/document.ts'
import { mail, read } from '../mails.ts'
import { encrypted, property, rawRtf, signed, tnef } from '../wrappings.ts'

const PNG = Buffer.from('89504e470d0a1a0a0000', 'hex')

/** A mail of parts, each a header and a body as latin1. */
function parts(...all: [header: string | Buffer, body: string | Buffer][]): Buffer {
  return within('mixed', ...all)
}

function within(type: string, ...all: [header: string | Buffer, body: string | Buffer][]): Buffer {
  const bytes = (text: string | Buffer) => (typeof text === 'string' ? Buffer.from(text) : text)
  const pieces = all.flatMap(([header, body]) => ['--b\r\n', bytes(header), '\r\n\r\n', bytes(body), '\r\n'])
  const body = Buffer.concat([...pieces, '--b--\r\n'].map(bytes))
  return Buffer.concat([mail('', { 'Content-Type': `multipart/${type}; boundary=b` }), body])
}

const TEXT: [string, string] = ['Content-Type: text/plain', 'Hi']
const FILE = 'Content-Type: application/octet-stream\r\nContent-Disposition: attachment; '
const namesOf = async (header: string | Buffer, body: string | Buffer = 'x') =>
  (await read(parts(TEXT, [header, body]))).files.map(f => f.name)

describe('the name of a file', () => {
  test.each<[string, string | Buffer, string]>([
    ['with a charset', `${FILE}filename*=utf-8''Gr%C3%B6%C3%9Fe.pdf`, 'Größe.pdf'],
    [
      'in pieces with a charset',
      `${FILE}filename*0*=utf-8''Gr%C3;\r\n filename*1*=%B6%C3%9Fe; filename*2=".pdf"`,
      'Größe.pdf',
    ],
    ['in pieces', `${FILE}filename*0="long-"; filename*1="name.pdf"`, 'long-name.pdf'],
    ['in pieces out of order', `${FILE}filename*1="name.pdf"; filename*0="long-"`, 'long-name.pdf'],
    ['with the wrong charset', `${FILE}filename*=iso-8859-1''Gr%C3%B6%C3%9Fe.pdf`, 'Größe.pdf'],
    ['without the charset', `${FILE}filename*=Gr%C3%B6%C3%9Fe.pdf`, 'Größe.pdf'],
    ['in two versions', `${FILE}filename="Gr__e.pdf"; filename*=utf-8''Gr%C3%B6%C3%9Fe.pdf`, 'Größe.pdf'],
    ['with its charset in quotes', `${FILE}filename="utf-8''Gr%C3%B6%C3%9Fe.pdf"`, 'Größe.pdf'],
    ['as an encoded word', `${FILE}filename="=?utf-8?Q?Gr=C3=B6=C3=9Fe=2Epdf?="`, 'Größe.pdf'],
    ['as a word without quotes', `${FILE}filename==?utf-8?Q?Gr=C3=B6=C3=9Fe=2Epdf?=`, 'Größe.pdf'],
    ['as two words', `${FILE}filename="=?utf-8?B?R3LDtg==?=\r\n =?utf-8?B?w59lLnBkZg==?="`, 'Größe.pdf'],
    ['as a word in pieces', `${FILE}filename*0="=?utf-8?Q?Gr=C3=B6=C3=9F";\r\n filename*1="e.pdf?="`, 'Größe.pdf'],
    ['in raw UTF-8', `${FILE}filename="Größe.pdf"`, 'Größe.pdf'],
    ['in raw Latin', Buffer.from(`${FILE}filename="Gr\xf6\xdfe.pdf"`, 'latin1'), 'Größe.pdf'],
    ['with blanks and no quotes', `${FILE}filename=my file name.pdf`, 'my file name.pdf'],
    ['in other quotes', `${FILE}filename='a.pdf'`, 'a.pdf'],
    ['with quotes in it', `${FILE}filename="a \\"b\\".pdf"`, 'a "b".pdf'],
    ['of the type alone', 'Content-Type: application/pdf;\r\n\tname="a b.pdf"', 'a b.pdf'],
    ['without a semicolon', 'Content-Type: application/pdf name="a.pdf"', 'a.pdf'],
    ['of a type that says nothing', 'Content-Type: ; name="a.pdf"\r\nContent-Disposition: attachment', 'a.pdf'],
    [
      'where two differ',
      'Content-Type: application/pdf; name="a.pdf"\r\nContent-Disposition: attachment; filename="b.pdf"',
      'b.pdf',
    ],
    [
      'where one lost its letters',
      'Content-Type: application/pdf; name="=?utf-8?Q?=C3=B6=C3=A4=C3=BC?=.pdf"\r\nContent-Disposition: attachment; filename="???.pdf"',
      'öäü.pdf',
    ],
    ['with a path', `${FILE}filename="C:\\\\Users\\\\x\\\\a.pdf"`, 'a.pdf'],
    ['with another path', `${FILE}filename="../../etc/passwd"`, 'passwd'],
    ['that is a path only', `${FILE}filename=".."`, 'file.bin'],
    ['written from right to left', `${FILE}filename="invoice\u202efdp.exe"`, 'invoicefdp.exe'],
    ['of a movie that has none', 'Content-Type: video/quicktime', 'video.mov'],
    ['of a picture that has none', 'Content-Type: image/png', 'image.png'],
    ['of an invitation that has none', 'Content-Type: text/calendar; method=REQUEST', 'invitation.ics'],
  ])('%s', async (_, header, name) => {
    expect(await namesOf(header)).toEqual([name])
  })

  test('of a mail is its subject', async () => {
    const header = 'Content-Type: message/rfc822'
    expect(await namesOf(header, 'Subject: =?utf-8?Q?Gr=C3=B6=C3=9Fe?= 1/2\r\n\r\nHi')).toEqual(['Größe 1_2.eml'])
    expect(await namesOf(header, 'From: x@y.test\r\n\r\nHi')).toEqual(['mail.eml'])
  })

  test('is cut where it is longer than any, and keeps its extension', async () => {
    expect(await namesOf(`${FILE}filename="${'x'.repeat(300)}.pdf"`)).toEqual([`${'x'.repeat(196)}.pdf`])
  })

  test('is another for each', async () => {
    const header = 'Content-Type: image/png; name='
    const { files } = await read(parts(TEXT, [`${header}a.png`, '1'], [`${header}A.png`, '2'], [`${header}a.png`, '3']))
    expect(files.map(f => f.name)).toEqual(['a.png', 'A (2).png', 'a (3).png'])
  })
})

describe('the type of a file', () => {
  const typeOf = async (header: string, body: string | Buffer) =>
    (await read(parts(TEXT, [header, body]))).files[0]?.type
  const named = (type: string, name: string) => `Content-Type: ${type}; name="${name}"`

  test.each<[string, string, string | Buffer, string]>([
    ['is as declared', named('application/x-acme', 'a.acme'), 'x', 'application/x-acme'],
    [
      'is by its name where the declared one says nothing',
      named('application/octet-stream', 'a.pdf'),
      'x',
      'application/pdf',
    ],
    ['is by its bytes where nothing else says it', named('application/octet-stream', 'a'), PNG, 'image/png'],
    ['is by its bytes where they belie what is declared', named('image/jpeg', 'a.jpg'), PNG, 'image/png'],
    ['is by its bytes where a picture is no picture', named('image/png', 'a.png'), '%PDF-1.4', 'application/pdf'],
    [
      'is a program’s whatever it is called',
      named('application/pdf', 'a.pdf'),
      Buffer.from('4d5a90000300', 'hex'),
      'application/x-msdownload',
    ],
    [
      'is a document’s though it is a zip',
      named('application/octet-stream', 'a.docx'),
      Buffer.from('504b03040000', 'hex'),
      'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    ],
  ])('%s', async (_, header, body, type) => {
    expect(await typeOf(header, body)).toBe(type)
  })
})

describe('a picture', () => {
  const shown = async (html: string, header: string, body: string | Buffer = PNG) =>
    (
      await read(
        within(
          'related',
          ['Content-Type: text/html', html],
          [`Content-Type: image/png; name=a.png\r\n${header}`, body],
        ),
      )
    ).files

  test.each([
    ['by its id', '<img src="cid:a@x">', 'Content-ID: <a@x>'],
    ['by its id in brackets', '<img src="cid:&lt;a@x&gt;"><img src="cid:%3Ca@x%3E">', 'Content-ID: <a@x>'],
    ['by its id with signs', '<img src=cid:a%40x>', 'Content-ID: <A@x>'],
    ['by its address', '<img src="http://x.test/a.png">', 'Content-Location: http://x.test/a.png'],
  ])('is inline where the html shows it %s', async (_, html, header) => {
    expect(await shown(html, header)).toMatchObject([{ name: 'a.png', inline: true, minor: false }])
  })

  test('is a file like others where nothing shows it', async () => {
    expect(await shown('<p>Hi</p>', 'Content-ID: <a@x>')).toMatchObject([{ inline: false, minor: false }])
  })

  test('is folded where only a signature or a quote shows it, or where it is a pixel', async () => {
    const id = 'Content-ID: <a@x>'
    const logo = '<p>Hi</p><div class="gmail_signature"><img src="cid:a@x"></div>'
    expect(await shown(logo, id)).toMatchObject([{ inline: true, minor: true }])
    expect(await shown(logo, id, Buffer.concat([PNG, Buffer.alloc(20_000)]))).toMatchObject([{ minor: false }])
    expect(await shown(`<img src="cid:a@x">${logo}`, id)).toMatchObject([{ minor: false }])
    expect(await shown('<img src="cid:a@x" width="1" height="1">', id)).toMatchObject([{ minor: true }])
  })

  test('in the html itself is a file when it is large, and gone when it is small', async () => {
    const data = (bytes: Buffer) => `<img src="data:image/png;base64,${bytes.toString('base64')}">`
    const large = Buffer.concat([PNG, Buffer.alloc(20_000)])
    const { files, html } = await read(mail(`<p>Hi</p>${data(PNG)}${data(large)}`, { 'Content-Type': 'text/html' }))
    expect(files).toMatchObject([{ name: 'image.png', type: 'image/png', bytes: large, inline: true }])
    expect(html.length).toBeLessThan(200)
  })
})

describe('the parts of a mail', () => {
  test('of text and text are one text, in their order', async () => {
    const { text, files } = await read(
      parts(TEXT, ['Content-Type: image/png; name=a.png', PNG], ['Content-Type: text/plain', 'Bye']),
    )
    expect([text, files.length]).toEqual(['Hi\nBye', 1])
  })

  test('of text and html are shown in their order', async () => {
    const { body } = await read(parts(TEXT, ['Content-Type: text/html', '<p>Bye</p>']))
    expect(plainText(body)).toMatch(/^Hi\s+Bye$/)
  })

  test('of text with a name are files, but for the first', async () => {
    const { text, files } = await read(
      parts(
        ['Content-Type: text/plain; name=body.txt', 'Hi'],
        ['Content-Type: text/plain; name=log.txt\r\nContent-Disposition: inline', 'x'],
      ),
    )
    expect([text, files.map(f => f.name)]).toEqual(['Hi', ['log.txt']])
  })

  test('that other programs choose from are no files', async () => {
    const { files, html } = await read(
      within(
        'alternative',
        TEXT,
        ['Content-Type: text/x-amp-html', '<html amp>'],
        ['Content-Type: text/html', '<p>Hi</p>'],
      ),
    )
    expect([files, html]).toEqual([[], '<p>Hi</p>'])
  })

  test('of a Macintosh’s file are its file', async () => {
    const fork = 'Content-Type: application/applefile; name="a.pdf"'
    expect(
      (await read(within('appledouble', [fork, 'x'], ['Content-Type: application/pdf; name="a.pdf"', '%PDF-']))).files,
    ).toMatchObject([{ name: 'a.pdf' }])
  })

  test('may be empty files', async () => {
    expect((await read(parts(TEXT, [`${FILE}filename=a.txt`, '']))).files).toMatchObject([
      { name: 'a.txt', bytes: Buffer.alloc(0) },
    ])
  })

  test('may be in the text itself', async () => {
    const { text, files } = await read(mail('See this\nbegin 644 cat.txt\n#0V%T\n`\nend\nbye'))
    expect(text).toBe('See this\nbye')
    expect(files).toMatchObject([{ name: 'cat.txt', type: 'text/plain', bytes: Buffer.from('Cat') }])
    expect((await read(mail('begin 644 words\nof nothing'))).text).toBe('begin 644 words\nof nothing')
  })

  test('that are too many are left out, and the mail says so', async () => {
    const { body, files } = await read(
      parts(TEXT, ...Array.from({ length: 1_100 }, (): [string, string] => ['Content-Type: image/png', 'x'])),
    )
    expect(plainText(body)).toContain('more than 1000 parts')
    expect(files.length).toBe(100)
  })

  test('that are too long are cut, and whole in a file', async () => {
    const { text, body, files } = await read(mail('word\n'.repeat(30_000)))
    expect(text.split('\n').length).toBe(20_000)
    expect(plainText(body)).toMatch(/^This mail is longer than is shown here/)
    expect(files).toMatchObject([{ name: 'text.txt', bytes: Buffer.from('word\n'.repeat(30_000)) }])
  })
})

describe('a winmail.dat', () => {
  const WINMAIL = 'Content-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64'
  const wrapped = (bytes: Buffer) => [WINMAIL, bytes.toString('base64')] as [string, string]

  test('is its files, with their long names', async () => {
    const bytes = tnef(
      [],
      [
        { data: Buffer.from('%PDF-1.4'), properties: [property(0x3707, 'A long näme.pdf')] },
        { title: 'b.txt', data: Buffer.from('b') },
      ],
    )
    const { text, files } = await read(parts(TEXT, wrapped(bytes)))
    expect([text, files.map(f => [f.name, f.bytes.toString()])]).toEqual([
      'Hi',
      [
        ['A long näme.pdf', '%PDF-1.4'],
        ['b.txt', 'b'],
      ],
    ])
  })

  test('is what the mail says where it says nothing else', async () => {
    const html = property(0x1013, Buffer.from('<p>Gr\xfc\xdfe</p>', 'latin1'))
    expect(plainText((await read(parts(wrapped(tnef([html]))))).body)).toBe('Grüße')
    expect((await read(parts(TEXT, wrapped(tnef([html], [{ data: Buffer.from('x') }]))))).html).toBe('')
    expect((await read(parts(wrapped(tnef([property(0x1000, 'Hello')]))))).text).toBe('Hello')
    const rtf = property(
      0x1009,
      rawRtf("{\\rtf1\\ansi{\\fonttbl{\\f0 Arial;}}\\uc1 Gr\\'fc\\u223?e\\par {\\*\\x hidden}bye}"),
    )
    expect((await read(parts(wrapped(tnef([rtf]))))).text).toBe('Grüße\nbye')
  })

  test('calls an invitation one', async () => {
    const bytes = tnef([], [{ title: 'meeting', data: Buffer.from('BEGIN:VCALENDAR\r\nEND:VCALENDAR') }])
    expect((await read(parts(TEXT, wrapped(bytes)))).files).toMatchObject([
      { name: 'meeting.ics', type: 'text/calendar' },
    ])
  })

  test('is itself where it is broken', async () => {
    expect((await read(parts(TEXT, wrapped(Buffer.from('nothing of the kind'))))).files).toMatchObject([
      { name: 'winmail.dat' },
    ])
  })

  test('is read in any state', async () => {
    const whole = tnef(
      [property(0x1000, 'Hello'), property(0x1009, rawRtf('{\\rtf1 x}'))],
      [{ data: Buffer.from('x'), properties: [property(0x3707, 'x')] }],
    )
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length), fc.nat(whole.length), fc.nat(255), async (end, at, byte) => {
        const bytes = Buffer.from(whole.subarray(0, end))
        if (at < end) bytes[at] = byte
        expect((await read(parts(TEXT, wrapped(bytes)))).text).toBe('Hi')
      }),
      { numRuns: 300 },
    )
  })
})

describe('a mail in an envelope of its own', () => {
  const INNER =
    'Content-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\n\r\nSigned words\r\n--i\r\nContent-Type: image/png; name=a.png\r\n\r\nx\r\n--i--'
  const opaque = (bytes: Buffer, type = 'signed-data') =>
    mail(bytes.toString('base64'), {
      'Content-Type': `application/pkcs7-mime; smime-type=${type}; name=smime.p7m`,
      'Content-Transfer-Encoding': 'base64',
    })

  test.each([
    ['in one piece', false],
    ['streamed', true],
  ])('that is signed says what is within (%s)', async (_, streamed) => {
    const { text, files } = await read(opaque(signed(INNER, streamed)))
    expect([text, files.map(f => f.name)]).toEqual(['Signed words', ['a.png']])
  })

  test('that is encrypted says so, and is a file', async () => {
    for (const raw of [
      opaque(encrypted(), 'enveloped-data'),
      within(
        'encrypted',
        ['Content-Type: application/pgp-encrypted', 'Version: 1'],
        ['Content-Type: application/octet-stream; name=encrypted.asc', '-----BEGIN PGP MESSAGE-----'],
      ),
    ]) {
      const { kind, body, files } = await read(raw)
      expect(kind).toBe('human')
      expect(plainText(body)).toContain('This mail is encrypted')
      expect(files.filter(f => !f.minor).map(f => f.name)).toEqual([
        expect.stringMatching(/^(smime\.p7m|encrypted\.asc)$/),
      ])
    }
    expect(
      plainText((await read(mail('-----BEGIN PGP MESSAGE-----\n\nabc\n-----END PGP MESSAGE-----'))).body),
    ).toContain('is encrypted')
  })

  test('that is broken is a file', async () => {
    const whole = signed(INNER, true)
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), async end => {
        expect((await read(opaque(whole.subarray(0, end)))).kind).toBe('human')
      }),
      { numRuns: 100 },
    )
  })

  test('keeps the signature beside it, folded', async () => {
    const seal = 'Content-Type: application/pgp-signature; name=signature.asc'
    expect((await read(within('signed', TEXT, [seal, 'x']))).files).toMatchObject([
      { name: 'signature.asc', minor: true },
    ])
  })
})
