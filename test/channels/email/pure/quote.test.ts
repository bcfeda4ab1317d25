import { describe, expect, test } from 'vitest'
import { visibleText } from '../../../../src/channels/email/read/visible/quote.ts'

const REPLY = 'Yes, two please.\n\nJane'

describe('the mail that is answered is left out below', () => {
  test.each([
    ['English', 'On Tue, 3 Mar 2026 at 09:30, Ann (Support) <help@support.test> wrote:'],
    ['German', 'Am 03.03.2026 um 09:30 schrieb Ann (Support):'],
    ['French', 'Le mar. 3 mars 2026 à 09:30, Ann <help@support.test> a écrit :'],
    ['Spanish', 'El mar, 3 mar 2026 a las 9:30, Ann (<help@support.test>) escribió:'],
    ['Italian', 'Il giorno mar 3 mar 2026 alle ore 09:30 Ann <help@support.test> ha scritto:'],
    ['Portuguese', 'Em ter., 3 de mar. de 2026 às 09:30, Ann <help@support.test> escreveu:'],
    ['Dutch', 'Op di 3 mrt 2026 om 09:30 schreef Ann <help@support.test>:'],
    ['Polish', 'W dniu 3.03.2026 o 09:30, Ann pisze, a dokładniej napisała:'],
    ['Russian', 'вт, 3 мар. 2026 г. в 09:30, Ann <help@support.test>:\nнаписал:'],
    ['Swedish', 'Den tis 3 mars 2026 kl 09:30 skrev Ann <help@support.test>:'],
    ['Danish', 'Den tirs. 3. mar. 2026 kl. 09.30 skrev Ann <help@support.test>:'],
    ['Finnish', 'ti 3. maalisk. 2026 klo 9.30 Ann (help@support.test) kirjoitti:'],
    ['Czech', 'út 3. 3. 2026 v 9:30 odesílatel Ann <help@support.test> napsal:'],
    ['Hungarian', 'Ann <help@support.test> ezt írta (időpont: 2026. márc. 3., K, 9:30):'],
    ['Turkish', 'Ann <help@support.test>, 3 Mar 2026 Sal, 09:30 tarihinde şunu yazdı:'],
    ['Vietnamese', 'Vào Th 3, 3 thg 3, 2026 vào lúc 09:30 Ann <help@support.test> đã viết:'],
    ['Chinese', '于2026年3月3日周二 09:30,Ann <help@support.test>写道:'],
    ['Japanese', '2026年3月3日(火) 9:30 Ann <help@support.test>:'],
    ['Korean', '2026년 3월 3일 (화) 오전 9:30, Ann <help@support.test>님이 작성:'],
    ['over two lines', 'On Tue, 3 Mar 2026 at 09:30, Ann (Support)\n<help@support.test> wrote:'],
  ])('%s', (_language, line) => {
    expect(visibleText(`${REPLY}\n\n${line}\n\n> Which colour?\n> And how many?\n`)).toBe(REPLY)
  })

  test.each(['Answer 1', '42', 'See you at 10:30', 'Your order of 2026', 'On the 3.3.2026'])(
    'also behind an answer that ends with a number: %s',
    words => {
      const line = 'On Tue, 3 Mar 2026 at 09:30, Ann (Support) <help@support.test> wrote:'
      expect(visibleText(`${words}\n\n${line}\n\n> Which colour?\n`)).toBe(words)
    },
  )

  test.each([
    [
      'Outlook',
      'From: Ann <help@support.test>\nSent: Tuesday, March 3, 2026 9:30 AM\nTo: Jane Doe\nSubject: Your order',
    ],
    [
      'Outlook in German, bold',
      '*Von:* Ann <help@support.test>\n*Gesendet:* Dienstag\n*An:* Jane\n*Betreff:* Your order',
    ],
    ['Outlook in French', 'De : Ann <help@support.test>\nEnvoyé : mardi\nÀ : Jane\nObjet : Your order'],
    ['with a line above', '________________________________\nFrom: Ann\nSent: Tuesday\nTo: Jane\nSubject: Your order'],
    ['paragraphs apart', 'From: Ann <help@support.test>\n\nSent: Tuesday\n\nTo: Jane\n\nSubject: Your order'],
    ['Original Message', '-----Original Message-----\nFrom: Ann'],
    ['in German', '-----Ursprüngliche Nachricht-----\nVon: Ann'],
    ['Zoho', '---- On Tue, 03 Mar 2026 09:30:00 +0000 Ann <help@support.test> wrote ----'],
  ])('a copied header: %s', (_program, header) => {
    expect(visibleText(`${REPLY}\n\n${header}\n\nWhich colour?\nAnd how many?`)).toBe(REPLY)
  })
})

describe('words of the writer stay', () => {
  test('an answer below the quote', () => {
    expect(visibleText(`On Tue, 3 Mar 2026, Ann <a@support.test> wrote:\n> Which colour?\n\n${REPLY}`)).toBe(REPLY)
  })

  test('answers between the lines, with what they answer', () => {
    const mail =
      'Hi Ann,\n\nOn Tue, 3 Mar 2026, Ann <a@support.test> wrote:\n> Which colour?\n\nRed.\n\n> How many?\n\nTwo.'
    expect(visibleText(`${mail}\n\n> Regards\n> Ann\n`)).toBe(mail)
  })

  test('a forwarded mail', () => {
    const mail =
      'Please look.\n\nBegin forwarded message:\n\nFrom: Bob <bob@globex.test>\nSubject: x\n\n> Parts are late.'
    expect(visibleText(mail)).toBe(mail)
    const plain = 'See below.\n\nFrom: Bob <bob@globex.test>\nSent: Monday\nTo: Jane\nSubject: x\n\nParts are late.'
    expect(visibleText(plain, { forward: true })).toBe(plain)
    expect(visibleText(plain)).toBe('See below.')
  })

  test('all of it when it is nothing but a quote', () => {
    expect(visibleText('> Which colour?\n> Ann')).toBe('> Which colour?\n> Ann')
  })

  test.each([
    'He wrote in 2019:\nnothing came of it.',
    'Date: next Monday\nAddress: Elm Street 5\nSee you there.',
    'On Monday we wrote to you about the parts.\nStill nothing.',
    'From: the start it was broken.\nTo be honest, I want it fixed.',
    'Sent from my desk, which is much easier than my phone for long mails.',
    '>>> SALE <<<\nSee you.',
    'a -- b\n-5 degrees\n* one\n* two',
  ])('%s', words => {
    expect(visibleText(words)).toBe(words)
  })
})

describe('what comes after the words goes', () => {
  test.each([
    ['a signature', '\n-- \nJane Doe\nAcme, Elm Street 5'],
    ['a phone’s line', '\nSent from my iPhone'],
    ['a phone’s line in German', '\nVon meinem iPhone gesendet'],
    ['a phone’s line in Japanese', '\niPhoneから送信'],
    [
      'a phone’s line and a quote',
      '\nSent from my iPhone\n\n> On 3 Mar 2026, at 09:30, Ann <a@support.test> wrote:\n> \n> Which?',
    ],
    ['dashes', '\n----------'],
    ['a mailing list’s footer', '\n______________________\nParts mailing list\nhttps://lists.acme.test/listinfo/parts'],
  ])('%s', (_what, tail) => {
    expect(visibleText(`${REPLY}\n${tail}\n`)).toBe(REPLY)
  })
})
