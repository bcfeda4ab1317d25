import { createHash } from 'node:crypto'
import { preparedFor, preparedMany } from '../db/prepared.ts'
import type { FileRules, Query, Store, Tx } from '../db/store.ts'
import { sizeWords } from '../lib/bytes.ts'
import { newId } from '../lib/id.ts'
import { Problem } from '../lib/problem.ts'
import { LINK_MS, linkTo } from './links.ts'
import type { AttachmentView, NewFile } from './view.ts'

/** What one message may carry, by mail or by link. */
export const MOST_BYTES = 100 * 1024 * 1024
export const MOST_FILES = 10

/** Throws a Problem under `files` when they are more, or larger together, than a message can carry. */
export function refuseTooLarge(files: { name: string; size: number }[]): void {
  if (files.length > MOST_FILES)
    throw new Problem('invalid', `A message can carry ${MOST_FILES} files; these are ${files.length}.`, 'files')
  const total = files.reduce((sum, f) => sum + f.size, 0)
  if (total > MOST_BYTES)
    throw new Problem(
      'invalid',
      `These files are ${sizeWords(total)} together; a message can carry ${sizeWords(MOST_BYTES)}. Put them where the customer can fetch them, and paste the link.`,
      'files',
    )
}

/**
 * Throws a Problem under `files` when they are more than a message can carry, or too large for a mail while we cannot be
 * reached from outside, so that the customer could not fetch them.
 */
export function refuseUnmailable(rules: FileRules, files: { name: string; size: number }[]): void {
  refuseTooLarge(files)
  const tooLarge = tooLargeToMail(rules, files)
  if (!tooLarge.length || rules.publicUrl) return
  const total = files.reduce((sum, f) => sum + f.size, 0)
  const what = files.length === 1 ? `${files[0]?.name} is` : 'These files are'
  throw new Problem(
    'invalid',
    `${what} ${sizeWords(total)}; a mail can carry ${sizeWords(roomInMail(rules))}. Put ${tooLarge.map(f => f.name).join(', ')} where the customer can fetch it, and paste the link.`,
    'files',
  )
}

/** Those that go as links, so that the others fit into one mail: as few as can be, the largest. */
export function tooLargeToMail<F extends { size: number }>(rules: FileRules, files: F[]): F[] {
  const links = new Set<F>()
  let total = files.reduce((sum, f) => sum + f.size * ENCODED, 0)
  for (const file of files.toSorted((a, b) => b.size - a.size)) {
    if (total <= rules.mailBytes) break
    links.add(file)
    total -= file.size * ENCODED
  }
  return files.filter(f => links.has(f))
}

/** How many bytes of files fit into one mail. */
export function roomInMail(rules: FileRules): number {
  return Math.floor(rules.mailBytes / ENCODED)
}

/** How much larger a file is as it travels: base64, and a line end after every 76 characters. */
const ENCODED = (4 / 3) * (78 / 76)

/** Decides, when a message goes to a customer, which of its files go as links. Throws a Problem when that cannot be. */
export async function fixLinks(tx: Tx, messageIds: string[]): Promise<void> {
  const { rows } = await selectSizes(
    tx.q,
    messageIds.map(messageId => ({ messageId })),
  )
  const files = new Map<string, typeof rows>()
  for (const row of rows) files.set(row.message_id, [...(files.get(row.message_id) ?? []), row])
  const links: string[] = []
  for (const of of files.values()) {
    refuseUnmailable(tx.files, of)
    links.push(...tooLargeToMail(tx.files, of).map(f => f.id))
  }
  if (!links.length) return
  await tx.q
    .updateTable('attachments')
    .set({ link_until: tx.now + LINK_MS })
    .where('id', 'in', links)
    .execute()
}

const selectSizes = preparedMany((q, messages: { messageId: string }[]) =>
  q
    .selectFrom('attachments')
    .select(['id', 'message_id', 'name', 'size'])
    .where(
      'message_id',
      'in',
      messages.map(m => m.messageId),
    )
    .orderBy('position'),
)

/** A file whose bytes are stored already. */
export interface KeptFile {
  id?: string // by which it is known already; absent: it has none, yet
  name: string
  type: string
  size: number // bytes
  sha256: string
}

