import { describe, expect, test } from 'vitest'
import { NOBODY } from '../../../../src/channels/email/address.ts'
import { FORWARD_PREFIX } from '../../../../src/channels/email/read/visible/quote-words.ts'
import { visibleInHtml, visibleInText } from '../../../../src/channels/email/read/visible/visible.ts'
import { plainText } from '../../../../src/core/document.ts'
import { arrivalOf, html, mail, read } from '../mails.ts'

const BOB = 'Bob Roe <bob@globex.test>'
const PARTS = 'The parts are late.\n\nBob'
const escaped = (text: string) => text.replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\n', '<br>')

function passedOn(text: string, forward = false) {
  const { forwarded, body } = visibleInText(text, { forward })
  return {
    from: forwarded?.from?.address,
    name: forwarded?.from?.name,
    says: forwarded && plainText(forwarded.body),
    body: plainText(body),
  }
}

describe('a mark says that another mail is passed on', () => {
  const marks: [string, string][] = [
    [
      'Gmail',
      `---------- Forwarded message ---------\nFrom: ${BOB}\nDate: Tue, Mar 3, 2026 at 9:30 AM\nSubject: Parts\nTo: <jane@acme.test>\nCc: Eve <eve@acme.test>`,
    ],
    [
      'Gmail, sender bold',
      `---------- Forwarded message ---------\nFrom: *Bob Roe* <bob@globex.test>\nDate: Tue, Mar 3, 2026 at 9:30 AM\nSubject: Parts\nTo: <jane@acme.test>`,
    ],
    [
      'Gmail, a subject over two lines',
      `---------- Forwarded message ----------\nFrom: ${BOB}\nDate: Tue, Mar 3, 2026\nSubject: Parts that\nare late\nTo: <jane@acme.test>`,
    ],
    [
      'Gmail, German',
      `---------- Forwarded message ---------\nVon: ${BOB}\nDate: Di., 3. März 2026 um 09:30 Uhr\nSubject: Parts\nTo: <jane@acme.test>`,
    ],
    [
      'Gmail, Croatian',
      `---------- Forwarded message ---------\nŠalje: ${BOB}\nDate: uto, 3. ožu 2026.\nSubject: Parts\nTo: <jane@acme.test>`,
    ],
    [
      'Apple',
      `Begin forwarded message:\n\nFrom: ${BOB}\nSubject: Parts\nDate: 3 March 2026 at 09:30:00 GMT\nTo: jane@acme.test`,
    ],
    [
      'Apple, German',
      `Anfang der weitergeleiteten Nachricht:\n\nVon: ${BOB}\nBetreff: Parts\nDatum: 3. März 2026 um 09:30:00 MEZ\nAn: jane@acme.test`,
    ],
    [
      'Apple, French',
      `Début du message réexpédié :\n\nDe: ${BOB}\nObjet: Parts\nDate: 3 mars 2026 à 09:30:00 UTC+1\nÀ: jane@acme.test`,
    ],
    [
      'Apple, Spanish',
      `Inicio del mensaje reenviado:\n\nDe: ${BOB}\nAsunto: Parts\nFecha: 3 de marzo de 2026\nPara: jane@acme.test`,
    ],
    [
      'Apple, Italian',
      `Inizio messaggio inoltrato:\n\nDa: ${BOB}\nOggetto: Parts\nData: 3 marzo 2026\nA: jane@acme.test`,
    ],
    [
      'Apple, Dutch',
      `Begin doorgestuurd bericht:\n\nVan: ${BOB}\nOnderwerp: Parts\nDatum: 3 maart 2026\nAan: jane@acme.test`,
    ],
    ['Apple, Norwegian', `Videresendt melding:\n\nFra: ${BOB}\nEmne: Parts\nDato: 3. mars 2026\nTil: jane@acme.test`],
    [
      'Apple, Russian',
      `Начало переадресованного сообщения:\n\nОт: ${BOB}\nТема: Parts\nДата: 3 марта 2026 г.\nКому: jane@acme.test`,
    ],
    [
      'Apple, Ukrainian',
      `Початок листа, що пересилається:\n\nВід: ${BOB}\nТема: Parts\nДата: 3 березня 2026 р.\nКому: jane@acme.test`,
    ],
    [
      'Apple, Portuguese',
      `Início da mensagem reencaminhada:\n\nDe: ${BOB}\nAssunto: Parts\nData: 3 de março de 2026\nPara: jane@acme.test`,
    ],
    [
      'Apple, Turkish',
      `Başlangıç iletilen ileti:\n\nKimden: ${BOB}\nKonu: Parts\nTarih: 3 Mart 2026\nKime: jane@acme.test`,
    ],
    [
      'Apple, Slovak',
      `Začiatok preposlanej správy:\n\nOd: ${BOB}\nPredmet: Parts\nDátum: 3. marca 2026\nKomu: jane@acme.test`,
    ],
    [
      'Apple, Croatian',
      `Započni proslijeđenu poruku:\n\nŠalje: ${BOB}\nPredmet: Parts\nDatum: 3. ožujka 2026.\nPrima: jane@acme.test`,
    ],
    [
      'Thunderbird',
      `-------- Forwarded Message --------\nSubject: \tParts\nDate: \tTue, 3 Mar 2026 09:30:00 +0100\nFrom: \t${BOB}\nTo: \tjane@acme.test`,
    ],
    [
      'Thunderbird, German',
      `-------- Weitergeleitete Nachricht --------\nBetreff: \tParts\nDatum: \tTue, 3 Mar 2026 09:30:00 +0100\nVon: \t${BOB}\nAn: \tjane@acme.test`,
    ],
    [
      'Thunderbird, Polish',
      `-------- Treść przekazanej wiadomości --------\nTemat: \tParts\nData: \tTue, 3 Mar 2026\nOd: \t${BOB}\nDo: \tjane@acme.test`,
    ],
    [
      'Thunderbird, Hungarian',
      `-------- Továbbított üzenet --------\nTárgy: \tParts\nDátum: \tTue, 3 Mar 2026\nFeladó: \t${BOB}\nCímzett: \tjane@acme.test`,
    ],
    [
      'Thunderbird, Czech',
      `-------- Přeposlaná zpráva --------\nPředmět: \tParts\nDatum: \tTue, 3 Mar 2026\nOd: \t${BOB}\nKomu: \tjane@acme.test`,
    ],
    [
      'Thunderbird, Danish',
      `-------- Videresendt meddelelse --------\nEmne: \tParts\nDato: \tTue, 3 Mar 2026\nFra: \t${BOB}\nTil: \tjane@acme.test`,
    ],
    [
      'Yahoo',
      `----- Forwarded Message -----\nFrom: ${BOB}\nTo: "jane@acme.test" <jane@acme.test>\nSent: Tuesday, March 3, 2026, 09:30:12 AM GMT+1\nSubject: Parts`,
    ],
    [
      'Yahoo, in one line',
      `----- Forwarded Message ----- From: ${BOB}To: "jane@acme.test" <jane@acme.test>Sent: Tuesday, March 3, 2026, 09:30:12 AM GMT+1Subject: Parts`,
    ],
    [
      'Yahoo, German, in one line',
      `----- Weitergeleitete Nachricht ----- Von: ${BOB}An: "jane@acme.test" <jane@acme.test>Gesendet: Dienstag, 3. März 2026 um 09:30:12 MEZBetreff: Parts`,
    ],
    [
      'Yahoo, Polish, in one line',
      `----- Przekazana wiadomość ----- Od: ${BOB}Do: "jane@acme.test" <jane@acme.test>Wysłano: wtorek, 3 marca 2026 09:30:12 CETTemat: Parts`,
    ],
    [
      'HubSpot, Spanish',
      `---------- Mensaje reenviado ---------\nDe: ${BOB}\nFecha: martes, 3 de marzo de 2026\nAsunto: Parts\nPara: jane@acme.test`,
    ],
    [
      'HubSpot, Japanese',
      `---------- 転送メッセージ ---------\n差出人: ${BOB}\n日付: 2026年3月3日\n件名: Parts\n宛先: jane@acme.test`,
    ],
    [
      'HubSpot, Polish',
      `---------- Wiadomość przekazana dalej ---------\nOd: ${BOB}\nData: wtorek\nTemat: Parts\nDo: jane@acme.test`,
    ],
    [
      'MailMate',
      `Forwarded message:\n\n> From: ${BOB}\n> To: jane@acme.test\n> Subject: Parts\n> Date: Tue, 3 Mar 2026 09:30:00 +0000\n>\n>`,
    ],
    [
      'Missive',
      `---------- Forwarded message ----------\nFrom: ${BOB}\nDate: March 3, 2026 at 9:30 AM\nTo: jane@acme.test\nSubject: Parts`,
    ],
    [
      'eM Client',
      '------ Forwarded Message ------\nFrom "Bob Roe" <bob@globex.test>\nTo jane@acme.test\nDate 3/3/2026 9:30:00 AM\nSubject Parts',
    ],
    [
      'Lotus Notes',
      `----- Forwarded by Jane Doe/Acme on 03/03/2026 09:30 AM -----\n\nFrom:\t${BOB}\nTo:\tjane@acme.test\nDate:\t03/03/2026 09:30 AM\nSubject:\tParts`,
    ],
    [
      'Proton',
      `------- Forwarded Message -------\nFrom: ${BOB}\nDate: On Tuesday, March 3rd, 2026 at 9:30 AM\nSubject: Parts\nTo: jane@acme.test`,
    ],
    [
      'NetEase',
      '---- Forwarded Message ----\n| From | Bob Roe<bob@globex.test> |\n| Date | 03/03/2026 09:30 |\n| To | <jane@acme.test> |\n| Subject | Parts |',
    ],
    [
      'QQ',
      '---------- 转发的邮件 ----------\n发件人: "Bob Roe"<bob@globex.test>;\n发送时间: 2026年3月3日\n收件人: "Jane"<jane@acme.test>;\n主题: Parts',
    ],
    [
      'Spark',
      `---------- Forwarded message ----------\nFrom: Bob Roe <bob@globex.test>\nDate: 3 Mar 2026, 09:30 +0100\nTo: Jane <jane@acme.test>\nSubject: Parts`,
    ],
  ]

  test.each(marks)('%s', (_program, header) => {
    expect(passedOn(`${header}\n\n${PARTS}\n`)).toMatchObject({ from: 'bob@globex.test', name: 'Bob Roe' })
    const commented = passedOn(`Please look.\n\n${header}\n\n${PARTS}\n`)
    expect(commented).toMatchObject({ from: 'bob@globex.test', says: PARTS })
    expect(commented.body).toContain('The parts are late.')
    expect(commented.body).toMatch(/^Please look\./)
  })
  test.each(marks)('%s, quoted', (_program, header) => {
    const quoted = `${header}\n\n${PARTS}\n`.replace(/^/gm, '> ')
    const { from, says, body } = passedOn(`Please look.\n\n${quoted}`)
    expect(from).toBe('bob@globex.test')
    expect(says).toContain('The parts are late.')
    expect(body).toContain('The parts are late.')
  })
  test.each(marks)('%s, in html', (_program, header) => {
    const { forwarded, body } = visibleInHtml(
      `<p>Please look.</p><div class="gmail_quote">${escaped(header)}<br><br></div><div>The parts are <b>late</b>.</div>`,
    )
    expect(forwarded?.from?.address).toBe('bob@globex.test')
    expect(JSON.stringify(forwarded?.body)).toContain('"bold":true')
    expect(plainText(body)).toContain('The parts are late.')
  })

  test('without a header its author is not known', () => {
    expect(passedOn('Begin forwarded message:\nThe parts are late.')).toMatchObject({
      from: undefined,
      says: 'The parts are late.',
    })
  })
  test('what is written below it is the forwarder’s', () => {
    const { says, body } = passedOn(
      `Look\n\nBegin forwarded message:\n\n> From: ${BOB}\n> Subject: x\n>\n> Late.\n\nAnd hurry.`,
    )
    expect(says).toBe('Late.')
    expect(body).toContain('And hurry.')
  })
})

