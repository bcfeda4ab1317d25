import { randomUUID } from 'node:crypto'
import { domainOf } from './address.ts'
import type { Letter } from './compose.ts'
import type { Bounce, Mail } from './types.ts'

/**
 * The report (RFC 3464) by which the server of a mailbox returns a mail to its envelope sender, itself from the null
 * sender. Throws for a mail from the null sender, which nobody may bounce.
 */
export function composeBounce(mail: Mail, bounce: Bounce, at: number): Letter {
  if (mail.envelope.from === '') throw new Error('A mail from the null sender is never returned.')
  const status = bounce.status ?? '5.1.1'
  const report = { status, diagnostic: bounce.diagnostic ?? DIAGNOSTICS[status] ?? 'delivery failed', at }
  const boundary = `=_${randomUUID()}`
  const parts = [notice(mail, report), deliveryStatus(mail, report), returned(mail, bounce.whole === true)]
  const raw = Buffer.concat([head(mail, report, boundary), joinParts(boundary, parts)])
  return { raw, envelope: { from: '', to: [mail.envelope.from] } }
}

const DIAGNOSTICS: Record<string, string> = {
  '5.1.1': 'user unknown',
  '5.1.2': 'host not found',
  '5.2.1': 'mailbox disabled',
  '5.2.2': 'mailbox full',
  '5.7.1': 'message refused by policy',
  '4.4.1': 'connection timed out',
}

interface Report {
  status: string
  diagnostic: string
  at: number
}

function head(mail: Mail, report: Report, boundary: string): Buffer {
  const server = domainOf(mail.mailbox)
  return lines([
    `From: Mail Delivery System <mailer-daemon@${server}>`,
    `To: <${mail.envelope.from}>`,
    `Subject: ${delayed(report) ? 'Delayed Mail (still being retried)' : 'Undelivered Mail Returned to Sender'}`,
    `Date: ${new Date(report.at).toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${randomUUID()}@${server}>`,
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status;',
    `\tboundary="${boundary}"`,
    '',
    'This is a MIME-encapsulated message.',
    '',
  ])
}

function notice(mail: Mail, report: Report): Buffer {
  return lines([
    'Content-Description: Notification',
    'Content-Type: text/plain; charset=us-ascii',
    '',
    `This is the mail system at host mx.${domainOf(mail.mailbox)}.`,
    '',
    delayed(report)
      ? 'Your message could not be delivered yet. It will be retried until it is five days old.'
      : 'I am sorry to have to inform you that your message could not be delivered to one or more recipients.',
    '',
    `<${mail.mailbox}>: ${smtpAnswer(report)}`,
  ])
}

function deliveryStatus(mail: Mail, report: Report): Buffer {
  const server = domainOf(mail.mailbox)
  return lines([
    'Content-Description: Delivery report',
    'Content-Type: message/delivery-status',
    '',
    `Reporting-MTA: dns; mx.${server}`,
    `Arrival-Date: ${new Date(mail.at).toUTCString().replace('GMT', '+0000')}`,
    '',
    `Final-Recipient: rfc822; ${mail.mailbox}`,
    `Original-Recipient: rfc822;${mail.mailbox}`,
    `Action: ${delayed(report) ? 'delayed' : 'failed'}`,
    `Status: ${report.status}`,
    `Remote-MTA: dns; mail.${server}`,
    `Diagnostic-Code: smtp; ${smtpAnswer(report)}`,
  ])
}

function returned(mail: Mail, whole: boolean): Buffer {
  const end = mail.raw.indexOf('\r\n\r\n')
  const type = whole ? 'message/rfc822' : 'text/rfc822-headers'
  const description = whole ? 'Undelivered Message' : 'Undelivered Message Headers'
  const bytes = whole || end < 0 ? mail.raw : mail.raw.subarray(0, end + 2)
  return Buffer.concat([lines([`Content-Description: ${description}`, `Content-Type: ${type}`, '']), bytes])
}

function smtpAnswer({ status, diagnostic }: Report): string {
  return `${status.startsWith('4') ? 450 : 550} ${status} ${diagnostic}`
}

function delayed({ status }: Report): boolean {
  return status.startsWith('4')
}

/** The body of a mail of several parts. */
export function joinParts(boundary: string, parts: Buffer[]): Buffer {
  const body = parts.map(part => Buffer.concat([lines([`--${boundary}`]), part, lines([''])]))
  return Buffer.concat([...body, lines([`--${boundary}--`])])
}

export function lines(text: string[]): Buffer {
  return Buffer.from(`${text.join('\r\n')}\r\n`)
}
