import { describe, expect, test } from 'vitest'
import { visibleInHtml, visibleInText } from '../../../../src/channels/email/read/visible/visible.ts'
import { plainText } from '../../../../src/core/document.ts'

/** Whole answers as further programs write them: the mail, and what of it is its writer's. */

const L = 'Lovely, we take three.'
const T = 'Tom Fox <tom@fox.test>'
const Q = '\n\n> a\n> b'
const U = '\n\na\nb'

const spaced = (text: string) => text.replace(/\s+/g, ' ').trim()

describe('in text', () => {
  test.each<[string, string, string]>([
    ['Roundcube en', `${L}\n\nOn 2026-05-04 14:22, Tom Fox wrote:\n> a\n> b`, L],
    ['Roundcube de', `${L}\n\nAm 2026-05-04 14:22, schrieb Tom Fox:\n> a\n> b`, L],
    [
      'Outlook.com web plain it',
      `${L}\n\n________________________________________\nDa: Tom Fox <tom@fox.test>\nInviato: lunedì 4 maggio 2026 14:22\nA: Ida Ray\nOggetto: R: Offerta\n\nciao\ncome va`,
      L,
    ],
    ['Evolution', `${L}\n\nOn Mon, 2026-05-04 at 14:22 +0200, Tom Fox wrote:\n> a\n> b`, L],
    ['KMail de', `${L}\n\nAm Montag, 4. Mai 2026, 14:22:10 CEST schrieb Tom Fox:\n> a\n> b`, L],
    ['Claws Mail', `${L}\n\nOn Mon, 4 May 2026 14:22:10 +0200\nTom Fox <tom@fox.test> wrote:\n\n> a\n> b`, L],
    ['Pegasus', `${L}\n\nOn 4 May 2026 at 14:22, Tom Fox wrote:\n\n> a\n> b`, L],
    ['The Bat!', `${L}\n\nMonday, May 4, 2026, 2:22:10 PM, you wrote:\n\n> a\n> b`, L],
    ['Eudora', `${L}\n\nAt 02:22 PM 5/4/2026 +0200, Tom Fox wrote:\n>a\n>b`, L],
    ['Gmail mobile fr', `${L}\n\nLe lun. 4 mai 2026, 14:22, Tom Fox <tom@fox.test> a écrit :\n\n> a\n> b`, L],
    ['Gmail mobile nl', `${L}\n\nOp ma 4 mei 2026 14:22 schreef Tom Fox <tom@fox.test>:\n\n> a\n>`, L],
    ['Gmail mobile es', `${L}\n\nEl lun., 4 de mayo de 2026 14:22, Tom Fox <tom@fox.test>\nescribió:\n\n> a\n> b`, L],
    ['old gmail es', `${L}\n\nEl 4 de mayo de 2026, 14:22, Tom Fox<tom@fox.test> escribió:\n\na\nb`, L],
    ['old gmail pt', `${L}\n\nEm 4 de maio de 2026 14:22, Tom Fox <tom@fox.test> escreveu:\n\n> a`, L],
    ['old gmail it', `${L}\n\nIl giorno 4 maggio 2026 14:22, Tom Fox <tom@fox.test> ha scritto:\n\n> a`, L],
    ['old gmail ja', `${L}\n\n2026年5月4日月曜日 14:22 Tom Fox <tom@fox.test>:\n\n> a`, L],
    ['old gmail tr', `${L}\n\n4 Mayıs 2026 Pazartesi 14:22 tarihinde Tom Fox <tom@fox.test> yazdı:\n\n> a\n> b`, L],
    [
      'iOS mail it, unmarked',
      `${L}\n\nInviato da iPad\n\nIl giorno 4 mag 2026, alle ore 14:22, Tom Fox <tom@fox.test> ha scritto:\n\na\nb`,
      L,
    ],
    [
      'Samsung de',
      `${L}\n\nVon meinem Samsung Galaxy Smartphone gesendet.\n\n\n-------- Ursprüngliche Nachricht --------\nVon: Tom Fox <tom@fox.test>\nDatum: 04.05.26 14:22 (GMT+01:00)\nAn: Ida <ida@ray.test>\nBetreff: x\n\na`,
      L,
    ],
    [
      'Windows 8',
      `${L}\n\nSent from Windows Mail\n\nFrom: Tom Fox\nSent: ‎Monday‎, ‎May‎ ‎4‎, ‎2026 ‎2‎:‎22‎ ‎PM\nTo: Ida Ray\n\na\n\nb`,
      L,
    ],
    [
      'Zendesk quote',
      `${L}\n\nOn Mon, May 4, 2026 at 2:22 PM Fox Support <help@fox.test> wrote:\n\n> ##- Please type your reply above this line -##\n>\n> a`,
      L,
    ],
    ['Intercom', `${L}\n\nOn Mon, May 4, 2026 at 02:22 PM, Tom from Fox <tom@fox.intercom-mail.test> wrote:\n\n> a`, L],
    [
      'inline numbered',
      `Hello Tom,\n\nsee below.\n\n> 1. colour?\nblue\n> 2. size?\nlarge\n\nIda`,
      `Hello Tom,\n\nsee below.\n\n> 1. colour?\nblue\n> 2. size?\nlarge\n\nIda`,
    ],
    [
      'sig + disclaimer + quote below',
      `${L}\n\nIda Ray\nBuyer | Ray Ltd\n\nThis e-mail is confidential and intended for the addressee only. If you are not the intended recipient, delete it.\n\nFrom: Tom Fox <tom@fox.test>\nSent: 04 May 2026 14:22\nTo: Ida Ray <ida@ray.test>\nSubject: RE: Offer\n\na`,
      `${L}\n\nIda Ray\nBuyer | Ray Ltd`,
    ],
    [
      'markdown rule and list',
      `Plan:\n\n---\n\n1. pack\n2. ship\n\n---\n\nOk?`,
      `Plan:\n\n---\n\n1. pack\n2. ship\n\n---\n\nOk?`,
    ],
    [
      'minutes with Date and To',
      'Minutes\n\nDate: 4 May 2026\nTo be done: call Tom\nFrom now on: daily',
      'Minutes\n\nDate: 4 May 2026\nTo be done: call Tom\nFrom now on: daily',
    ],
    [
      'a name that writes',
      'Tom wrote me that it is late:\n\n- box one\n- box two',
      'Tom wrote me that it is late:\n\n- box one\n- box two',
    ],
    [
      'dated note',
      '4 May 2026, 14:22: the alarm rang.\n4 May 2026, 14:30: it stopped:\nnobody knows why',
      '4 May 2026, 14:22: the alarm rang.\n4 May 2026, 14:30: it stopped:\nnobody knows why',
    ],
    ['yahoo fr', `${L}\n\nLe lundi 4 mai 2026 à 14:22:10 UTC+2, ${T} a écrit :${U}`, L],
    ['yahoo nl', `${L}\n\nOp maandag 4 mei 2026 14:22:10 CEST schreef ${T}:${U}`, L],
    ['yahoo br', `${L}\n\nEm segunda-feira, 4 de maio de 2026 14:22:10 BRT, ${T} escreveu:${U}`, L],
    [
      'list rewriting',
      `${L}\n\nOn Mon, May 4, 2026 at 2:22 PM 'Tom Fox' via Sales Group EMEA <\nsales@fox.test> wrote:${Q}`,
      L,
    ],
    [
      'outlooked address',
      `${L}\n\nOn May 4, 2026, at 2:22 PM, Tom Fox <tom@fox.test<mailto:tom@fox.test>> wrote:${U}`,
      L,
    ],
    ['sv android', `${L}\n\nDen mån 4 maj 2026 14:22Tom Fox <tom@fox.test> skrev:${Q}`, L],
    ['pl android', `${L}\n\npon., 4 maj 2026, 14:22 użytkownik ${T} napisał:${Q}`, L],
    ['uk android', `${L}\n\nпн, 4 трав. 2026 р., 14:22 користувач ${T} пише:${Q}`, L],
    ['gmail android en', `${L}\n\nOn Mon, 4 May 2026, 14:22 Tom Fox, <tom@fox.test> wrote:${Q}`, L],
    [
      'outlook mac zh',
      `${L}\n\n发件人：Tom Fox <tom@fox.test>\n日期：2026年5月4日 星期一 下午2:22\n收件人：Ida\n主题：x${U}`,
      L,
    ],
    ['evolution de', `${L}\n\nAm Montag, den 04.05.2026, 14:22 +0200 schrieb Tom Fox:${Q}`, L],
    ['outlook mac de', `${L}\n\nAm 04.05.26, 14:22 schrieb "Tom Fox" <tom@fox.test>:${U}`, L],
    ['mutt bracket', `${L}\n\n* Tom Fox <tom@fox.test> [2026-05-04 14:22]:${Q}`, L],
    ['MH', `${L}\n\nIn message <123@fox.test>, Tom Fox writes:${Q}`, L],
    ['said the following', `${L}\n\nTom Fox said the following on 04.05.2026 14:22:${Q}`, L],
    ['horde nl', `${L}\n\nCiteren Tom Fox <tom@fox.test>:${Q}`, L],
    ['horde fr', `${L}\n\nSelon Tom Fox <tom@fox.test>:${Q}`, L],
    ['onet', `${L}\n\nW dniu 2026-05-04 14:22:10 użytkownik ${T} napisał:${Q}`, L],
    [
      'seznam',
      `${L}\n\n---------- Původní e-mail ----------\nOd: Tom <tom@fox.test>\nKomu: ida@ray.test\nDatum: 4. 5. 2026 14:22:10\nPředmět: x${U}`,
      L,
    ],
    [
      'libero',
      `${L}\n\n----Messaggio originale----\nDa: tom@fox.test\nData: 4-mag-2026 14.22\nA: <ida@ray.test>\nOgg: x${U}`,
      L,
    ],
    [
      'laposte',
      `${L}\n\nDe : "Tom" <tom@fox.test>\nA : ida@ray.test\nEnvoyé: lundi 4 Mai 2026 14:22:10\nObjet : x${U}`,
      L,
    ],
    [
      'naver',
      `${L}\n\n-----Original Message-----\nFrom: "Tom"<tom@fox.test>\nTo: ida@ray.test\nCc: \nSent: 2026-05-04 (월) 14:22:10 (GMT+09:00)\nSubject: x${U}`,
      L,
    ],
    [
      'daum',
      `${L}\n\n--------- 원본 메일 ---------\n보낸사람 : Tom <tom@fox.test>\n받는사람 : Ida\n날짜 : 2026년\n제목 : x${U}`,
      L,
    ],
    ['ukr.net', `${L}\n\n4 травня 2026, 14:22:10, від "Tom Fox" <tom@fox.test>:${U}`, L],
    [
      'tuta',
      `${L}\n\n--\nSent with Tuta; enjoy secure & ad-free emails.\n\n4 May 2026, 14:22 by tom@fox.test:\n\n> a\n> b`,
      L,
    ],
    ['tuta de', `${L}\n\n4. Mai 2026, 14:22 von tom@fox.test:\n\n> a\n> b`, L],
    [
      'groupwise on',
      `${L}\n\n>>> On Mon, May 4, 2026 at  2:22 PM, in message <5EB@fox.test>,\n"Tom Fox" <tom@fox.test> wrote:\n> a\n> b`,
      L,
    ],
    ['groupwise on short', `${L}\n\n>>> On 5/4/2026 at 2:22 PM, Tom Fox <tom@fox.test> wrote:\n> a\n> b`, L],
    [
      'salesforce',
      `${L}\n\n--------------- Original Message ---------------\nFrom: Tom Fox [tom@fox.test]\nSent: 5/4/2026 2:22 PM\nTo: ida@ray.test\nSubject: x${U}`,
      L,
    ],
    ['narrow space', `${L}\n\nOn Mon, May 4, 2026 at 2:22\u202fPM ${T} wrote:${Q}`, L],
    ['fr nbsp', `${L}\n\nLe lun. 4 mai 2026 à 14:22, ${T} a\u00a0écrit\u00a0:${U}`, L],
    ['three dashes name', `${L}\n\n---\nIda Ray\nBuyer`, L],
    ['postbox', `${L}\n\n> Tom Fox <mailto:tom@fox.test>\n> 4 May 2026 at 14:22\n> a\n> b`, L],
    [
      'wrote in list',
      `Three things:\n\nTom wrote:\n- a\n- b\n\nI disagree.`,
      `Three things:\n\nTom wrote:\n- a\n- b\n\nI disagree.`,
    ],
    [
      'a log',
      `The log says\n\n2026-05-04 14:22:10 GMT server: started\n2026-05-04 14:22:11 GMT mail from tom@fox.test:\nrefused`,
      `The log says\n\n2026-05-04 14:22:10 GMT server: started\n2026-05-04 14:22:11 GMT mail from tom@fox.test:\nrefused`,
    ],
    [
      'an address list',
      `Ship to:\n\nTom Fox <tom@fox.test>:\n5 Elm Street\n\nIda <ida@ray.test>:\n6 Elm Street`,
      `Ship to:\n\nTom Fox <tom@fox.test>:\n5 Elm Street\n\nIda <ida@ray.test>:\n6 Elm Street`,
    ],
    [
      'an agenda',
      `On Monday 4 May 2026 at 14:22 we meet:\n\n- a\n- b`,
      `On Monday 4 May 2026 at 14:22 we meet:\n\n- a\n- b`,
    ],
    [
      'order status',
      `Order placed on 4 May 2026 by Tom Fox (tom@fox.test):\n\n1 x red\n2 x blue\n\nPlease cancel it.`,
      `Order placed on 4 May 2026 by Tom Fox (tom@fox.test):\n\n1 x red\n2 x blue\n\nPlease cancel it.`,
    ],
    [
      'prices under a rule',
      `Prices\n------\nred 5\nblue 6\n\nOk for you?`,
      `Prices\n------\nred 5\nblue 6\n\nOk for you?`,
    ],
    ['phone under a rule', `Call me:\n\n-----\n+44 20 7946 0000`, `Call me:\n\n-----\n+44 20 7946 0000`],
  ])('%s', (_program, mail, words) => {
    expect(spaced(plainText(visibleInText(mail).body))).toBe(spaced(words))
  })
})

