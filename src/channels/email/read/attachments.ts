import { detectExtension } from 'nodemailer/lib/mime-funcs'
import type { NewFile } from '../../../core/letter.ts'
import { clean } from './clean.ts'
import type { MailPart } from './parse.ts'

const MOST_FILES = 100
const LONGEST_NAME = 120

/** Parts of a delivery report, which its text tells already. */
const REPORT_PARTS = /^(message\/(delivery-status|disposition-notification|global.*|rfc822)|text\/rfc822-headers)$/

/** The files of a mail with clean names; a picture that the html shows is inline. */
export function filesOf(parts: MailPart[], html: string, isReport: boolean): NewFile[] {
  return parts
    .filter(p => !(isReport && REPORT_PARTS.test(p.type)))
    .slice(0, MOST_FILES)
    .map((p, i) => ({
      name: cleanName(p.name) || nameless(p, i),
      type: /^[\w.+-]+\/[\w.+-]+$/.test(p.type) ? p.type : 'application/octet-stream',
      bytes: p.bytes,
      contentId: p.contentId ? clean(p.contentId).slice(0, 200) : null,
      inline: p.type.startsWith('image/') && (p.related || shows(html, p.contentId)),
    }))
}

/** The mail itself as a file. */
export function rawFile(raw: Buffer): NewFile {
  return { name: 'mail.eml', type: 'message/rfc822', bytes: raw }
}

function shows(html: string, cid: string | null): boolean {
  return !!cid && (html.includes(`cid:${cid}`) || html.includes(`cid:${encodeURIComponent(cid)}`))
}

/** A file name without path, control characters or tricks with the direction of writing, its extension kept. */
export function cleanName(name: string): string {
  const last = clean(name).replace(/\s+/g, ' ').split(/[\\/]/).at(-1)
  const plain = (last ?? '').replace(/[<>:"|?*]/g, '_').replace(/^[.\s]+|[.\s]+$/g, '')
  if (plain.length <= LONGEST_NAME) return plain
  const extension = /\.[^.]{1,12}$/.exec(plain)?.[0] ?? ''
  return plain.slice(0, LONGEST_NAME - extension.length).toWellFormed() + extension
}

function nameless(p: MailPart, i: number): string {
  if (p.type === 'message/rfc822') return `${cleanName(subjectWithin(p.bytes)) || 'mail'}.eml`
  if (p.type === 'text/calendar') return 'invitation.ics'
  const kind = /^(image|video|audio)\//.exec(p.type)?.[1] ?? 'file'
  const extension = p.type === 'video/quicktime' ? 'mov' : detectExtension(p.type)
  return `${kind}-${i + 1}.${extension}`
}

function subjectWithin(mail: Buffer): string {
  return /^subject:[ \t]*(.{1,200})/im.exec(mail.toString('latin1', 0, 16_000))?.[1] ?? ''
}
