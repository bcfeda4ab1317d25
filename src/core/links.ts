import type { Query, Store } from '../db/store.ts'
import { sizeWords } from '../lib/bytes.ts'
import { mac, signedBy } from '../lib/sign.ts'
import type { Block, Document } from './document.ts'
import type { AttachmentView, FileLink, MessageView } from './view.ts'

export const LINK_MS = 30 * 24 * 3_600_000

/** Where anybody who has the link can fetch a file until then; null when we cannot be reached from outside. */
export function linkTo(store: Pick<Store, 'key' | 'files'>, attachmentId: string, until: number): FileLink | null {
  const { publicUrl } = store.files
  if (!publicUrl) return null
  return { url: `${publicUrl.replace(/\/+$/, '')}/files/${fileToken(store.key, attachmentId, until)}`, until }
}

/** The message as a customer gets it: files that are too large for the mail stand below its text as links. */
export function withLinks(message: MessageView): MessageView {
  const links = message.attachments.filter(a => a.link)
  if (!links.length) return message
  return {
    ...message,
    body: [...message.body, ...listOf(links)],
    attachments: message.attachments.filter(a => !a.link),
  }
}

function listOf(files: AttachmentView[]): Document {
  const items = files.map(({ name, size, link }): Block[] => [
    {
      type: 'paragraph',
      content: [
        { type: 'link', url: link?.url ?? '', text: name },
        { type: 'text', text: ` (${sizeWords(size)}, until ${dayOf(link?.until ?? 0)})` },
      ],
    },
  ])
  return [
    { type: 'paragraph', content: [{ type: 'text', text: 'Too large for a mail, so these can be fetched here:' }] },
    { type: 'list', ordered: false, items },
  ]
}

/** A day that nobody reads the wrong way round, such as `3 February 2026`. */
function dayOf(at: number): string {
  return new Date(at).toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' })
}

/** The last part of a link: which file and until when (whole seconds), and our mark on both. */
export function fileToken(key: Buffer, attachmentId: string, until: number): string {
  const text = `${attachmentId.replaceAll('-', '')}.${Math.ceil(until / 1000).toString(36)}`
  return `${text}.${mac(key, PURPOSE, text)}`
}

const PURPOSE = 'file'
const TOKEN = /^([0-9a-f]{32}\.([0-9a-z]{1,9}))\.([a-z2-7]{13})$/

/** The attachment that a token of ours names and until when (ms UTC) it may be fetched; null when it is not ours. */
export function readFileToken(key: Buffer, token: string): { attachmentId: string; until: number } | null {
  const [, text = '', until = '', mark = ''] = TOKEN.exec(token) ?? []
  if (!text || !signedBy(key, PURPOSE, text, mark)) return null
  return {
    attachmentId: text.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
    until: Number.parseInt(until, 36) * 1000,
  }
}

export interface LinkedFile {
  name: string
  type: string
  bytes: Buffer
}

/** The file behind a link; undefined when its message, or its ticket, was deleted. */
export async function linkedFile(q: Query, attachmentId: string): Promise<LinkedFile | undefined> {
  const row = await q
    .selectFrom('attachments as a')
    .innerJoin('messages as m', 'm.id', 'a.message_id')
    .innerJoin('tickets as t', 't.id', 'm.ticket_id')
    .innerJoin('blobs as b', 'b.sha256', 'a.sha256')
    .select(['a.name', 'a.type', 'b.bytes'])
    .where('a.id', '=', attachmentId)
    .where('m.deleted_at', 'is', null)
    .where('t.deleted_at', 'is', null)
    .executeTakeFirst()
  return row && { ...row, bytes: Buffer.from(row.bytes) }
}