describe('in html', () => {
  test.each<[string, string, string]>([
    [
      'Outlook html',
      `<div class=WordSection1><p class=MsoNormal>Lovely, we take three.<o:p></o:p></p><p class=MsoNormal><o:p>&nbsp;</o:p></p><div><div style='border:none;border-top:solid #B5C4DF 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal><b><span>From:</span></b><span> Tom Fox [mailto:tom@fox.test] <br><b>Sent:</b> Monday, May 04, 2026 2:22 PM<br><b>To:</b> Ida Ray<br><b>Subject:</b> Offer<o:p></o:p></span></p></div></div><p class=MsoNormal>a</p></div>`,
      L,
    ],
    [
      'Outlook web html',
      `<div>Lovely, we take three.</div><div id="appendonsend"></div><hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr"><font face="Calibri"><b>Van:</b> Tom Fox &lt;tom@fox.test&gt;<br><b>Verzonden:</b> maandag 4 mei 2026 14:22<br><b>Aan:</b> Ida<br><b>Onderwerp:</b> x</font><div>&nbsp;</div></div><div>a</div>`,
      L,
    ],
    [
      'Gmail html, unknown language',
      `<div dir="ltr">Lovely, we take three.</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">Kwa 4 Mei, Tom Fox aliandika<br></div><div>a</div></div>`,
      L,
    ],
    [
      'Yahoo for Android',
      `Lovely, we take three.<br><br><div id="ymail_android_signature">Sent from Yahoo Mail on Android</div> <br> <html><body><blockquote style="margin: 0 0 20px 0;"> <div>On Mon, May 4, 2026 at 2:22 PM, Tom Fox</div><div>&lt;tom@fox.test&gt; wrote:</div> <div style="padding: 10px 0 0 20px;">a</div></blockquote></body></html>`,
      L,
    ],
    [
      'Apple html',
      `<html><body style="word-wrap: break-word;">Lovely, we take three.<br><div><br><blockquote type="cite"><div>On 4 May 2026, at 14:22, Tom Fox &lt;<a href="mailto:tom@fox.test">tom@fox.test</a>&gt; wrote:</div><br class="Apple-interchange-newline"><div>a<br>b</div></blockquote></div><br></body></html>`,
      L,
    ],
    [
      'iOS html with sig',
      `<div>Lovely, we take three.<br><br><div id="AppleMailSignature">Sent from my iPhone</div></div><div><br>On 4 May 2026, at 14:22, Tom Fox &lt;<a href="mailto:tom@fox.test">tom@fox.test</a>&gt; wrote:<br><br></div><blockquote type="cite"><div>a</div></blockquote>`,
      L,
    ],
    [
      'Zimbra html',
      `<div>Lovely, we take three.</div><hr id="zwchr"><div data-marker="__HEADERS__"><b>From: </b>"Tom Fox" &lt;tom@fox.test&gt;<br><b>To: </b>"Ida" &lt;ida@ray.test&gt;<br><b>Sent: </b>Monday, May 4, 2026 2:22:10 PM<br><b>Subject: </b>x<br></div><div data-marker="__QUOTED_TEXT__">a</div>`,
      L,
    ],
    [
      'Spark html',
      `<div name="messageBodySection">Lovely, we take three.</div><div name="messageSignatureSection"><br>Ida Ray</div><div name="messageReplySection">On 4 May 2026, 14:22 +0200, Tom Fox &lt;tom@fox.test&gt;, wrote:<br><blockquote type="cite">a</blockquote></div>`,
      L,
    ],
    [
      'Proton html',
      `<div>Lovely, we take three.</div><div class="protonmail_signature_block"><div>Ida</div></div><div class="protonmail_quote">On Monday, May 4th, 2026 at 2:22 PM, Tom Fox &lt;tom@fox.test&gt; wrote:<br><blockquote type="cite">a</blockquote></div>`,
      L,
    ],
    [
      'GMX html',
      `<div><div>Lovely, we take three.</div><div>&nbsp;</div><div><div name="quote" style="margin:10px 5px"><div><b>Gesendet:</b>&nbsp;Montag, 4. Mai 2026 um 14:22 Uhr<br/><b>Von:</b>&nbsp;"Tom Fox" &lt;tom@fox.test&gt;<br/><b>An:</b>&nbsp;ida@ray.test<br/><b>Betreff:</b>&nbsp;x</div><div name="quoted-content">a</div></div></div></div>`,
      L,
    ],
    [
      'QQ html',
      `<div>Lovely, we take three.</div><div>&nbsp;</div><div style="font-size:12px">------------------&nbsp;原始邮件&nbsp;------------------</div><div style="font-size:12px"><div><b>发件人:</b>&nbsp;"Tom"&lt;tom@fox.test&gt;;</div><div><b>发送时间:</b>&nbsp;2026年5月4日</div></div><div>a</div>`,
      L,
    ],
    [
      'html inline',
      `<p>See below.</p><blockquote>Which colour?</blockquote><p>Red.</p><blockquote>How many?</blockquote><p>Two.</p>`,
      `See below.\n\n> Which colour?\n\nRed.\n\n> How many?\n\nTwo.`,
    ],
    [
      'html signature typed in',
      `<div>Hi Tom,</div><div class="gmail_signature">${'We need three of them because the others broke on the way to Oslo. '.repeat(30)}</div>`,
      `Hi Tom,\n${'We need three of them because the others broke on the way to Oslo. '.repeat(30).trim()}`,
    ],
    [
      'html answer inside the container',
      `<div class="gmail_quote"><div>On Mon, 4 May 2026, Tom &lt;tom@fox.test&gt; wrote:</div><blockquote>Which?</blockquote><div>Red.</div></div>`,
      `Red.`,
    ],
    [
      'html moz',
      `<div class="moz-cite-prefix">Am 04.05.26 um 14:22 schrieb Tom Fox:<br></div><blockquote type="cite" cite="mid:x"><p>Which?</p></blockquote><p>Red, please.</p>`,
      'Red, please.',
    ],
  ])('%s', (_program, mail, words) => {
    expect(spaced(plainText(visibleInHtml(mail).body))).toBe(spaced(words))
  })
})

