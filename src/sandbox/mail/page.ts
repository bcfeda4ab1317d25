import { escapeHtml } from './quote.ts'
import type { Mail } from './types.ts'

/** The mail as a page for an iframe: its html with the inline pictures put in, or its text when it has no html. */
export function pageOfMail(mail: Mail): string {
  if (mail.html === undefined) return `<!doctype html><pre style="white-space:pre-wrap">${escapeHtml(mail.text)}</pre>`
  return mail.html.replace(/cid:([^"'\s>)]+)/gi, (reference, cid: string) => picture(mail, cid) ?? reference)
}

function picture(mail: Mail, cid: string): string | undefined {
  const found = mail.attachments.find(
    attachment => attachment.cid === cid || attachment.cid === decodeURIComponent(cid),
  )
  return found && `data:${found.type};base64,${mail.content(found.index).toString('base64')}`
}
