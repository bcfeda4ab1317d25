import { describe, expect, test } from 'vitest'
import { visibleText } from '../../../../src/channels/email/read/visible/quote.ts'
import { visibleInHtml } from '../../../../src/channels/email/read/visible/visible.ts'
import { plainText } from '../../../../src/core/document.ts'

/** Shapes of answers as mail programs make them, a line each; every line names its program or language. */

const REPLY = 'Yes, two please.\n\nJane'
const A = 'Ann <help@support.test>'

const inHtml = (html: string) => plainText(visibleInHtml(html).body)
const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

describe('the line before a quote, by program and language', () => {
  const lines: [string, string][] = [
    ['Gmail, English', `On Tue, Mar 3, 2026 at 9:30 AM ${A} wrote:`],
    ['Gmail, English, older', `On Tue, Mar 3, 2026 at 9:30 AM, ${A} wrote:`],
    ['Gmail, British', `On Tue, 3 Mar 2026 at 09:30, ${A} wrote:`],
    ['Gmail, German', `Am Di., 3. März 2026 um 09:30 Uhr schrieb ${A}:`],
    ['Gmail, French', `Le mar. 3 mars 2026 à 09:30, ${A} a écrit :`],
    ['Gmail, Spanish', 'El mar, 3 mar 2026 a las 9:30, Ann (<help@support.test>) escribió:'],
    ['Gmail, Italian', `Il giorno mar 3 mar 2026 alle ore 09:30 ${A} ha scritto:`],
    ['Gmail, Brazilian', `Em ter., 3 de mar. de 2026 às 09:30, ${A} escreveu:`],
    ['Gmail, Portuguese', `${A} escreveu (terça, 3/03/2026 à(s) 09:30):`],
    ['Gmail, Dutch', `Op di 3 mrt 2026 om 09:30 schreef ${A}:`],
    ['Gmail, Polish', `wt., 3 mar 2026 o 09:30 ${A} napisał(a):`],
    ['Gmail, Russian', `вт, 3 мар. 2026 г. в 09:30, ${A}:`],
    ['Gmail, Ukrainian', `вт, 3 бер. 2026 р. о 09:30 ${A} пише:`],
    ['Gmail, Bulgarian', `На вт, 3.03.2026 г. в 9:30 ${A} написа:`],
    ['Gmail, Swedish', `Den tis 3 mars 2026 kl 09:30 skrev ${A}:`],
    ['Gmail, Swedish, newer', `tis 3 mars 2026 kl. 09:30 skrev ${A}:`],
    ['Gmail, Danish', `Den tirs. 3. mar. 2026 kl. 09.30 skrev ${A}:`],
    ['Gmail, Norwegian', `tir. 3. mars 2026 kl. 09:30 skrev ${A}:`],
    ['Gmail, Finnish', 'ti 3. maalisk. 2026 klo 9.30 Ann (help@support.test) kirjoitti:'],
    ['Gmail, Czech', `út 3. 3. 2026 v 9:30 odesílatel ${A} napsal:`],
    ['Gmail, Slovak', `ut 3. 3. 2026 o 9:30 ${A} napísal(a):`],
    ['Gmail, Hungarian', `${A} ezt írta (időpont: 2026. márc. 3., K, 9:30):`],
    ['Gmail, Romanian', `În mar., 3 mar. 2026 la 09:30, ${A} a scris:`],
    ['Gmail, Romanian, newer', `mar., 3 mar. 2026 la 09:30 ${A} a scris:`],
    ['Gmail, Croatian', `uto, 3. ožu 2026. u 09:30 ${A} napisao je:`],
    ['Gmail, Slovene', `V V tor., 3. mar. 2026 ob 9:30 je oseba ${A} napisala:`],
    ['Gmail, Catalan', `Missatge de ${A} del dia dt., 3 de març 2026 a les 9:30:`],
    ['Gmail, Lithuanian', `2026-03-03, an, 09:30 ${A} rašė:`],
    ['Gmail, Estonian', `Kuupäev T, 3. märts 2026 kell 09:30 kirjutas ${A}:`],
    ['Gmail, Turkish', `${A}, 3 Mar 2026 Sal, 09:30 tarihinde şunu yazdı:`],
    ['Gmail, Greek', `Στις Τρί 3 Μαρ 2026 στις 9:30 π.μ., ο/η ${A} έγραψε:`],
    ['Gmail, Japanese', `2026年3月3日(火) 9:30 ${A}:`],
    ['Gmail, Chinese', `${A} 于2026年3月3日周二 09:30写道：`],
    ['Gmail, Taiwanese', `${A} 於 2026年3月3日 週二 上午9:30寫道：`],
    ['Gmail, Korean', `2026년 3월 3일 (화) 오전 9:30, ${A}님이 작성:`],
    ['Gmail, Vietnamese', `Vào Th 3, 3 thg 3, 2026 vào lúc 09:30 ${A} đã viết:`],
    ['Gmail, Indonesian', `Pada tanggal Sel, 3 Mar 2026 pukul 09.30 ${A} menulis:`],
    ['Gmail, Hebrew', '‫בתאריך יום ג׳, 3 במרץ 2026 ב-9:30 מאת ‪Ann‬‏ <‪help@support.test‬‏>:‬'],
    ['Gmail, Arabic', `في الثلاثاء، 3 مارس 2026 في 9:30 ص تمت كتابة ما يلي بواسطة ${A}:`],
    ['Gmail, Thai', `ในวันที่ อ. 3 มี.ค. 2026 เวลา 09:30 ${A} เขียนว่า:`],
    ['Gmail, the short form', `2026-03-03 9:30 GMT+01:00 ${A}:`],
    [
      'Gmail, broken before the address',
      'On Tue, 3 Mar 2026 at 09:30, Ann of the Support Team <\nhelp@support.test> wrote:',
    ],
    ['Gmail, broken before the verb', `On Tue, 3 Mar 2026 at 09:30, ${A}\nwrote:`],
    ['Gmail, broken thrice', 'On Tue, 3 Mar 2026\nat 09:30, Ann\n<help@support.test>\nwrote:'],
    ['Gmail, a list’s name', 'On Tue, Mar 3, 2026 at 9:30 AM Ann via Support <help@support.test> wrote:'],
    ['Thunderbird, English', 'On 03/03/2026 09:30, Ann wrote:'],
    ['Thunderbird, American', 'On 3/3/26 9:30 AM, Ann wrote:'],
    ['Thunderbird, German', 'Am 03.03.2026 um 09:30 schrieb Ann (Support):'],
    ['Thunderbird, French', 'Le 03/03/2026 à 09:30, Ann a écrit :'],
    ['Thunderbird, Spanish', 'El 3/3/26 a las 9:30, Ann escribió:'],
    ['Thunderbird, Italian', 'Il 03/03/2026 09:30, Ann ha scritto:'],
    ['Thunderbird, Dutch', 'Op 03-03-2026 om 09:30 schreef Ann:'],
    ['Thunderbird, Portuguese', 'Em 03/03/2026 09:30, Ann escreveu:'],
    ['Thunderbird, Polish', 'W dniu 3.03.2026 o 09:30, Ann pisze:'],
    ['Thunderbird, Russian', '03.03.2026 9:30, Ann пишет:'],
    ['Thunderbird, Ukrainian', '03.03.26 09:30, Ann пише:'],
    ['Thunderbird, Swedish', 'Den 2026-03-03 kl. 09:30, skrev Ann:'],
    ['Thunderbird, Norwegian', 'Den 03.03.2026 09:30, skrev Ann:'],
    ['Thunderbird, Danish', 'Den 03-03-2026 kl. 09:30 skrev Ann:'],
    ['Thunderbird, Finnish', 'Ann kirjoitti 3.3.2026 klo 9.30:'],
    ['Thunderbird, Czech', 'Dne 03. 03. 26 v 9:30 Ann napsal(a):'],
    ['Thunderbird, Slovak', 'Dňa 3. 3. 2026 o 9:30 Ann napísal(a):'],
    ['Thunderbird, Hungarian', '2026. 03. 03. 9:30 keltezéssel, Ann írta:'],
    ['Thunderbird, Romanian', 'La 03.03.2026 09:30, Ann a scris:'],
    ['Thunderbird, Greek', 'Στις 3/3/2026 9:30 π.μ., ο/η Ann έγραψε:'],
    ['Thunderbird, Turkish', '3.03.2026 09:30 tarihinde Ann yazdı:'],
    ['Thunderbird, Japanese', '2026/03/03 9:30、Ann さんは書きました:'],
    ['Thunderbird, Chinese', '在 2026/3/3 9:30, Ann 写道:'],
    ['Thunderbird, Taiwanese', 'Ann 於 2026/3/3 上午 9:30 寫道:'],
    ['Thunderbird, Korean', '2026-03-03 오전 9:30에 Ann 이(가) 쓴 글:'],
    ['Thunderbird, Hebrew', 'בתאריך 03/03/2026 9:30, Ann כתב:'],
    ['Thunderbird, Vietnamese', 'Vào 03/03/2026 09:30, Ann đã viết:'],
    ['Thunderbird, Bulgarian', 'На 3.3.2026 г. в 9:30, Ann написа:'],
    ['Apple, English', `On 3 Mar 2026, at 09:30, ${A} wrote:`],
    ['Apple, American', `On Mar 3, 2026, at 9:30 AM, ${A} wrote:`],
    ['Apple, no address', 'On Mar 3, 2026, at 9:30 AM, Ann Smith wrote:'],
    ['Apple, dashes in the date', 'On 3-Mar-2026, at 9:30 AM, Ann Smith wrote:'],
    ['Apple, German', `Am 03.03.2026 um 09:30 schrieb ${A}:`],
    ['Apple, French', `Le 3 mars 2026 à 09:30, ${A} a écrit :`],
    ['Apple, Dutch', `Op 3 mrt. 2026 om 09:30 heeft ${A} het volgende geschreven:`],
    ['Apple, Portuguese', `Em 3 de mar. de 2026, à(s) 09:30, ${A} escreveu:`],
    ['Apple, Russian', `3 марта 2026 г., в 09:30, ${A} написал(а):`],
    ['Apple, Japanese', `2026/03/03 9:30、${A}のメール:`],
    ['Apple, Chinese', `2026年3月3日 上午9:30，${A} 写道：`],
    ['Apple, Korean', `2026. 3. 3. 오전 9:30, ${A} 작성:`],
    ['Apple, Finnish', `${A} kirjoitti 3.3.2026 kello 9.30:`],
    ['Apple, Polish', `Wiadomość napisana przez ${A} w dniu 3 mar 2026, o godz. 09:30:`],
    ['Apple, Czech', `3. 3. 2026 v 9:30, ${A}:`],
    ['Apple, Hungarian', `2026. márc. 3. dátummal, 9:30 időpontban ${A} írta:`],
    ['Apple, Turkish', `${A} şunları yazdı (3 Mar 2026 09:30):`],
    ['Apple, Swedish', `3 mars 2026 kl. 09:30 skrev ${A}:`],
    ['Outlook for Mac', `On 3/3/26, 9:30 AM, "Ann" <help@support.test> wrote:`],
    ['Outlook for Mac, French', 'Le 03/03/2026 09:30, « Ann » <help@support.test> a écrit :'],
    ['Outlook on the web, in a group', 'On Tuesday, March 3, 2026, Ann <help@support.test> wrote:'],
    ['Yahoo', `On Tuesday, March 3, 2026 at 09:30:12 AM GMT+1, ${A} wrote:`],
    ['Yahoo, older', `On Tuesday, March 3, 2026 9:30 AM, ${A} wrote:`],
    ['Yahoo, classic', `--- On Tue, 3/3/26, ${A} wrote:`],
    ['Yahoo on Android', 'On Tue, Mar 3, 2026 at 9:30 AM, Ann<help@support.test> wrote:'],
    ['Yahoo, German', `Am Dienstag, 3. März 2026 um 09:30:12 MEZ hat ${A} Folgendes geschrieben:`],
    ['Yahoo, Spanish', `El martes, 3 de marzo de 2026, 09:30:12 CET, ${A} escribió:`],
    ['Yahoo, Italian', `Il martedì 3 marzo 2026 alle ore 09:30:12 CET, ${A} ha scritto:`],
    ['Mail.ru', `Вторник, 3 марта 2026, 9:30 +03:00 от ${A}:`],
    ['Yandex', '03.03.2026, 09:30, "Ann" <help@support.test>:'],
    ['Yandex, with a weekday', 'вторник, 3 марта 2026 г. пользователь Ann <help@support.test> написал:'],
    ['Gmail for Android, Russian', '3 марта 2026 г. 9:30 пользователь "Ann" <help@support.test> написал:'],
    ['163.com', 'At 2026-03-03 09:30:00, "Ann" <help@support.test> wrote:'],
    ['163.com, Chinese', '在 2026-03-03 09:30:00，"Ann" <help@support.test> 写道：'],
    ['AOL, classic', 'In a message dated 3/3/2026 9:30:00 AM Eastern Standard Time, help@support.test writes:'],
    ['Spark', `On 3 Mar 2026, 09:30 +0100, ${A}, wrote:`],
    ['Superhuman', 'On Tue, Mar 03, 2026 at 9:30 AM, Ann < help@support.test > wrote:'],
    ['Proton', `On Tuesday, March 3rd, 2026 at 9:30 AM, ${A} wrote:`],
    ['Front', 'On March 3, 2026 at 9:30 AM GMT+1 Ann wrote:'],
    ['Missive', 'On March 3, 2026 at 9:30 AM, Ann (help@support.test) wrote:'],
    ['Hey', 'On March 3, 2026, Ann <help@support.test> wrote:'],
    ['Sparrow', 'On Tuesday, March 3, 2026 at 9:30 AM, Ann wrote:'],
    ['Zoho', `---- On Tue, 03 Mar 2026 09:30:00 +0100 ${A} wrote ----`],
    ['Zoho, a colon', `---- On Tue, 03 Mar 2026 09:30:00 +0100 ${A} wrote ---:`],
    ['Android', '---- Ann Smith wrote ----'],
    ['Android, German', '---- Ann Smith schrieb ----'],
    ['Windows Phone', `------On 03/03/2026 9:30 AM, Ann wrote-----`],
    ['Becky', `On Tue, 03 Mar 2026 09:30:00 +0900\n${A} wrote:`],
    ['mutt', 'On Tue, Mar 03, 2026 at 09:30:00AM +0100, Ann Smith wrote:'],
    ['Emacs', `${A} writes:`],
    ['no date', `${A} wrote:`],
    ['no date, German', `${A} schrieb:`],
    ['no date, only the address', 'help@support.test wrote:'],
    ['name, then date', `${A} wrote on 3/3/2026 9:30 AM:`],
    ['name, then date, German', `${A} schrieb am Di., 3. März 2026 um 09:30:`],
    ['Gmail for Android, German', `${A} schrieb am Di., 3. März 2026,\n09:30:`],
    ['name, then date, Dutch', 'Ann schreef op 3-3-2026 om 9:30:'],
    ['Horde', 'Quoting Ann <help@support.test>:'],
    ['Horde, German', 'Zitat von Ann <help@support.test>:'],
    ['RainLoop', 'Message du 03/03/2026 09:30, Ann <help@support.test> a écrit :'],
    ['sent', 'On 3/3/2026 9:30 AM, Ann Smith sent:'],
    ['Samsung', 'Sent from Samsung MobileAnn <help@support.test> wrote:'],
    ['bold name', 'On Tue, Mar 3, 2026 at 9:30 AM *Ann* <help@support.test> wrote:'],
    ['indented', `   On Tue, Mar 3, 2026 at 9:30 AM ${A} wrote:`],
    ['a Slack-like app', 'On 3/3/2026 at 9:30 AM, "Smith, Ann" <help@support.test> wrote:'],
    ['a name in brackets', 'On Mar 3, 2026 9:30, "Ann [Support]" <help@support.test> wrote:'],
    ['mailto inside', 'On Tue, Mar 3, 2026 at 9:30 AM Ann <mailto:help@support.test> wrote:'],
  ]

  test.each(lines)('%s, over a marked quote', (_name, line) => {
    expect(visibleText(`${REPLY}\n\n${line}\n\n> Which colour?\n>\n> And how many?\n`)).toBe(REPLY)
  })
  test.each(lines)('%s, over an unmarked quote', (_name, line) => {
    expect(visibleText(`${REPLY}\n\n${line}\n\nWhich colour?\n\nAnd how many?\n`)).toBe(REPLY)
  })
  test.each(lines)('%s, inside the quote', (_name, line) => {
    const quoted = line.replace(/^/gm, '> ')
    expect(visibleText(`${REPLY}\n\n\n${quoted}\n> \n> Which colour?\n> \n> And how many?\n`)).toBe(REPLY)
  })
  test.each(lines)('%s, in html', (_name, line) => {
    const html = `<div>Yes, two please.</div><div><br></div><div>Jane</div><br><div>${escaped(line).replaceAll('\n', '<br>')}<br></div><blockquote><p>Which colour?</p><p>And how many?</p></blockquote>`
    expect(inHtml(html)).toBe(REPLY)
  })

  test.each([
    ['a name alone', 'Ann Smith wrote:'],
    ['a name alone, German', 'Ann Smith schrieb:'],
    ['a name alone, French', 'Ann Smith a écrit :'],
    ['a name alone, Swedish', 'Ann Smith skrev:'],
    ['the day alone', 'On Tuesday 3 March Ann wrote:'],
    ['to one who is met', 'On Tue, 3 Mar 2026, you wrote:'],
  ])('%s, which needs a marked quote below', (_name, line) => {
    expect(visibleText(`${REPLY}\n\n${line}\n> Which colour?\n> And how many?\n`)).toBe(REPLY)
    const words = `${REPLY}\n\n${line}\nWhich colour?`
    expect(visibleText(words)).toBe(words)
  })
})

