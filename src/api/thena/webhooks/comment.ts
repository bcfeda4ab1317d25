import type { ToldComment } from '../../../core/hooks/comments.ts'
import { isPrivate } from '../../../core/hooks/comments.ts'
import { isoOf } from '../envelope.ts'

/** A comment in an event. */
export function commentOf(comment: ToldComment): Record<string, unknown> {
  const { row, author, files } = comment
  if (row.deleted_at !== null) return goneComment(comment, row.deleted_at)
  const isCustomer = row.author_kind === 'customer' || row.author_kind === 'stranger'
  return {
    ...bare(comment),
    content: row.text,
    contentHtml: htmlOf(row.text),
    contentJson: row.body,
    isEdited: row.edited_at !== null,
    isPinned: row.pinned_at !== null,
    author: author.name,
    authorId: author.id,
    authorEmail: author.email,
    authorUserType: isCustomer ? 'CUSTOMER' : row.author_kind === 'agent' ? 'AGENT' : 'SYSTEM',
    customerContactId: row.author_kind === 'customer' ? row.author_id : null,
    customerContactEmail: isCustomer ? author.email : null,
    updatedAt: isoOf(row.edited_at ?? row.created_at),
    attachments: files.map(({ id, name, type, size }) => ({ id, name, contentType: type, size })),
    deletedAt: null,
  }
}

/** One that is gone: nothing is told of what it said. */
export function goneComment(comment: ToldComment, at: number): Record<string, unknown> {
  return { ...bare(comment), content: null, contentHtml: null, contentJson: null, deletedAt: isoOf(at) }
}

function bare(comment: ToldComment) {
  const { row } = comment
  return {
    id: row.id,
    commentVisibility: isPrivate(comment) ? 'private' : 'public',
    commentType: row.visibility === 'note' ? 'note' : 'comment',
    createdAt: isoOf(row.created_at),
  }
}

/** Plain text as HTML. */
function htmlOf(text: string): string {
  const escaped = text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;')
  return escaped
    .split(/\n{2,}/)
    .map(part => `<p>${part.replaceAll('\n', '<br>')}</p>`)
    .join('')
}