describe('a program’s own mark of what is not the writer’s', () => {
  const reply = '<div>Lovely, we take three.</div>'
  test.each([
    ['gmail_quote', '<div class="gmail_quote">Kwa 4 Mei, Tom aliandika<br>a</div>'],
    ['yahoo_quoted', '<div class="yahoo_quoted" id="yahoo_quoted_1">a</div>'],
    ['protonmail_quote', '<div class="protonmail_quote">a</div>'],
    ['tutanota_quote', '<div class="tutanota_quote">a</div>'],
    ['divRplyFwdMsg', '<div id="divRplyFwdMsg">x</div><div>a</div>'],
    ['x_divRplyFwdMsg', '<div id="x_divRplyFwdMsg">x</div><div>a</div>'],
    ['appendonsend', '<div id="appendonsend"></div><div>a</div>'],
    ['stopSpelling', '<hr id="stopSpelling">x<br>a'],
    ['GMX', '<div name="quote">a</div>'],
    ['Spark', '<div name="messageReplySection">a</div>'],
    ['Zimbra', '<div data-marker="__QUOTED_TEXT__">a</div>'],
    ['Gmail’s signature', '<div class="gmail_signature" data-smartmail="gmail_signature">Ida<br>Ray Ltd</div>'],
    ['Thunderbird’s signature', '<div class="moz-signature">-- <br>Ida</div>'],
    ['Apple’s signature', '<div id="AppleMailSignature">Ida</div>'],
    ['Outlook’s signature', '<div id="Signature"><p>Ida</p></div>'],
  ])('%s', (_name, part) => {
    const { body, full } = visibleInHtml(reply + part)
    expect(plainText(body)).toBe(L)
    expect(full).not.toBeNull()
    // Alone it is all that there is.
    expect(visibleInHtml(part).full).toBeNull()
  })

  test('a forwarded mail stays, whatever it is marked as', () => {
    const page = `${reply}<div class="gmail_quote">---------- Forwarded message ---------<br>From: Tom &lt;tom@fox.test&gt;<br>Subject: x<br><br>a <div class="gmail_signature">Tom</div></div>`
    expect(plainText(visibleInHtml(page).body)).toContain('Tom')
    expect(visibleInHtml(page).full).toBeNull()
  })
  test('answers between quotes stay, whatever they are in', () => {
    const page = `${reply}<div class="gmail_quote"><blockquote>Which?</blockquote><div>Red.</div><blockquote>How many?</blockquote><div>Two.</div></div>`
    expect(plainText(visibleInHtml(page).body)).toContain('Red.')
  })
})
