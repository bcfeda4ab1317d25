import { randomUUID } from 'node:crypto'
import MailComposer from 'nodemailer/lib/mail-composer'
import type Mailer from 'nodemailer/lib/mailer'
import { addressOf, domainOf, readPerson, written } from './address.ts'
import { asForwarded, htmlOf, type TwoForms, withQuote } from './quote.ts'
import type { Enclosure, Envelope, FreshMail, Mail, Person, ReplyText } from './types.ts'

export interface Letter {
  raw: Buffer
  envelope: Envelope
}

/** The customer's answer to a mail: to its Reply-To, in its thread, the mail quoted below. */
export function composeReply(author: Person, mail: Mail, reply: ReplyText, at: number): Promise<Letter> {
  const { text, html } = replyBody(mail, reply)
  const { address, name } = mail.replyTo[0] ?? mail.from ?? { name: '', address: mail.envelope.from }
  return compose(author, at, reply.headers, {
    ...addressing(author, reply.from, reply.to ?? written({ name, address }), reply.cc),
    subject: /^re:/i.test(mail.subject) ? mail.subject : `Re: ${mail.subject}`,
    ...threadOf(mail),
    text,
    html,
    attachments: enclosed(reply.attachments),
  })
}

/** A mail that begins a conversation. */
export function composeFresh(author: Person, fresh: FreshMail, at: number): Promise<Letter> {
  return compose(author, at, fresh.headers, {
    ...addressing(author, fresh.from, fresh.to, fresh.cc),
    subject: fresh.subject,
    text: fresh.text,
    html: fresh.html,
    attachments: enclosed(fresh.attachments),
  })
}

/** A mail passed on, with its attachments and a few words above it. */
export function composeForward(
  author: Person,
  mail: Mail,
  to: string | string[],
  words: string,
  at: number,
): Promise<Letter> {
  return compose(author, at, undefined, {
    ...addressing(author, undefined, to, undefined),
    subject: `Fwd: ${mail.subject}`,
    references: [...mail.references, mail.messageId].filter(id => id !== ''),
    ...asForwarded({ text: words, html: htmlOf(words) }, mail),
    attachments: enclosed(mail.attachments.map(a => ({ name: a.name, type: a.type, content: mail.content(a.index) }))),
  })
}

/** The notice of a mailbox whose owner is away: automatic, says so, and comes from the null sender. */
export async function composeAbsence(
  author: Person,
  mail: Mail,
  to: string,
  text: string,
  at: number,
): Promise<Letter> {
  const headers = {
    'Auto-Submitted': 'auto-replied',
    'X-Auto-Response-Suppress': 'All',
    Precedence: 'auto_reply',
  }
  const letter = await compose(author, at, headers, {
    ...addressing(author, undefined, to, undefined),
    subject: `Automatic reply: ${mail.subject}`,
    ...threadOf(mail),
    text,
  })
  return { ...letter, envelope: { from: '', to: letter.envelope.to } }
}

/** The bytes as the last server leaves them in a mailbox: with the envelope written above the headers. */
export function asDelivered(raw: Buffer, envelope: Envelope): Buffer {
  const lines = [`Return-Path: <${envelope.from}>`, ...envelope.to.map(to => `Delivered-To: ${to}`)]
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n`), raw])
}

type Fields = Mailer.Options & { from: string; to: string[]; cc: string[] }

async function compose(author: Person, at: number, headers: ReplyText['headers'], fields: Fields): Promise<Letter> {
  const messageId = `<${randomUUID()}@${domainOf(author.address)}>`
  const raw = await new MailComposer({ messageId, date: new Date(at), ...fields }).compile().build()
  return {
    raw: withHeaders(raw, headers ?? {}),
    envelope: { from: addressOf(fields.from), to: [...fields.to, ...fields.cc].map(addressOf) },
  }
}

function addressing(author: Person, from: string | undefined, to: string | string[], cc: string[] | undefined) {
  const person = readPerson(from ?? written(author))
  return { from: written({ name: person.name || author.name, address: person.address }), to: [to].flat(), cc: cc ?? [] }
}

function threadOf(mail: Mail): Pick<Mailer.Options, 'inReplyTo' | 'references'> {
  if (mail.messageId === '') return {}
  return { inReplyTo: mail.messageId, references: [...mail.references, mail.messageId] }
}

function replyBody(mail: Mail, reply: ReplyText): { text: string; html: string | undefined } {
  const own: TwoForms = { text: reply.text, html: reply.html || htmlOf(reply.text) }
  const style = reply.quote === undefined || reply.quote === true ? 'gmail' : reply.quote
  const whole = style === false ? own : withQuote(style, own, mail)
  return { text: whole.text, html: reply.html === false ? undefined : whole.html }
}

function enclosed(enclosures: Enclosure[] = []): NonNullable<Mailer.Options['attachments']> {
  return enclosures.map(({ name, content, type, cid }) => ({
    filename: name,
    content,
    ...(type === undefined ? {} : { contentType: type }),
    ...(cid === undefined ? {} : { cid, contentDisposition: 'inline' as const }),
  }))
}

function withHeaders(raw: Buffer, headers: Record<string, string | null>): Buffer {
  if (Object.keys(headers).length === 0) return raw
  const end = raw.indexOf('\r\n\r\n')
  const replaced = new Set(Object.keys(headers).map(name => name.toLowerCase()))
  const kept = raw
    .toString('latin1', 0, end)
    .split(/\r\n(?![ \t])/)
    .filter(line => !replaced.has(line.slice(0, line.indexOf(':')).toLowerCase()))
  const added = Object.entries(headers).flatMap(([name, value]) => (value === null ? [] : [`${name}: ${value}`]))
  const head = Buffer.concat([Buffer.from(kept.join('\r\n'), 'latin1'), Buffer.from(`\r\n${added.join('\r\n')}`)])
  return Buffer.concat([added.length ? head : Buffer.from(kept.join('\r\n'), 'latin1'), raw.subarray(end)])
}