describe('words in the attribution’s own line', () => {
  const ON = `On Tue, 3 Mar 2026 at 09:30, ${A} wrote:`
  test.each([
    ['before it', `Yes, two please. ${ON}\n> Which colour?`, 'Yes, two please.'],
    ['before it, with dashes', `Yes, two please.--- ${ON}\n> Which colour?`, 'Yes, two please.'],
    ['before it, with dashes of its own', `Yes - two--- ${ON}\n> Which?`, 'Yes - two'],
    ['before it, broken', 'Danke! Am 03.03.2026 um 09:30 schrieb Ann\n<help@support.test>:\n\n> Welche?', 'Danke!'],
    ['before it, in lower case', `ok ${ON}\n\nWhich colour?`, 'ok'],
    ['the quote behind it', `Yes, two please.\n\n${ON} Which colour? And how many?`, 'Yes, two please.'],
  ])('%s', (_name, mail, expected) => {
    expect(visibleText(mail)).toBe(expected)
  })
  test('in html the form of what stays survives', () => {
    const doc = visibleInHtml(`<p><b>Yes</b>, two please. ${escaped(ON)}<br>Which colour?</p>`).body
    expect(plainText(doc).trim()).toBe('Yes, two please.')
    expect(JSON.stringify(doc)).toContain('"bold":true')
  })
})

