import { createHash } from 'node:crypto'
import { HTML, PARAGRAPHS } from './texts.ts'

/** Mails as customers' programs and mail systems write them, for what reads them: about 12 KB each on average. */
export function someMails(count: number): Buffer[] {
  return Array.from({ length: count }, (_, n) => Buffer.from((KINDS[n % KINDS.length] as (n: number) => string)(n)))
}

const KINDS = [plainReply, htmlReply, outlookReply, plainReply, htmlReply, bounce, withFile, flowedReply]

function header(n: number, subject: string, more: string[]): string[] {
  return [
    `Return-Path: <bob${n}@globex.test>`,
    ...[1, 2, 3].map(
      hop =>
        `Received: from relay${hop}.globex.test (relay${hop}.globex.test [192.0.2.${hop}])\r\n\tby mx${hop}.bench.test with ESMTPS id ${n}.${hop};\r\n\tMon, 5 Jan 2026 10:00:0${hop} +0000`,
    ),
    `DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=globex.test; s=k1;\r\n\th=from:to:subject:date; bh=${noise(n, 44)};\r\n\tb=${noise(n + 1, 300).replace(/(.{70})/g, '$1\r\n\t ')}`,
    `From: =?utf-8?Q?Bob_R=C3=B6we?= <bob${n}@globex.test>`,
    'To: "Support" <support+t0ken@bench.test>',
    'Cc: Ann Lee <ann@globex.test>, ben@globex.test',
    `Subject: ${subject}`,
    'Date: Mon, 5 Jan 2026 10:00:00 +0000',
    `Message-ID: <answer.${n}@globex.test>`,
    `In-Reply-To: <mail.${n}@bench.test>`,
    `References: <first.${n}@bench.test>\r\n <mail.${n}@bench.test>`,
    'MIME-Version: 1.0',
    ...more,
    '',
  ]
}

const SAID = `Thank you, that suits us well.\r\n\r\n${PARAGRAPHS[1]}`
const ATTRIBUTION = 'On Mon, 5 Jan 2026 at 09:00, Support <support@bench.test> wrote:'
const quoted = PARAGRAPHS.map(p => `> ${p.replace(/(.{60,70}) /g, '$1\r\n> ')}\r\n>`).join('\r\n')

function plainReply(n: number): string {
  const encoding = ['Content-Type: text/plain; charset=iso-8859-1', 'Content-Transfer-Encoding: quoted-printable']
  const body = [SAID, '', '-- ', 'Bob R=F6we', 'Globex', '', ATTRIBUTION, quoted].join('\r\n')
  return [...header(n, 'Re: Your order', encoding), body, ''].join('\r\n')
}

function flowedReply(n: number): string {
  const type = ['Content-Type: text/plain; charset=utf-8; format=flowed', 'Content-Transfer-Encoding: 8bit']
  const soft = SAID.replace(/(.{60,70}) /g, '$1 \r\n')
  return [...header(n, '=?utf-8?B?UmU6IELDvHJvIHVuZCBMYW1wZW4=?=', type), soft, '', ATTRIBUTION, quoted, ''].join(
    '\r\n',
  )
}

function alternative(n: number, html: string): string {
  return [
    ...header(n, 'Re: Your order', ['Content-Type: multipart/alternative; boundary="b0undary"']),
    '--b0undary',
    'Content-Type: text/plain; charset="UTF-8"',
    'Content-Transfer-Encoding: 8bit',
    '',
    SAID,
    '',
    ATTRIBUTION,
    quoted,
    '--b0undary',
    'Content-Type: text/html; charset="UTF-8"',
    'Content-Transfer-Encoding: quoted-printable',
    '',
    html.replace(/=/g, '=3D').replace(/(.{70,74})(?=[^=\r\n])/g, '$1=\r\n'),
    '--b0undary--',
    '',
  ].join('\r\n')
}

function htmlReply(n: number): string {
  const html = `<div dir="ltr"><p>${SAID}</p></div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">On Mon, 5 Jan 2026 at 09:00, Support &lt;support@bench.test&gt; wrote:<br></div><blockquote class="gmail_quote" style="margin:0 0 0 .8ex;border-left:1px solid #ccc;padding-left:1ex">${HTML}${HTML}</blockquote></div>`
  return alternative(n, html)
}

function outlookReply(n: number): string {
  const paragraph = (text: string) =>
    `<p class="MsoNormal"><span style="font-size:11.0pt;font-family:&quot;Calibri&quot;,sans-serif">${text}<o:p></o:p></span></p>`
  const style = `<style><!-- ${Array.from({ length: 60 }, (_, i) => `p.Style${i} {margin:0cm; font-size:11.0pt; font-family:"Calibri",sans-serif;}`).join('\r\n')} --></style>`
  const block =
    '<b>From:</b> Support &lt;support@bench.test&gt; <br><b>Sent:</b> Monday, January 5, 2026 9:00 AM<br><b>To:</b> Bob<br><b>Subject:</b> Your order'
  return alternative(
    n,
    `<html><head>${style}</head><body lang="EN-GB"><div class="WordSection1">${paragraph(SAID)}${paragraph('&nbsp;')}<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm">${paragraph(block)}</div>${[...PARAGRAPHS, ...PARAGRAPHS].map(paragraph).join('')}</div></body></html>`,
  )
}

function withFile(n: number): string {
  return [
    ...header(n, 'The signed order', ['Content-Type: multipart/mixed; boundary="0uter"']),
    '--0uter',
    'Content-Type: text/plain; charset=utf-8',
    '',
    SAID,
    '--0uter',
    'Content-Type: application/pdf; name="order.pdf"',
    'Content-Transfer-Encoding: base64',
    'Content-Disposition: attachment; filename="order.pdf"',
    '',
    noise(n, 30_000).replace(/(.{76})/g, '$1\r\n'),
    '--0uter--',
    '',
  ].join('\r\n')
}

function bounce(n: number): string {
  return [
    ...header(n, 'Undelivered Mail Returned to Sender', [
      'Auto-Submitted: auto-replied',
      'Content-Type: multipart/report; report-type=delivery-status; boundary="rep0rt"',
    ]),
    '--rep0rt',
    'Content-Type: text/plain; charset=us-ascii',
    '',
    'This is the mail system at host mx.globex.test.\r\n\r\nI am sorry to tell you that your message could not be delivered.',
    '',
    `<nobody${n}@globex.test>: host mx.globex.test[192.0.2.9] said: 550 5.1.1 User unknown`,
    '--rep0rt',
    'Content-Type: message/delivery-status',
    '',
    `Reporting-MTA: dns; mx.globex.test\r\n\r\nFinal-Recipient: rfc822; nobody${n}@globex.test\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 User unknown`,
    '--rep0rt',
    'Content-Type: message/rfc822',
    '',
    `From: Support <support@bench.test>\r\nTo: nobody${n}@globex.test\r\nSubject: Your order\r\nMessage-ID: <mail.${n}@bench.test>\r\n\r\n${PARAGRAPHS.join('\r\n\r\n')}`,
    '--rep0rt--',
    '',
  ].join('\r\n')
}

/** Base64 that is the same every time. */
function noise(n: number, length: number): string {
  let text = ''
  for (let i = 0; text.length < length; i++) text += createHash('sha512').update(`${n}.${i}`).digest('base64')
  return text.replace(/=/g, '').slice(0, length)
}
