import { shown } from './address.ts'
import type { Mail, Person, QuoteStyle } from './types.ts'

export interface TwoForms {
  text: string
  html: string
}

/** The reply above the quoted mail, in the manner of a mail program that many people use. */
export function withQuote(style: QuoteStyle, reply: TwoForms, mail: Mail): TwoForms {
  return STYLES[style](reply, mail)
}

const STYLES = { gmail, outlook, apple }

function gmail(reply: TwoForms, mail: Mail): TwoForms {
  const when = `${date(mail, { weekday: 'short', month: 'short', day: 'numeric', year: 'numeric' })} at ${clock(mail)}`
  const from = mail.from ?? NOBODY
  const line = `On ${when} ${shown(from)} wrote:`
  const folded = line.length > 78 ? line.replace(/ wrote:$/, '\nwrote:') : line
  return {
    text: `${reply.text}\n\n${folded}\n\n${prefixed(mail.text)}\n`,
    html:
      `<div dir="ltr">${reply.html}</div><br><div class="gmail_quote gmail_quote_container">` +
      `<div dir="ltr" class="gmail_attr">On ${when} ${linked(from)} wrote:<br></div>` +
      '<blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);' +
      `padding-left:1ex">${bodyOf(mail)}</blockquote></div>`,
  }
}

function outlook(reply: TwoForms, mail: Mail): TwoForms {
  const lines = outlookHeader(mail)
  const block = lines.map(([name, value]) => `<b>${name}:</b> ${escapeHtml(value)}`).join('<br>')
  return {
    text: `${reply.text}\n\n${'_'.repeat(32)}\n${lines.map(line => line.join(': ')).join('\n')}\n\n${mail.text}\n`,
    html:
      '<html><head><style type="text/css" style="display:none;"> P {margin-top:0;margin-bottom:0;} </style></head>' +
      '<body dir="ltr"><div class="elementToProof" style="font-family: Aptos, Calibri, sans-serif; font-size: 12pt;">' +
      `${reply.html}</div><div id="appendonsend"></div><hr style="display:inline-block;width:98%" tabindex="-1">` +
      '<div id="divRplyFwdMsg" dir="ltr"><font face="Calibri, sans-serif" style="font-size:11pt" color="#000000">' +
      `${block}</font><div>&nbsp;</div></div><div>${bodyOf(mail)}</div></body></html>`,
  }
}

function outlookHeader(mail: Mail): [string, string][] {
  const day = date(mail, { weekday: 'long', month: 'long', day: 'numeric', year: 'numeric' })
  return [
    ['From', shown(mail.from ?? NOBODY)],
    ['Sent', `${day} ${clock(mail)}`],
    ['To', mail.to.map(shown).join('; ')],
    ['Subject', mail.subject],
  ]
}

function apple(reply: TwoForms, mail: Mail): TwoForms {
  const day = new Date(mail.at).toLocaleString('en-GB', {
    timeZone: 'UTC',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
  })
  const hour = new Date(mail.at).toLocaleTimeString('en-GB', { timeZone: 'UTC', hour: '2-digit', minute: '2-digit' })
  const line = `On ${day}, at ${hour}, ${shown(mail.from ?? NOBODY)} wrote:`
  return {
    text: `${reply.text}\n\n${prefixed(`${line}\n\n${mail.text}`)}\n`,
    html:
      '<html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"></head>' +
      '<body style="overflow-wrap: break-word; -webkit-nbsp-mode: space; line-break: after-white-space;">' +
      `${reply.html}<br id="lineBreakAtBeginningOfMessage"><div><br><blockquote type="cite">` +
      `<div>${escapeHtml(line)}</div><br class="Apple-interchange-newline"><div>${bodyOf(mail)}</div>` +
      '</blockquote></div><br></body></html>',
  }
}

/** A forwarded mail below a few words. */
export function asForwarded(words: TwoForms, mail: Mail): TwoForms {
  const lines = [
    '---------- Forwarded message ---------',
    `From: ${shown(mail.from ?? NOBODY)}`,
    `Date: ${date(mail, { weekday: 'short', month: 'short', day: 'numeric', year: 'numeric' })} at ${clock(mail)}`,
    `Subject: ${mail.subject}`,
    `To: ${mail.to.map(shown).join(', ')}`,
  ]
  return {
    text: `${words.text}\n\n${lines.join('\n')}\n\n\n${mail.text}\n`,
    html:
      `<div dir="ltr">${words.html}<br><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" ` +
      `class="gmail_attr">${lines.map(escapeHtml).join('<br>')}<br></div><br><br>${bodyOf(mail)}</div></div>`,
  }
}

const NOBODY: Person = { name: '', address: 'unknown' }

/** Text as a mail program writes it into html. */
export function htmlOf(text: string): string {
  return escapeHtml(text).replace(/\r?\n/g, '<br>')
}

export function escapeHtml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;')
}

function bodyOf(mail: Mail): string {
  if (mail.html === undefined) return htmlOf(mail.text)
  return /<body[^>]*>([\s\S]*)<\/body>/i.exec(mail.html)?.[1] ?? mail.html
}

function prefixed(text: string): string {
  return text
    .split('\n')
    .map(line => (line.startsWith('>') ? `>${line}` : `> ${line}`))
    .join('\n')
}

function linked({ name, address }: Person): string {
  const link = `&lt;<a href="mailto:${escapeHtml(address)}">${escapeHtml(address)}</a>&gt;`
  return name ? `${escapeHtml(name)} ${link}` : link
}

function date(mail: Mail, format: Intl.DateTimeFormatOptions): string {
  return new Date(mail.at).toLocaleDateString('en-US', { timeZone: 'UTC', ...format })
}

function clock(mail: Mail): string {
  return new Date(mail.at).toLocaleTimeString('en-US', { timeZone: 'UTC', hour: 'numeric', minute: '2-digit' })
}