describe('a copied header', () => {
  const blocks: [string, string][] = [
    ['Outlook', `From: ${A}\nSent: Tuesday, March 3, 2026 9:30 AM\nTo: Jane Doe\nSubject: Your order`],
    ['Outlook, line above', `________________________________\nFrom: ${A}\nSent: Tuesday\nTo: Jane\nSubject: x`],
    ['Outlook, no address', 'From: Ann\nSent: Tuesday, March 3, 2026 9:30 AM\nTo: Jane Doe\nSubject: Your order'],
    [
      'Outlook 2003',
      `  _____  \n\nFrom: Ann [mailto:help@support.test] \nSent: Tuesday, March 03, 2026 9:30 AM\nTo: Jane\nSubject: x`,
    ],
    ['Outlook, bold', `*From:* ${A}\n*Sent:* Tuesday\n*To:* Jane\n*Cc:* Bob\n*Subject:* Your order`],
    [
      'Outlook, bold over two lines',
      '*From:* Ann\n<help@support.test>\n*Sent:* Tuesday, March\n3, 2026\n*To:* Jane\n*Subject:* x',
    ],
    ['markdown bold', `**From:** ${A}\n**Sent:** Tuesday\n**To:** Jane\n**Subject:** Your order`],
    [
      'Outlook on Android',
      `Get Outlook for Android<https://aka.ms/AAb9ysg>\n________________________________\nFrom: ${A}\nSent: Tuesday\nTo: Jane\nSubject: x`,
    ],
    [
      'Windows Mail',
      `Sent from Mail for Windows 10\n\nFrom: Ann\nSent: Tuesday, March 3, 2026 9:30 AM\nTo: Jane\nSubject: x`,
    ],
    [
      'new Outlook for Mac',
      `From: ${A}\nDate: Tuesday, 3 March 2026 at 09:30\nTo: Jane Doe <jane@acme.test>\nSubject: x`,
    ],
    ['Hotmail', `Date: Tue, 3 Mar 2026 09:30:00 +0100\nFrom: help@support.test\nTo: jane@acme.test\nSubject: x`],
    ['only date and to', 'Date: Tue, 3 Mar 2026 09:30:00 +0100\nTo: jane@acme.test'],
    ['paragraphs apart', 'From: Ann <help@support.test>\n\nSent: Tuesday\n\nTo: Jane\n\nSubject: Your order'],
    ['in one line', `From: ${A} Sent: Tuesday, March 3, 2026 9:30 AM To: Jane <jane@acme.test> Subject: Your order`],
    ['indented', `   From: ${A}\n   Sent: Tuesday\n   To: Jane\n   Subject: Your order`],
    ['German', `Von: ${A}\nGesendet: Dienstag, 3. März 2026 09:30\nAn: Jane Doe\nBetreff: Bestellung`],
    ['German, a bold one', `*Von:* Ann [mailto:help@support.test]\n*Gesendet:* Dienstag\n*An:* Jane\n*Betreff:* x`],
    ['GMX', `Gesendet: Dienstag, 3. März 2026 um 09:30 Uhr\nVon: help@support.test\nAn: jane@acme.test\nBetreff: x`],
    ['French', `De : ${A}\nEnvoyé : mardi 3 mars 2026 09:30\nÀ : Jane Doe\nObjet : Commande`],
    [
      'French, Hotmail',
      'De : Ann<mailto:help@support.test>\nEnvoyé le :mardi 3 mars 2026 09:30\nÀ : jane@acme.test\nObjet :Commande',
    ],
    [
      'French, Orange',
      `Message du : 03/03/2026 09:30\nDe : "Ann" <help@support.test>\nA : jane@acme.test\nCopie à : \nSujet : x`,
    ],
    ['Spanish', `De: ${A}\nEnviado el: martes, 3 de marzo de 2026 9:30\nPara: Jane\nAsunto: Pedido`],
    ['Italian', `Da: ${A}\nInviato: martedì 3 marzo 2026 09:30\nA: Jane\nOggetto: Ordine`],
    ['Portuguese', `De: ${A}\nEnviada em: terça-feira, 3 de março de 2026 09:30\nPara: Jane\nAssunto: Pedido`],
    ['Dutch', `Van: Ann [mailto:help@support.test]\nVerzonden: dinsdag 3 maart 2026 9:30\nAan: Jane\nOnderwerp: x`],
    ['Swedish', `Från: ${A}\nSkickat: den 3 mars 2026 09:30\nTill: Jane\nÄmne: x`],
    ['Danish', `Fra: ${A}\nSendt: 3. marts 2026 09:30\nTil: Jane\nEmne: x`],
    ['Norwegian', `Fra: ${A}\nDato: tirsdag 3. mars 2026 09:30\nTil: Jane\nEmne: x`],
    ['Finnish', `Lähettäjä: ${A}\nLähetetty: tiistai 3. maaliskuuta 2026 9.30\nVastaanottaja: Jane\nAihe: x`],
    ['Polish', `Od: ${A}\nWysłano: wtorek, 3 marca 2026 09:30\nDo: Jane\nTemat: x`],
    ['Czech', `Od: ${A}\nOdesláno: úterý 3. března 2026 9:30\nKomu: Jane\nPředmět: x`],
    ['Slovak', `Od: ${A}\nOdoslané: utorok 3. marca 2026 9:30\nKomu: Jane\nPredmet: x`],
    ['Hungarian', `Feladó: ${A}\nElküldve: 2026. március 3., kedd 9:30\nCímzett: Jane\nTárgy: x`],
    ['Romanian', `De la: ${A}\nTrimis: marți, 3 martie 2026 09:30\nCătre: Jane\nSubiect: x`],
    ['Croatian', `Šalje: ${A}\nPoslano: 3. ožujka 2026. 9:30\nPrima: Jane\nPredmet: x`],
    ['Turkish', `Gönderen: ${A}\nGönderildi: 3 Mart 2026 Salı 09:30\nKime: Jane\nKonu: x`],
    ['Greek', `Από: ${A}\nΣτάλθηκε: Τρίτη, 3 Μαρτίου 2026 9:30\nΠρος: Jane\nΘέμα: x`],
    ['Russian', `От: ${A}\nОтправлено: 3 марта 2026 г. 9:30\nКому: Jane\nТема: x`],
    ['Ukrainian', `Від: ${A}\nНадіслано: 3 березня 2026 р. 9:30\nКому: Jane\nТема: x`],
    ['Vietnamese', `Từ: ${A}\nĐã gửi: Thứ Ba, 3 Tháng Ba 2026 9:30\nTới: Jane\nChủ đề: x`],
    ['Indonesian', `Dari: ${A}\nTanggal: Selasa, 3 Maret 2026 09.30\nKepada: Jane\nPerihal: x`],
    ['Chinese', `发件人: ${A}\n发送时间: 2026年3月3日 9:30\n收件人: Jane\n主题: x`],
    ['Chinese, full-width colons', '发件人： Ann\n发送时间： 2026-03-03 09:30\n收件人： Jane\n主题： x'],
    ['Taiwanese', `寄件者: ${A}\n寄件日期: 2026年3月3日 上午 09:30\n收件者: Jane\n主旨: x`],
    ['Japanese', `差出人: ${A}\n送信日時: 2026年3月3日 9:30\n宛先: Jane\n件名: x`],
    ['Korean', `보낸 사람: ${A}\n보낸 날짜: 2026년 3월 3일 화요일 오전 9:30\n받는 사람: Jane\n제목: x`],
    ['Hebrew', `מאת: ${A}\nנשלח: יום שלישי 3 מרץ 2026 09:30\nאל: Jane\nנושא: x`],
    ['Arabic', `من: ${A}\nتم الإرسال: الثلاثاء، 3 مارس 2026 9:30\nإلى: Jane\nالموضوع: x`],
    ['Lotus Notes', 'Ann Smith/Support\n03/03/2026 09:30 AM\n\nTo\nJane Doe/Acme@Acme\ncc\n\nSubject\nYour order'],
    [
      'Lotus Notes, newer',
      'From:\tAnn Smith/Support\nTo:\tJane Doe/Acme@Acme\nDate:\t03/03/2026 09:30\nSubject:\tYour order',
    ],
    [
      'NetEase',
      '---- Replied Message ----\n| From | Ann<help@support.test> |\n| Date | 03/03/2026 09:30 |\n| To | <jane@acme.test> |\n| Subject | x |',
    ],
  ]
  test.each(blocks)('%s', (_name, block) => {
    expect(visibleText(`${REPLY}\n\n${block}\n\nWhich colour?\n\nAnd how many?`)).toBe(REPLY)
  })
  test.each(blocks)('%s, in html', (_name, block) => {
    const html = `<p class="MsoNormal">Yes, two please.</p><p class="MsoNormal">&nbsp;</p><p class="MsoNormal">Jane</p><div style="border-top:solid #E1E1E1 1.0pt"><p class="MsoNormal">${escaped(block.replace(/^[*](.+?)[*]/gm, '$1')).replaceAll('\n', '<br>')}</p></div><p class="MsoNormal">Which colour?</p><p>And how many?</p>`
    expect(inHtml(html)).toBe(REPLY)
  })
})

