import { createHash } from 'node:crypto'
import type { Query, Store, Tx } from '../db/store.ts'
import { newId } from '../lib/id.ts'
import { Problem } from '../lib/problem.ts'
import type { AttachmentView, NewFile } from './letter.ts'

/** What one message may carry; most mail systems take 25 MB after base64 has added a third. */
export const MOST_BYTES = 18 * 1024 * 1024
export const MOST_FILES = 10

/** Throws a Problem under `files` when they are more, or larger together, than a mail can carry. */
export function refuseTooLarge(files: { name: string; size: number }[]): void {
  if (files.length > MOST_FILES)
    throw new Problem('invalid', `A message can carry ${MOST_FILES} files; these are ${files.length}.`, 'files')
  const total = files.reduce((sum, f) => sum + f.size, 0)
  if (total > MOST_BYTES)
    throw new Problem(
      'invalid',
      `These files are ${megabytes(total)} together; a mail can carry ${megabytes(MOST_BYTES)}.`,
      'files',
    )
}

function megabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`
}

/** Stores a message's files; the same bytes are kept once. */
export async function attach(tx: Tx, messageId: string, files: NewFile[]): Promise<void> {
  let position = 0
  for (const file of files) {
    const sha256 = createHash('sha256').update(file.bytes).digest('hex')
    await tx.q
      .insertInto('blobs')
      .values({ sha256, bytes: file.bytes, created_at: tx.now })
      .onConflict(c => c.column('sha256').doNothing())
      .execute()
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
  const rows = await q
    .selectFrom('attachments')
    .selectAll()
    .where('message_id', 'in', messageIds)
    .orderBy('message_id')
    .orderBy('position')
    .execute()
  for (const row of rows) {
    const list = found.get(row.message_id) ?? []
    found.set(row.message_id, list)
    list.push({
      id: row.id,
      name: row.name,
      type: row.type,
      size: row.size,
      contentId: row.content_id,
      inline: row.inline === 1,
      minor: row.minor === 1,
      read: () => store.read(q => bytesOf(q, row.sha256)),
    })
  }
  return found
}

async function bytesOf(q: Query, sha256: string): Promise<Buffer> {
  const blob = await q.selectFrom('blobs').select('bytes').where('sha256', '=', sha256).executeTakeFirstOrThrow()
  return Buffer.from(blob.bytes)
}
