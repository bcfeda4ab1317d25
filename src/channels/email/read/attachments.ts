import type { Attachment } from 'mailparser'
import { detectExtension } from 'nodemailer/lib/mime-funcs'
import type { NewFile } from '../../../core/letter.ts'
import { clean } from './clean.ts'

const MOST_FILES = 100
const LONGEST_NAME = 120

/** Parts of a delivery report, which its text tells already. */
const REPORT_PARTS = /^(message\/(delivery-status|disposition-notification|global.*|rfc822)|text\/rfc822-headers)$/

/** The files of a mail with clean names; a picture that the html shows is inline. */
export function filesOf(attachments: Attachment[], html: string, isReport: boolean): NewFile[] {
  return attachments
    .filter(a => !(isReport && REPORT_PARTS.test(a.contentType)))
    .slice(0, MOST_FILES)
    .map((a, i) => ({
      name: cleanName(a.filename) || nameless(a, i),
      type: /^[\w.+-]+\/[\w.+-]+$/.test(a.contentType) ? a.contentType.toLowerCase() : 'application/octet-stream',
      bytes: a.content,
      contentId: a.cid ? clean(a.cid).slice(0, 200) : null,
      inline: a.contentType.startsWith('image/') && (a.related || shows(html, a.cid)),
    }))
}

/** The mail itself as a file. */
export function rawFile(raw: Buffer): NewFile {
  return { name: 'mail.eml', type: 'message/rfc822', bytes: raw }
}

function shows(html: string, cid: string | undefined): boolean {
  return !!cid && (html.includes(`cid:${cid}`) || html.includes(`cid:${encodeURIComponent(cid)}`))
}

/** A file name without path, control characters or tricks with the direction of writing, its extension kept. */
export function cleanName(name: string | undefined): string {
  const last = clean(name ?? '')
    .replace(/\s+/g, ' ')
    .split(/[\\/]/)
    .at(-1)
  const plain = (last ?? '').replace(/[<>:"|?*]/g, '_').replace(/^[.\s]+|[.\s]+$/g, '')
  if (plain.length <= LONGEST_NAME) return plain
  const extension = /\.[^.]{1,12}$/.exec(plain)?.[0] ?? ''
  return plain.slice(0, LONGEST_NAME - extension.length).toWellFormed() + extension
}

function nameless(a: Attachment, i: number): string {
  if (a.contentType === 'message/rfc822') return `${cleanName(subjectWithin(a.content)) || 'mail'}.eml`
  if (a.contentType === 'text/calendar') return 'invitation.ics'
  const kind = /^(image|video|audio)\//.exec(a.contentType)?.[1] ?? 'file'
  const extension = a.contentType === 'video/quicktime' ? 'mov' : detectExtension(a.contentType)
  return `${kind}-${i + 1}.${extension}`
}

function subjectWithin(mail: Buffer): string {
  return /^subject:[ \t]*(.{1,200})/im.exec(mail.toString('latin1', 0, 16_000))?.[1] ?? ''
}