describe('a line that says that the answered mail follows', () => {
  test.each([
    ['Outlook Express', '-----Original Message-----\nFrom: Ann\nSent: Tuesday'],
    ['nothing but the line', '----- Original Message -----'],
    ['in lower case', '-----original message-----'],
    ['Android', '-------- Original message --------\nFrom: Ann\nDate: 03/03/2026 09:30'],
    ['Proton', '‐‐‐‐‐‐‐ Original Message ‐‐‐‐‐‐‐\nOn Tuesday, March 3, 2026 9:30 AM, Ann wrote:'],
    ['Proton, newer', '------- Original Message -------'],
    [
      'eM Client',
      '------ Original Message ------\nFrom "Ann" <help@support.test>\nTo jane@acme.test\nDate 3/3/2026 9:30:00 AM',
    ],
    ['follows', '----Original Message Follows----'],
    ['appointment', '-----Original Appointment-----\nFrom: Ann'],
    ['QQ', '------------------ 原始邮件 ------------------\n发件人: "Ann";\n发送时间: 2026年3月3日(星期二) 上午9:30'],
    ['QQ, English', '------------------ Original ------------------\nFrom: "Ann"'],
    ['GroupWise', '>>> Ann Smith <help@support.test> 3/3/2026 9:30 AM >>>'],
    ['GroupWise, German', '>>> "Ann Smith" <help@support.test> 03.03.26 9.30 Uhr >>>'],
    ['Zimbra, French', '----- Mail original -----\nDe: "Ann" <help@support.test>'],
    ['German', '-----Ursprüngliche Nachricht-----\nVon: Ann'],
    ['German, Android', '-------- Ursprüngliche Nachricht --------\nVon: Ann'],
    ['German, old', '-------- Original-Nachricht --------'],
    ['French', "-----Message d'origine-----\nDe : Ann"],
    ['French, Android', '-------- Message d’origine --------'],
    ['Spanish', '-----Mensaje original-----\nDe: Ann'],
    ['Italian', '-----Messaggio originale-----\nDa: Ann'],
    ['Portuguese', '-----Mensagem Original-----\nDe: Ann'],
    ['Dutch', '-----Oorspronkelijk bericht-----\nVan: Ann'],
    ['Swedish', '-----Ursprungligt meddelande-----\nFrån: Ann'],
    ['Danish', '-----Oprindelig meddelelse-----\nFra: Ann'],
    ['Norwegian', '-----Opprinnelig melding-----\nFra: Ann'],
    ['Finnish', '-----Alkuperäinen viesti-----\nLähettäjä: Ann'],
    ['Polish', '-----Oryginalna wiadomość-----\nOd: Ann'],
    ['Czech', '---------- Původní zpráva ----------\nOd: Ann'],
    ['Hungarian', '-----Eredeti üzenet-----\nFeladó: Ann'],
    ['Romanian', '-----Mesaj original-----\nDe la: Ann'],
    ['Turkish', '-----Özgün İleti-----\nKimden: Ann'],
    ['Greek', '-----Αρχικό μήνυμα-----\nΑπό: Ann'],
    ['Russian', '-----Исходное сообщение-----\nОт: Ann'],
    ['Japanese', '-----元のメッセージ-----'],
    ['Korean', '-----원본 메시지-----'],
    ['Zendesk', '##- Please type your reply above this line -##'],
    ['Freshdesk', '======= Please reply above this line ======='],
    ['Jira', '—-—-—-—\nReply above this line.'],
    ['Help Scout', '## Write your reply above this line ##'],
    ['a help desk, German', '##- Bitte geben Sie Ihre Antwort oberhalb dieser Zeile ein -##'],
    ['a help desk, French', '##- Veuillez saisir votre réponse au-dessus de cette ligne -##'],
    ['a help desk, Spanish', '##- Escriba su respuesta por encima de esta línea -##'],
    ['a help desk, Dutch', '##- Typ uw antwoord boven deze regel -##'],
    ['a help desk, Portuguese', '##- Digite sua resposta acima desta linha -##'],
    ['a help desk, Russian', '##- Введите ответ выше этой строки -##'],
  ])('%s', (_name, line) => {
    expect(visibleText(`${REPLY}\n\n${line}\n\nWhich colour?\n\nAnd how many?`)).toBe(REPLY)
  })
})

