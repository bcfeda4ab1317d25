import { convert } from 'html-to-text'
import { type AddressObject, type Attachment, type ParsedMail, simpleParser } from 'mailparser'
import type { MailAttachment, MailView, Person } from './types.ts'

export type ReadMail = Omit<MailView, 'id' | 'mailbox' | 'direction' | 'at' | 'envelope'> & {
  content(index: number): Buffer
}

const PARSER = {
  skipHtmlToText: true,
  skipTextToHtml: true,
  skipTextLinks: true,
  skipImageLinks: true,
  keepCidLinks: true,
  keepDeliveryStatus: true,
}

/** What a mail program would show of these bytes. A mail that cannot be read gives empty fields, never an error. */
export async function readMail(raw: Buffer): Promise<ReadMail> {
  const mail = await simpleParser(raw, PARSER).catch(() => simpleParser('\r\n', PARSER))
  return {
    from: people(mail.from)[0],
    to: people(mail.to),
    cc: people(mail.cc),
    replyTo: people(mail.replyTo),
    subject: mail.subject ?? '',
    messageId: mail.messageId ?? '',
    inReplyTo: mail.inReplyTo ?? '',
    references: typeof mail.references === 'string' ? [mail.references] : (mail.references ?? []),
    headers: mail.headerLines.map(({ line }) => header(line)),
    text: textOf(mail),
    html: mail.html || undefined,
    attachments: mail.attachments.map(describe),
    content: index => {
      const found = mail.attachments[index]
      if (!found) throw new RangeError(`The mail has no attachment ${index}.`)
      return found.content
    },
  }
}

function textOf(mail: ParsedMail): string {
  const text = mail.text ?? (mail.html ? convert(mail.html, { wordwrap: false, limits: { maxDepth: 100 } }) : '')
  return text.replace(/\r\n/g, '\n').replace(/\n+$/, '')
}

function people(list: AddressObject | AddressObject[] | undefined): Person[] {
  const entries = [list ?? []].flat().flatMap(object => object.value)
  return entries.flatMap(entry => entry.group ?? [entry]).map(({ name, address }) => ({ name, address: address ?? '' }))
}

function header(line: string): { name: string; value: string } {
  const unfolded = line.replace(/\r?\n(?=[ \t])/g, '')
  const colon = unfolded.indexOf(':')
  return { name: unfolded.slice(0, colon).trim(), value: unfolded.slice(colon + 1).trim() }
}

function describe(attachment: Attachment, index: number): MailAttachment {
  return {
    index,
    name: attachment.filename ?? `attachment-${index + 1}`,
    type: attachment.contentType,
    bytes: attachment.size,
    ...(attachment.contentId ? { cid: attachment.contentId.replace(/^<|>$/g, '') } : {}),
  }
}
