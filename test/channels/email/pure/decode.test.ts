import iconv from 'iconv-lite'
import { describe, expect, test } from 'vitest'
import { mail, read } from '../mails.ts'

const latin1 = (text: string) => Buffer.from(text, 'latin1')
const base64 = (text: string | Buffer) => Buffer.from(text as string).toString('base64')
const encoded = (charset: string, text: string, as = charset) => `=?${as}?B?${base64(iconv.encode(text, charset))}?=`

/** A mail with this header in front of Jane's usual ones, bytes as they are. */
function withHeader(name: string, value: string | Buffer, headers: Record<string, string | null> = {}): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value
  return Buffer.concat([latin1(`${name}: `), bytes, latin1('\r\n'), mail('Hi', { [name]: null, ...headers })])
}

async function subjectOf(value: string | Buffer, headers: Record<string, string | null> = {}): Promise<string> {
  return (await read(withHeader('Subject', value, headers))).subject
}

async function authorOf(value: string | Buffer): Promise<string> {
  const { from } = await read(withHeader('From', value))
  return from.name ? `${from.name} <${from.address}>` : from.address
}

describe('a subject', () => {
  const large = Buffer.from('Größe')
  const cut = base64('Größe der Lampen')
  test.each<[string, string | Buffer, string]>([
    ['in quoted printable', '=?utf-8?Q?Gr=C3=B6=C3=9Fe?=', 'Größe'],
    ['with small letters and a language', '=?UTF-8*de?b?R3LDtsOfZQ==?=', 'Größe'],
    [
      'whose letter is cut between two words',
      `=?utf-8?B?${base64(large.subarray(0, 3))}?=\r\n =?utf-8?B?${base64(large.subarray(3))}?=`,
      'Größe',
    ],
    ['whose letter is cut between two quoted words', '=?utf-8?Q?Gr=C3?=\r\n =?utf-8?Q?=B6=C3=9Fe?=', 'Größe'],
    [
      'whose base64 is cut anywhere',
      `=?utf-8?B?${cut.slice(0, 10)}?= =?utf-8?B?${cut.slice(10)}?=`,
      'Größe der Lampen',
    ],
    ['without padding', '=?utf-8?B?R3LDtsOfZQ?=', 'Größe'],
    ['whose word never ends', '=?utf-8?Q?Gr=C3=B6=C3=9Fe der', 'Größe der'],
    ['whose word ends where the next begins', '=?utf-8?Q?Gr=C3=B6 =?utf-8?Q?=C3=9Fe?=', 'Größe'],
    ['with blanks in a word', '=?utf-8?Q?Gr=C3=B6=C3=9Fe und Zahl?=', 'Größe und Zahl'],
    ['with words in quotes', '"=?utf-8?Q?Gr=C3=B6=C3=9Fe?=" gut', '"Größe" gut'],
    ['that asks', '=?utf-8?Q?Wie_gr=C3=B6=C3=9Fer??=', 'Wie größer?'],
    ['that asks before a code', '=?utf-8?Q?Was?=20n=C3=BCn?=', 'Was? nün'],
    ['with an equals sign too many', '=?utf-8?Q?Gr=C3=B6=?=', 'Grö'],
    ['that only looks encoded', '1+1=? and =?x?=', '1+1=? and =?x?='],
    ['in two charsets', '=?utf-8?Q?Gr=C3=B6?= =?iso-8859-1?Q?=DFe?=', 'Größe'],
    ['with raw bytes in its word', latin1('=?iso-8859-1?Q?Fr\xf6sche?='), 'Frösche'],
    ['with raw UTF-8 in a word that says Latin', '=?iso-8859-1?Q?Frösche?=', 'Frösche'],
    ['that is UTF-8 and says Big5', `=?big5?B?${base64('繁體中文')}?=`, '繁體中文'],
    ['in a charset that nobody knows', '=?x-unknown?Q?Gr=F6=DFe?=', 'Größe'],
    ['in UTF-7', '=?unicode-1-1-utf-7?Q?Gr+APYA3w-e?=', 'Größe'],
    ['in UTF-16 without a mark', `=?utf-16?B?${base64(Buffer.from('Größe', 'utf16le').swap16())}?=`, 'Größe'],
    ['in UTF-32', `=?utf-32?B?${base64(Buffer.from('0000004700000072000000f6', 'hex'))}?=`, 'Grö'],
    ['in visual Hebrew', encoded('iso-8859-8', 'שלום', 'iso-8859-8-i'), 'שלום'],
    ['in Korean under its old name', encoded('cp949', '똠방각하', 'ks_c_5601-1987'), '똠방각하'],
    ['with letters that GB2312 has not', encoded('gb18030', '朱镕基', 'gb2312'), '朱镕基'],
    ['with what Windows has more than Latin 1', '=?iso-8859-1?Q?It=92s?=', 'It’s'],
    ['in HZ', '=?hz-gb-2312?Q?~{<:Ky2;~}?=', '己所不'],
    ['in ISO-2022-JP with a vendor’s letter', `=?ISO-2022-JP?B?${base64('\x1b$B-!\x1b(B!')}?=`, '①!'],
    ['in ISO-2022-JP without encoding', '\x1b$B$"$$\x1b(B ok', 'あい ok'],
    ['in ISO-2022-KR', `=?ISO-2022-KR?B?${base64('\x1b$)C\x0eGQ1[\x0f')}?=`, '한글'],
    ['in Shift_JIS that says ISO-2022-JP', encoded('shift_jis', 'ご注文の件', 'ISO-2022-JP'), 'ご注文の件'],
    ['with half a character', '=?utf-16?B?2D0=?=', ''],
  ])('%s', async (_, value, words) => {
    expect(await subjectOf(value)).toBe(words)
  })

  test.each([
    ['gb18030', '关于订单的问题和发票'],
    ['shift_jis', 'ご注文についての質問です'],
    ['euc-jp', 'ご注文についての質問です'],
    ['big5', '關於訂單的問題與發票'],
    ['euc-kr', '주문에 대한 질문입니다'],
    ['koi8-r', 'Вопрос о заказе'],
    ['windows-1251', 'Вопрос о заказе'],
    ['windows-1252', 'Große Bestellung für Ärzte'],
    ['windows-1252', 'Álvaro Ávila, Ñandú'],
    ['windows-1252', 'Réservé à l’été'],
    ['utf-8', 'Größe ☂'],
  ])('in raw %s that nothing names', async (charset, words) => {
    expect(await subjectOf(iconv.encode(words, charset))).toBe(words)
  })

  test('in raw bytes is in the charset of the text', async () => {
    const raw = iconv.encode('Λάμπες', 'iso-8859-7')
    expect(await subjectOf(raw, { 'Content-Type': 'text/plain; charset=iso-8859-7' })).toBe('Λάμπες')
  })

  test('never is longer than people read', async () => {
    expect((await subjectOf('x'.repeat(5_000))).length).toBe(500)
  })
})