describe('what comes after the words goes', () => {
  test.each([
    ['a signature', '-- \nJane Doe\nAcme, Elm Street 5'],
    ['a signature without blank', '--\nJane Doe\nAcme, Elm Street 5'],
    ['a signature after underscores', '__\nJane Doe\nAcme'],
    ['a signature after a long dash', '—\nJane Doe\nAcme'],
    ['a bold delimiter', '*--*\n*Jane Doe*'],
    ['a name behind the dashes', '-- Jane Doe'],
    ['contacts under a line', '----------------\n\nJane Doe\nBuyer, Acme\nT. +44 20 7946 0000\nhttps://acme.test'],
    ['contacts under underscores', '_______________\nJane Doe\njane@acme.test'],
    ['iPhone', 'Sent from my iPhone'],
    ['iPad, English', 'Sent from my iPad'],
    ['a Samsung', 'Sent from my Samsung Galaxy smartphone.'],
    ['a Galaxy', 'Sent from my Galaxy'],
    ['BlackBerry', 'Sent from my BlackBerry 10 smartphone on the Globex network.'],
    ['BlackBerry, wireless', 'Sent via BlackBerry by Globex'],
    ['Outlook for iOS', 'Get Outlook for iOS<https://aka.ms/o0ukef>'],
    ['Outlook for Android', 'Get Outlook for Android'],
    ['Outlook for iOS, sent', 'Sent from Outlook for iOS'],
    ['Windows', 'Sent from Mail for Windows'],
    ['Yahoo on Android', 'Sent from Yahoo Mail on Android'],
    ['Proton', 'Sent with Proton Mail secure email.'],
    ['Proton for iOS', 'Sent from Proton Mail for iOS'],
    ['Superhuman', 'Sent via Superhuman ( https://sprh.mn/?vip=jane@acme.test )'],
    ['Mailbox', '—\nSent from Mailbox'],
    ['German iPhone', 'Von meinem iPhone gesendet'],
    ['German Outlook', 'Gesendet von Outlook für iOS'],
    ['German GMX', 'Gesendet mit der GMX iPhone App'],
    ['German Windows', 'Gesendet von Mail für Windows'],
    ['German Android', 'Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.'],
    ['French iPhone', 'Envoyé de mon iPhone'],
    ['French Orange', 'Envoyé depuis l’application Mail Orange'],
    ['French Outlook', 'Télécharger Outlook pour iOS'],
    ['Spanish iPhone', 'Enviado desde mi iPhone'],
    ['Italian iPhone', 'Inviato da iPhone'],
    ['Italian, mine', 'Inviato dal mio iPhone'],
    ['Portuguese iPhone', 'Enviado do meu iPhone'],
    ['Dutch iPhone', 'Verstuurd vanaf mijn iPhone'],
    ['Swedish iPhone', 'Skickat från min iPhone'],
    ['Danish iPhone', 'Sendt fra min iPhone'],
    ['Norwegian Outlook', 'Last ned Outlook for iOS'],
    ['Finnish iPhone', 'Lähetetty iPhonesta'],
    ['Polish iPhone', 'Wysłane z iPhone’a'],
    ['Czech iPhone', 'Odesláno z iPhonu'],
    ['Slovak iPhone', 'Odoslané z môjho iPhonu'],
    ['Hungarian iPhone', 'iPhone-ról küldve'],
    ['Romanian iPhone', 'Trimis de pe iPhone-ul meu'],
    ['Croatian iPhone', 'Poslano s mog iPhonea'],
    ['Turkish iPhone', 'iPhone’umdan gönderildi'],
    ['Greek iPhone', 'Στάλθηκε από το iPhone μου'],
    ['Russian iPhone', 'Отправлено с iPhone'],
    ['Ukrainian iPhone', 'Надіслано з iPhone'],
    ['Vietnamese iPhone', 'Đã gửi từ iPhone của tôi'],
    ['Indonesian iPhone', 'Dikirim dari iPhone saya'],
    ['Chinese iPhone', '发自我的 iPhone'],
    ['Taiwanese iPhone', '從我的 iPhone 傳送'],
    ['Japanese iPhone', 'iPhoneから送信'],
    ['Korean iPhone', '나의 iPhone에서 보냄'],
    ['Hebrew iPhone', 'נשלח מה-iPhone שלי'],
    ['Arabic iPhone', 'أرسلت من الـ iPhone'],
    ['Catalan iPhone', 'Enviat des del meu iPhone'],
    ['dashes', '----------'],
    ['a Gmail mark', 'ᐧ'],
    [
      'a list’s footer',
      '_______________________________________________\nParts mailing list\nparts@lists.acme.test\nhttps://lists.acme.test/listinfo/parts',
    ],
    [
      'a Google group',
      '-- \nYou received this message because you are subscribed to the Google Groups "Parts" group.\nTo unsubscribe from this group, send an email to parts+unsubscribe@acme.test.',
    ],
    [
      'a disclaimer',
      'This email and any files with it are confidential and intended solely for the addressee.\nIf you have received this email in error, delete it.'.replace(
        'This email and',
        'CONFIDENTIALITY NOTICE: This email and',
      ),
    ],
    [
      'a disclaimer, German',
      'Diese E-Mail enthält vertrauliche Informationen. Wenn Sie nicht der richtige Adressat sind, löschen Sie sie bitte.',
    ],
    [
      'a disclaimer, French',
      'Ce message et toutes les pièces jointes sont confidentiels et destinés à leur seul destinataire.',
    ],
    ['a disclaimer, Italian', 'Le informazioni contenute in questo messaggio sono riservate al destinatario.'],
    ['a disclaimer, Spanish', 'AVISO LEGAL: Este mensaje es confidencial y para su destinatario.'],
    ['trees', 'P Please consider the environment before printing this email.'],
    ['a scanner', 'Virus-free. www.avast.com'],
    ['several at once', 'Sent from my iPhone\n\n-- \nJane Doe\n\nDISCLAIMER: this is confidential.'],
  ])('%s', (_name, tail) => {
    expect(visibleText(`${REPLY}\n\n${tail}\n`)).toBe(REPLY)
    expect(visibleText(`${REPLY}\n\n${tail}\n\nOn Tue, 3 Mar 2026 at 09:30, ${A} wrote:\n> Which colour?\n`)).toBe(
      REPLY,
    )
  })

  test('a quote above the signature goes with it', () => {
    const mail = `${REPLY}\n\nOn Tue, 3 Mar 2026, ${A} wrote:\n> Which colour?\n\n-- \nJane Doe\nBuyer\nAcme\nElm Street 5\n`
    expect(visibleText(mail)).toBe(REPLY)
  })
  test('an unmarked mail under the phone’s line goes', () => {
    expect(visibleText(`${REPLY}\n\nSent from my Foo 3G\n\nDear Jane,\nwhich colour?`)).toBe(REPLY)
  })
})