describe('the subject says that another mail is passed on', () => {
  test.each([
    [
      'Outlook',
      `________________________________\nFrom: ${BOB}\nSent: Tuesday, March 3, 2026 9:30 AM\nTo: Jane\nSubject: Parts`,
    ],
    ['Outlook, German', `Von: ${BOB}\nGesendet: Dienstag, 3. März 2026 09:30\nAn: Jane\nBetreff: Parts`],
    [
      'Outlook, on behalf',
      'From: Bob Roe<mailto:bob@globex.test> <bob@globex.test<mailto:bob@globex.test>> on behalf of x@globex.test\nSent: Tuesday\nTo: Jane\nSubject: Parts',
    ],
    ['Outlook 2003', 'From: Bob Roe [mailto:bob@globex.test]\nSent: Tuesday\nTo: Jane\nSubject: Parts'],
    ['Outlook for Mac', '\ufeffOn 3/3/26, 9:30 AM, "Bob Roe" <bob@globex.test> wrote:'],
    ['Outlook for Mac, French', '\ufeffLe 03/03/2026 09:30, « Bob Roe » <bob@globex.test> a écrit :'],
    [
      'IONOS',
      `---------- Original Message ----------\nFrom: ${BOB}\nTo: Jane\nDate: 03/03/2026 9:30 AM\nSubject: Parts`,
    ],
    [
      'a phone',
      `-------- Ursprüngliche Nachricht --------\nVon: ${BOB}\nDatum: 03.03.26 09:30\nAn: jane@acme.test\nBetreff: Parts`,
    ],
  ])('%s', (_program, header) => {
    const { from, says, body } = passedOn(`Please look.\n\n${header}\n\n${PARTS}`, true)
    expect(from).toBe('bob@globex.test')
    expect(says).toBe(PARTS)
    expect(body).toContain('The parts are late.')
    // Without a word of the forwarder's there is nothing else that it could be.
    expect(passedOn(`${header}\n\n${PARTS}`).from).toBe('bob@globex.test')
  })

  test.each([
    'Fwd: x',
    'FW: x',
    'WG: x',
    'TR: x',
    'TR : x',
    'RV: x',
    'I: x',
    'ENC: x',
    'Doorst: x',
    'VB: x',
    'VS: x',
    'VL: x',
    'PD: x',
    'Пересл: x',
    'İLT: x',
    'Fwd[2]: x',
    '[EXTERNAL] Fwd: x',
    '转发：x',
    '轉寄: x',
    '転送: x',
    '전달: x',
    'Továbbítás: x',
    'ΠΡΘ: x',
    'הועבר: x',
  ])('%s', subject => expect(FORWARD_PREFIX.test(subject)).toBe(true))
  test.each(['Re: Fwd: x', 'AW: WG: x', 'Forward planning', 'Interview: x', 'Trial: x', 'RV parking', 'x'])(
    'not %s',
    subject => expect(FORWARD_PREFIX.test(subject)).toBe(false),
  )
  test('with nothing to pass on it is only a subject', () => {
    expect(passedOn('See you at five.', true)).toMatchObject({ says: null, body: 'See you at five.' })
  })
})

