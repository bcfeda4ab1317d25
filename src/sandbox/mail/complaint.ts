import { randomUUID } from 'node:crypto'
import { domainOf } from './address.ts'
import { joinParts, lines } from './bounce.ts'
import type { Letter } from './compose.ts'
import type { Mail } from './types.ts'

/**
 * The report (RFC 5965) by which a mailbox's provider tells whoever wrote a mail that its reader called it spam, with the
 * mail itself.
 */
export function composeComplaint(mail: Mail, at: number): Letter {
  const boundary = `=_${randomUUID()}`
  const server = domainOf(mail.mailbox)
  const to = mail.from?.address ?? mail.envelope.from
  const head = lines([
    `From: Complaints <complaints@${server}>`,
    `To: <${to}>`,
    `Subject: Complaint about: ${mail.subject.replace(/[^\x20-\x7e]/g, '?')}`,
    `Date: ${new Date(at).toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${randomUUID()}@${server}>`,
    'Auto-Submitted: auto-generated',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=feedback-report;',
    `\tboundary="${boundary}"`,
    '',
  ])
  const raw = Buffer.concat([head, joinParts(boundary, [notice(server), feedback(mail, at), returned(mail)])])
  return { raw, envelope: { from: `complaints@${server}`, to: [to] } }
}

function notice(server: string): Buffer {
  return lines([
    'Content-Type: text/plain; charset=us-ascii',
    '',
    `This is an email abuse report for a mail that was received at ${server}.`,
  ])
}

function feedback(mail: Mail, at: number): Buffer {
  return lines([
    'Content-Type: message/feedback-report',
    '',
    'Feedback-Type: abuse',
    'User-Agent: Sandbox/1.0',
    'Version: 1',
    `Original-Mail-From: <${mail.envelope.from}>`,
    `Original-Rcpt-To: <${mail.mailbox}>`,
    `Arrival-Date: ${new Date(mail.at).toUTCString().replace('GMT', '+0000')}`,
    `Received-Date: ${new Date(at).toUTCString().replace('GMT', '+0000')}`,
  ])
}

function returned(mail: Mail): Buffer {
  return Buffer.concat([lines(['Content-Type: message/rfc822', '']), mail.raw])
}