describe('words of the writer stay', () => {
  test.each([
    ['an invitation', 'Please come:\n\nDate: Tuesday 3 March 2026\nTime: 9:30\nAddress: 5 Elm Street\n\nBring two.'],
    ['a journey', 'My flight is\n\nFrom: Berlin\nTo: Oslo\nDate: 3 March 2026\n\nCan you book it?'],
    ['a holiday', 'From: 10 March 2026\nTo: 15 March 2026\nSubject: holiday\n\nIs that fine?'],
    ['a line of dashes', 'First part.\n\n----------\n\nSecond part, which matters as much as the first one did to us.'],
    [
      'dashes with words',
      'Please write below.\n\n---------- Your comment below ----------\n\nIt was good. I am paying for this line to stay.',
    ],
    ['a list with dashes', 'We need:\n- two red\n- one blue\n-- and a spare\nJane'],
    ['a sentence about a phone', 'Sent from my desk, which is much easier than my phone for long mails.'],
    ['a sentence with wrote', 'On Monday we wrote to you about the parts.\nStill nothing.'],
    ['a sentence that quotes you', 'On 3 March 2026 you wrote:\n"We will send two."\nNothing came.'],
    ['he wrote', 'He wrote in 2019:\nnothing came of it.'],
    ['our supplier wrote', 'Our supplier in Oslo (order 12345 of 2026) wrote:\nit is late.\nWhat now?'],
    ['on behalf', 'On behalf of Acme I thank you for 2026:\nit was good.'],
    ['a link with wrote', 'See https://acme.test/on-3-mar-2026-ann-wrote:\nit is long.'],
    ['an address in a sentence', 'Please send the 2026 invoice to bob@globex.test:\nhe pays.'],
    ['regards in a sentence', 'I write with regards to order 5.\n\nAs regards the colour, red.'],
    ['decoration', '>>> SALE <<<\nSee you.'],
    ['code', 'I ran this:\n\n> npm run build\n> tsc -p .\n\nand it failed.'],
    ['a log at the end', 'It fails with this message:\n\n> Error: no such file\n> at line 5'],
    ['a quote by intention', '> Which colour?\n\nRed.'],
    ['quotes and answers', '> Which colour?\n\nRed.\n\n> How many?\n\nTwo.'],
    ['From at the line’s begin', '>From here on it works.\nThanks.'],
    ['arithmetic', 'x > 5\ny < 3\n5 > 3'],
    [
      'a header to be read',
      'The bounce has this header:\n\nFrom: mailer@globex.test\nTo: jane@acme.test\nSubject: Failed\n\nWhat does it mean?',
    ],
    ['a postscript', 'Yes.\n\nPS: the address is\n5 Elm Street'],
    ['plain markdown', '# Order\n\n* two\n* three\n\n**bold** and `code`'],
    ['emoji alone', '👍'],
    ['one word', 'Yes'],
    ['digits', '12:30'],
    ['no blanks between words', '好的，谢谢！两个。'],
    ['this message in a sentence', 'Hi,\n\nThis message is short. Please call.'],
    ['an original idea', 'Original message\nwas lost, sorry.'],
    ['a form', 'Name: Jane Doe\nEmail: jane@acme.test\nSubject: Parts\nMessage: two please'],
    ['a table', 'From | To | Price\nBerlin | Oslo | 100'],
    ['a fenced block', 'Run this:\n\n```\n> npm start\n-- \nOn 3 Mar 2026 Ann wrote:\n```\n\nThanks'],
    ['one quoted line at the end', 'I like this best.\n\n> Red is the new blue.'],
    ['a poem’s dashes', 'Roses - red\nViolets -- blue\n--- and so on ---\nand more'],
  ])('%s', (_name, words) => {
    expect(visibleText(words)).toBe(words)
  })

  test('a mail that is a quote alone is shown', () => {
    const mail = `On Tue, 3 Mar 2026 at 09:30, ${A} wrote:\n> Which colour?\n> Ann`
    expect(visibleText(mail)).toBe(mail)
  })
  test('a word above what looks like a signature does not hide a letter', () => {
    const mail = 'Hi\n--\nplease send us two of the red ones and three of the blue ones tomorrow\nJane'
    expect(visibleText(mail)).toBe(mail)
  })
})