/** Gives a message files that are stored already, in their order, after so many others. */
export async function attachKept(tx: Tx, messageId: string, files: KeptFile[], after = 0): Promise<void> {
  if (!files.length) return
  const rows = files.map(({ id, name, type, size, sha256 }, i) => ({
    id: id ?? newId(),
    message_id: messageId,
    position: after + i,
    name,
    type,
    size,
    sha256,
    content_id: null,
    inline: 0 as const,
    minor: 0 as const,
    link_until: null,
  }))
  await tx.q.insertInto('attachments').values(rows).execute()
}

/** Stores bytes, the same ones once, and returns their SHA-256 in hex, by which they are found. */
export async function keepBytes(tx: Tx, bytes: Buffer): Promise<string> {
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  await tx.q
    .insertInto('blobs')
    .values({ sha256, bytes, created_at: tx.now })
    .onConflict(c => c.column('sha256').doNothing())
    .execute()
  return sha256
}

/** Forgets bytes, unless something still has the same. */
export async function dropBytes(tx: Tx, sha256: string): Promise<void> {
  for (const table of ['attachments', 'chat_files', 'uploads'] as const) {
    const used = await tx.q.selectFrom(table).select('sha256').where('sha256', '=', sha256).limit(1).executeTakeFirst()
    if (used) return
  }
  await tx.q.deleteFrom('blobs').where('sha256', '=', sha256).execute()
}

/** Stores a message's files; the same bytes are kept once. */
export async function attach(tx: Tx, messageId: string, files: NewFile[]): Promise<void> {
  let position = 0
  for (const file of files) {
    const sha256 = await keepBytes(tx, file.bytes)
    await tx.q
      .insertInto('attachments')
      .values({
        id: newId(),
        message_id: messageId,
        position: position++,
        name: file.name,
        type: file.type,
        size: file.bytes.length,
        sha256,
        content_id: file.contentId ?? null,
        inline: file.inline ? 1 : 0,
        minor: file.minor ? 1 : 0,
        link_until: null,
      })
      .execute()
  }
}

/** The files of several messages by message id; their bytes are read when asked for. */
export async function attachmentsOf(
  q: Query,
  messageIds: string[],
  store: Store,
): Promise<Map<string, AttachmentView[]>> {
  const found = new Map<string, AttachmentView[]>()
  if (!messageIds.length) return found
  const rows = await selectAttachments(q, messageIds)
  if (!rows.length) return found
  const known = await knownBefore(
    q,
    rows.map(r => r.message_id),
  )
  for (const row of rows) {
    const list = found.get(row.message_id) ?? []
    const isKnown = known.has(`${row.message_id} ${row.sha256}`)
    known.add(`${row.message_id} ${row.sha256}`)
    found.set(row.message_id, list)
    list.push({
      id: row.id,
      name: row.name,
      type: row.type,
      size: row.size,
      contentId: row.content_id,
      inline: row.inline === 1,
      minor: row.minor === 1,
      known: isKnown && row.size > 0,
      link: row.link_until === null ? null : linkTo(store, row.id, row.link_until),
      read: () => store.read(q => bytesOf(q, row.sha256)),
    })
  }
  return found
}

const selectAttachments = preparedFor((q, ids) =>
  q.selectFrom('attachments').selectAll().where('message_id', 'in', ids).orderBy('message_id').orderBy('position'),
)

/** Which files an earlier message of the same ticket brought, as `message sha256`. */
async function knownBefore(q: Query, messageIds: string[]): Promise<Set<string>> {
  const rows = await q
    .selectFrom('attachments as a')
    .innerJoin('messages as m', 'm.id', 'a.message_id')
    .innerJoin('messages as older', j => j.onRef('older.ticket_id', '=', 'm.ticket_id').onRef('older.id', '<', 'm.id'))
    .innerJoin('attachments as before', j =>
      j.onRef('before.message_id', '=', 'older.id').onRef('before.sha256', '=', 'a.sha256'),
    )
    .select(['a.message_id', 'a.sha256'])
    .where('a.message_id', 'in', messageIds)
    .where('older.deleted_at', 'is', null)
    .execute()
  return new Set(rows.map(r => `${r.message_id} ${r.sha256}`))
}

/** Bytes that are stored, by their SHA-256. */
export async function bytesOf(q: Query, sha256: string): Promise<Buffer> {
  const blob = await q.selectFrom('blobs').select('bytes').where('sha256', '=', sha256).executeTakeFirstOrThrow()
  return Buffer.from(blob.bytes)
}