describe('an author', () => {
  test.each<[string, string | Buffer, string]>([
    ['with a comma in an encoded name', '=?utf-8?Q?Doe,_Jane?= <j@b.test>', 'Doe, Jane <j@b.test>'],
    ['all encoded', `=?utf-8?B?${base64('Jane Doe <j@b.test>')}?=`, 'Jane Doe <j@b.test>'],
    ['with an encoded name in quotes', '"=?utf-8?Q?J=C3=BCrgen?=" <j@b.test>', 'Jürgen <j@b.test>'],
    ['whose name is a comment', 'j@b.test (Jane Doe)', 'Jane Doe <j@b.test>'],
    [
      'with comments everywhere',
      'Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>',
      'Pete <pete@silly.test>',
    ],
    ['by a route', 'Jane <@a.test,@c.test:j@b.test>', 'Jane <j@b.test>'],
    ['in a group', 'Team: Jane <j@b.test>, k@b.test;', 'Jane <j@b.test>'],
    ['behind an empty address', '"A" <>, B <b@b.test>', 'B <b@b.test>'],
    ['with letters beyond ASCII', 'Ju <jörg@bücher.test>', 'Ju <jörg@xn--bcher-kva.test>'],
    ['within a company', 'root <Root@host>', 'root <root@host>'],
    ['in raw Latin', latin1('J\xfcrgen <j@b.test>'), 'Jürgen <j@b.test>'],
    ['whose bracket stays open', 'Jane <j@b.test', 'Jane <j@b.test>'],
    ['named by another address', 'jane@x.test <j@b.test>', 'jane@x.test <j@b.test>'],
    ['without brackets', 'Jane Doe j@b.test', 'Jane Doe <j@b.test>'],
    ['with escaped quotes', '"Giant; \\"Big\\" Box" <big@b.test>', 'Giant; "Big" Box <big@b.test>'],
    ['followed by others', 'joe@b.test; x@y.test', 'joe@b.test'],
  ])('%s', async (_, value, author) => {
    expect(await authorOf(value)).toBe(author)
  })

  test('is the last that a mail with several names', async () => {
    expect((await read(withHeader('From', 'a@b.test\r\nFrom: C <c@d.test>'))).from.address).toBe('c@d.test')
    expect((await read(withHeader('From', 'a@b.test\r\nFrom: C <>'))).from.address).toBe('a@b.test')
  })

  test('a word in an address makes no address that was not there', async () => {
    expect(await authorOf(`"=?utf-8?B?${base64('ann@support.test')}?=" <eve@evil.test>`)).toBe(
      'ann@support.test <eve@evil.test>',
    )
  })
})