test('Hotmail marks the header and the quote', () => {
  const quoted =
    'Date: Tue, 3 Mar 2026 09:30:00 +0100\nFrom: help@support.test\nTo: jane@acme.test\nSubject: x\n\nWhich?'
  const mail = `${REPLY}\n\n----------------------------------------\n${quoted.replace(/^/gm, '> ')}\n`
  expect(visibleText(mail)).toBe(REPLY)
})

describe('where the answer stands', () => {
  const ON = `On Tue, 3 Mar 2026 at 09:30, ${A} wrote:`
  test.each([
    ['below the quote', `${ON}\n> Which colour?\n> And how many?\n\n${REPLY}`, REPLY],
    ['below the quote, at once', `${ON}\n> Which colour?\nRed.`, 'Red.'],
    ['below a German quote', `Am 03.03.2026 um 09:30 schrieb Ann:\n> Welche?\n\n${REPLY}`, REPLY],
    ['below a quote, signed', `${ON}\n> Which colour?\n\n${REPLY}\n\n-- \nJane Doe\nAcme`, REPLY],
    ['above, and a greeting below', `${REPLY}\n\n${ON}\n> Which colour?\n\nRegards, Jane`, `${REPLY}\n\nRegards, Jane`],
    [
      'below the quote, at length, under a greeting',
      `Hi Ann,\n\n${ON}\n> Which colour?\n\nWe talked about it.\nRed is best.\nBlue would do.`,
      'Hi Ann,\n\nWe talked about it.\nRed is best.\nBlue would do.',
    ],
    ['below a quote within a quote', `${ON}\n> Which?\n>\n> On Mon, 2 Mar 2026, Bob wrote:\n>> Hm?\n\n${REPLY}`, REPLY],
  ])('%s', (_name, mail, expected) => {
    expect(visibleText(mail)).toBe(expected)
  })

  test.each([
    ['between the lines', `Hi Ann,\n\n${ON}\n> Which colour?\n\nRed.\n\n> How many?\n\nTwo.`],
    ['between the lines, without blanks', `${ON}\n> Which colour?\nRed.\n> How many?\nTwo.`],
    [
      'after a long quote, at length',
      `Hi Ann, thank you for asking about it.\n\n${ON}\n> Which colour?\n\nWe talked about it.\nRed is best.\nBlue would do.\nGreen would not.`,
    ],
  ])('%s the quote stays, as it is needed', (_name, mail) => {
    expect(visibleText(mail)).toBe(mail)
  })
})
