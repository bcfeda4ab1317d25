/** What is written in the bench: about 2 KB a mail as text and html, and answers of 3.6 KB. */

/** Stands in the subject, by which the far side knows the ticket again. */
export const markOf = (n: number): string => `mark${n}end`
export const answerMarkOf = (n: number): string => `answer${n}end`

export const PARAGRAPHS = [
  'Good morning, and thank you for your order of the twelve blue lamps. They left our works yesterday with the evening carrier and should be with you on Thursday before noon; somebody needs to be at the door, since the driver may not leave them in the yard.',
  'Two of the twelve have the newer switch with the longer lead. They cost the same and fit the same holes, and if you would rather have the older one we exchange them at our cost. Just answer this mail and say which; there is nothing to sign and nothing to send back beforehand.',
  'The invoice is on its way by post. As agreed you have thirty days, with two per cent off within ten. If the address that we have is not the one that your book-keeping uses, tell us before the end of the week and we will write it anew.',
  'Please look at the lamps when they come, as the carrier takes complaints for two days only. We are here from eight to five, and gladly help with the wiring.',
]

export const BODY = PARAGRAPHS.join('\n\n')
export const HTML = `<html><body>${PARAGRAPHS.map(p => `<p style="margin:0 0 12px">${p}</p>`).join('\n')}</body></html>`

const THANKS =
  'Thank you, Thursday suits us well and somebody will be at the door from seven. We would rather have the older switch for both lamps, if that is no trouble, because the electrician has already cut the leads to length.'

export interface AnswerMail {
  n: number
  from: string
  to: string
  inReplyTo: string
  subject: string
}

/** A customer's answer as a mail program writes it, with the mail that it answers quoted below; about 3.6 KB. */
export function answerMail({ n, from, to, inReplyTo, subject }: AnswerMail): string {
  const said = `${THANKS} Our number is ${answerMarkOf(n)}.`
  const quoted = PARAGRAPHS.slice(0, 3)
  return [
    `Received: from mail.globex.test (mail.globex.test [192.0.2.7]) by mx.bench.test with ESMTPS id ${n}; ${DATE}`,
    `From: Bob Rowe <${from}>`,
    `To: Support <${to}>`,
    `Subject: Re: ${subject}`,
    `Date: ${DATE}`,
    `Message-ID: <answer.${n}@globex.test>`,
    `In-Reply-To: ${inReplyTo}`,
    `References: ${inReplyTo}`,
    'MIME-Version: 1.0',
    'Content-Type: multipart/alternative; boundary="b0undary"',
    '',
    '--b0undary',
    'Content-Type: text/plain; charset=utf-8',
    '',
    said,
    '',
    'On Mon, 5 Jan 2026 at 09:00, Support <support@bench.test> wrote:',
    ...quoted.map(p => `> ${p}\r\n>`),
    '--b0undary',
    'Content-Type: text/html; charset=utf-8',
    '',
    `<div dir="ltr"><p>${said}</p></div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">On Mon, 5 Jan 2026 at 09:00, Support &lt;support@bench.test&gt; wrote:<br></div><blockquote class="gmail_quote" style="margin:0 0 0 .8ex;border-left:1px solid #ccc;padding-left:1ex">`,
    ...quoted.map(p => `<p style="margin:0 0 12px">${p}</p>`),
    '</blockquote></div>',
    '--b0undary--',
    '',
  ].join('\r\n')
}

const DATE = 'Mon, 5 Jan 2026 10:00:00 +0000'