describe('a text', () => {
  const textOf = async (body: string | Buffer, headers: Record<string, string | null>) => {
    const bytes = typeof body === 'string' ? Buffer.from(body) : body
    return (await read(Buffer.concat([mail('', headers), bytes]))).text
  }
  const type = (text: string) => ({ 'Content-Type': text })

  test.each<[string, string | Buffer, Record<string, string>, string]>([
    ['with bytes that its label has not', latin1('Gr\xf6\xdfe'), type('text/plain; charset=us-ascii'), 'Größe'],
    ['in Latin that says UTF-8', latin1('Gr\xf6\xdfe'), type('text/plain; charset=utf-8'), 'Größe'],
    [
      'in UTF-8 with one wrong byte',
      Buffer.concat([Buffer.from('Größe für '), Buffer.from([0xff])]),
      type('text/plain; charset=utf-8'),
      'Größe für \ufffd',
    ],
    ['in UTF-8 that says Latin', 'Größe', type('text/plain; charset=iso-8859-1'), 'Größe'],
    ['in Japanese that says ASCII', '\x1b$B$"$$\x1b(B', type('text/plain'), 'あい'],
    [
      'in quoted printable with faults',
      'a=3Db=\r\nc=ZZ = d=',
      { 'Content-Transfer-Encoding': 'Quoted-Printable' },
      'a=bc=ZZ = d',
    ],
    ['in base64 with a comment', 'aGVsbG8=', { 'Content-Transfer-Encoding': 'BASE64 (x)' }, 'hello'],
    ['in base64 in two pieces', 'aGVs\r\nbG8=\r\nIHRoZXJl', { 'Content-Transfer-Encoding': 'base64' }, 'hello there'],
    [
      'that flows',
      'one \r\ntwo\r\n> q \r\n> r\r\n>> s\r\n-- \r\nsig',
      type('text/plain; format=flowed'),
      'one two\n> q r\n>> s\n-- \nsig',
    ],
    ['that flows without its blanks', 'one \r\ntwo', type('text/plain; format=flowed; delsp=yes'), 'onetwo'],
    ['of no type at all', 'words', type('text'), 'words'],
    ['of a multipart without parts', 'only words', type('multipart/mixed; boundary=b'), 'only words'],
    [
      'of a multipart without its boundary',
      '--x\r\nContent-Type: text/plain\r\n\r\none\r\n--x--',
      type('multipart/mixed'),
      'one',
    ],
    [
      'of a multipart with another boundary',
      '--x\r\nContent-Type: text/plain\r\n\r\none\r\n--x--',
      type('multipart/mixed; boundary=y'),
      'one',
    ],
    [
      'signed in clear',
      '-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA1\n\nHello\n- -- dash\n-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----\n',
      {},
      'Hello\n-- dash\n',
    ],
  ])('%s', async (_, body, headers, words) => {
    expect(await textOf(body, headers)).toBe(words)
  })

  test('of html is in the charset that the html names', async () => {
    const raw = Buffer.concat([latin1('<meta charset="windows-1251"><p>'), iconv.encode('Привет', 'windows-1251')])
    expect((await read(Buffer.concat([mail('', type('text/html')), raw]))).html).toContain('Привет')
  })

  test('begins where the header has no end', async () => {
    const { subject, text } = await read(latin1('From: a@b.test\nSubject: x\nHello there\nbye'))
    expect([subject, text]).toEqual(['x', 'Hello there\nbye'])
  })

  test('a line that is no header hides no header behind it', async () => {
    const { from, text } = await read(latin1('Subject: x\nyyy\nFrom: a@b.test\n\nHello'))
    expect([from.address, text]).toEqual(['a@b.test', 'Hello'])
  })

  test.each([
    ['a byte order mark', Buffer.concat([Buffer.from('efbbbf', 'hex'), latin1('From: a@b.test\nSubject: x\n\nhi')])],
    ['UTF-16', Buffer.concat([Buffer.from('fffe', 'hex'), Buffer.from('From: a@b.test\nSubject: x\n\nhi', 'utf16le')])],
    ['lines of long ago', latin1('From: a@b.test\rSubject: x\r\rhi')],
  ])('is found in a file with %s', async (_, raw) => {
    const { from, subject, text } = await read(raw)
    expect([from.address, subject, text]).toEqual(['a@b.test', 'x', 'hi'])
  })
})