describe('an answer passes on nothing', () => {
  test.each([
    ['Outlook', `Yes.\n\nFrom: ${BOB}\nSent: Tuesday, March 3, 2026 9:30 AM\nTo: Jane\nSubject: Parts\n\nLate.`],
    ['Gmail', `Yes.\n\nOn Tue, Mar 3, 2026 at 9:30 AM ${BOB} wrote:\n> Late.`],
    ['Apple', `Yes.\n\n> On 3 Mar 2026, at 09:30, ${BOB} wrote:\n> \n> Late.`],
    ['below the quote', `On Tue, Mar 3, 2026 at 9:30 AM ${BOB} wrote:\n> Late.\n\nYes.`],
    ['the quote taken out', `On Tue, Mar 3, 2026 at 9:30 AM ${BOB} wrote:\n\nYes.`],
    [
      'Original Message',
      `Yes.\n\n-----Original Message-----\nFrom: ${BOB}\nSent: Tuesday\nTo: Jane\nSubject: Parts\n\nLate.`,
    ],
    [
      'to a mail that was passed on',
      `Yes.\n\nOn Tue, Mar 3, 2026 at 9:30 AM ${BOB} wrote:\n> ---------- Forwarded message ---------\n> From: Eve <eve@acme.test>\n> Subject: x\n>\n> Late.`,
    ],
    [
      'to a mail that was passed on, in Outlook',
      `Yes.\n\nFrom: ${BOB}\nSent: Tuesday\nTo: Jane\nSubject: Fwd: x\n\n---------- Forwarded message ---------\nFrom: Eve <eve@acme.test>\n\nLate.`,
    ],
    ['a sentence', 'The forwarded message: it is late.\n\nForwarded by whom?\nJane'],
    ['a form', 'From: Jane Doe <jane@acme.test>\nSubject: Parts\n\nMessage Body:\nTwo please.'],
    ['a quote', '> Late.\n\nYes.'],
  ])('%s', (_what, text) => {
    expect(visibleInText(text).forwarded).toBeNull()
  })
})

