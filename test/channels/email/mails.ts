import { asArrival } from '../../../src/channels/email/arrival.ts'
import { keyOf } from '../../../src/channels/email/identity.ts'
import { readMail } from '../../../src/channels/email/read/mail.ts'
import type { Envelope } from '../../../src/channels/email/receive/recipients.ts'
import type { InboundRow } from '../../../src/db/schema.ts'
import { KEY } from './letters.ts'

/** A mail as bytes: header lines that are wanted otherwise replace the usual ones of Jane's answer, null leaves one out. */
export function mail(body: string, headers: Record<string, string | null> = {}): Buffer {
  const all: Record<string, string | null> = {
    From: 'Jane Doe <jane@acme.test>',
    To: 'help@support.test',
    Subject: 'Re: Your order',
    'Message-ID': '<answer@acme.test>',
    Date: 'Tue, 03 Mar 2026 10:00:00 +0000',
    'MIME-Version': '1.0',
    'Content-Type': 'text/plain; charset=utf-8',
    ...headers,
  }
  const lines = Object.entries(all).flatMap(([name, value]) => (value === null ? [] : [`${name}: ${value}`]))
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body.replace(/\r?\n/g, '\r\n')}`)
}

export function html(body: string, headers: Record<string, string | null> = {}): Buffer {
  return mail(body, { 'Content-Type': 'text/html; charset=utf-8', ...headers })
}

/** A stored arrival with these bytes. */
export function row(raw: Buffer, envelope: Envelope = {}): InboundRow {
  return {
    id: 'inbound-1',
    channel: 'email',
    key: keyOf(raw),
    raw,
    envelope: JSON.stringify(envelope),
    state: 'pending',
    reason: null,
    attempts: 1,
    due_at: 0,
    received_at: 0,
    settled_at: null,
    message_id: null,
    about: null,
    team_id: null,
    kind: null,
    rule: null,
    dropped_at: null,
    from_address: null,
    passed_at: null,
    banned_by: null,
    ticket_id: null,
    given_by: null,
  }
}

export function read(raw: Buffer, envelope: Envelope = {}) {
  return readMail(raw, envelope, { key: KEY })
}

export async function arrivalOf(raw: Buffer, envelope: Envelope = {}) {
  return asArrival(row(raw, envelope), await read(raw, envelope))
}