describe('in a mail', () => {
  test('its author and words are known', async () => {
    const { forwarded } = await read(
      mail(`FYI\n\nFrom: ${BOB}\nSent: Tuesday\nTo: Jane\nSubject: Parts\n\nLate.`, { Subject: 'FW: Parts' }),
    )
    expect(forwarded?.from).toEqual({ address: 'bob@globex.test', name: 'Bob Roe' })
    expect(plainText(forwarded?.body ?? [])).toBe('Late.')
  })
  test('also in html', async () => {
    const page = `FYI<br><br>---------- Forwarded message ---------<br>From: <strong>Bob Roe</strong> <span dir="auto">&lt;<a href="mailto:bob@globex.test">bob@globex.test</a>&gt;</span><br>Date: Tue<br>Subject: Parts<br>To: &lt;<a href="mailto:jane@acme.test">jane@acme.test</a>&gt;<br><br><br><div>Late.</div>`
    expect((await read(html(page))).forwarded?.from).toEqual({ address: 'bob@globex.test', name: 'Bob Roe' })
  })
  test('an attached mail counts', async () => {
    const inner = `From: ${BOB}\nTo: jane@acme.test\nSubject: Parts\nContent-Type: text/plain\n\nLate.\n`
    const raw = mail(
      `--b\nContent-Type: text/plain\n\nFYI\n--b\nContent-Type: message/rfc822\nContent-Disposition: attachment\n\n${inner}\n--b--\n`,
      {
        'Content-Type': 'multipart/mixed; boundary=b',
      },
    )
    const { forwarded, body } = await read(raw)
    expect(forwarded?.from.address).toBe('bob@globex.test')
    expect(plainText(forwarded?.body ?? [])).toBe('Late.')
    expect(plainText(body)).toBe('FYI')
  })
  test('an author who is not named is nobody', async () => {
    expect((await read(mail('Begin forwarded message:\n\nLate.'))).forwarded?.from.address).toBe(NOBODY)
  })
  test('from nobody begins no ticket of nobody’s, from somebody one of theirs', async () => {
    const passed = async (body: string) => (await arrivalOf(mail(body, { Subject: 'Fwd: Late' }))).forwarded
    expect(await passed('Begin forwarded message:\n\nLate.')).toBeNull()
    const known = await passed(`---------- Forwarded message ---------\nFrom: ${BOB}\nSubject: Late\n\nLate.`)
    expect(known?.from.address).toBe('bob@globex.test')
  })
  test('what a machine sends passes on nothing', async () => {
    const raw = mail(`---------- Forwarded message ---------\nFrom: ${BOB}\nSubject: x\n\nLate.`, {
      'Auto-Submitted': 'auto-replied',
    })
    expect((await read(raw)).forwarded).toBeNull()
  })
})
