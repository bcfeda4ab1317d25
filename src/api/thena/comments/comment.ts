import { z } from 'zod'
import { type Document, fromText } from '../../../core/document.ts'
import type { CommentRecord } from '../../../core/programs/comments.ts'
import { cut } from '../../../lib/cut.ts'
import { isoOf, moment } from '../envelope.ts'
import { htmlOf, jsonOf, markdownOf } from '../written.ts'

const words = z.string().nullable()
const time = moment.nullable()

/** A file as Thena answers it. */
export const attachmentShape = z
  .object({
    id: z.string(),
    name: z.string(),
    fileName: z.string(),
    contentType: z.string(),
    size: z.number().int(),
    url: z.string(),
  })
  .meta({ id: 'ThenaAttachment' })

type ThenaAttachment = z.infer<typeof attachmentShape>

/** A comment as Thena answers it: each key of its documents, and beside them whose it is and what became of its mail. */
export const commentShape = z
  .object({
    id: z.string(),
    content: z.string(),
    contentHtml: z.string(),
    contentJson: z.string(),
    contentMarkdown: z.string(),
    isEdited: z.boolean(),
    threadName: words,
    commentVisibility: z.enum(['public', 'private']),
    commentType: z.string(),
    isPinned: z.boolean(),
    sourceEmailId: words,
    metadata: z.record(z.string(), z.unknown()),
    parentCommentId: words,
    createdAt: moment,
    updatedAt: moment,
    author: z.string(),
    authorId: words,
    authorUserType: z.enum(['AGENT', 'CUSTOMER', 'SYSTEM']),
    customerContactId: words,
    customerContactEmail: words,
    customerContactFirstName: words,
    customerContactLastName: words,
    customerContactAvatarUrl: words,
    authorAvatarUrl: words,
    impersonatedUserEmail: words,
    impersonatedUserName: words,
    impersonatedUserAvatar: words,
    attachments: z.array(attachmentShape),
    deletedAt: time,
    authorEmail: words,
    entityType: z.literal('ticket'),
    entityId: z.string(),
    ticketIdentifier: z.string(),
    delivery: z
      .object({
        state: z.enum(['undecided', 'held', 'queued', 'sent', 'bounced', 'failed', 'cancelled']),
        dueAt: time, // until then it is held
        sentAt: time,
        reason: words,
      })
      .nullable(),
  })
  .meta({ id: 'ThenaComment' })

export type ThenaComment = z.infer<typeof commentShape>

/**
 * A message of ours as Thena answers it; of a deleted one nothing is told that it said, and of one that is longer than `most`
 * (UTF-16 units) the beginning.
 */
export function commentOf(record: CommentRecord, most = Number.POSITIVE_INFINITY): ThenaComment {
  const { row, ticket, author, customer, files, facts } = record
  const isGone = row.deleted_at !== null
  const text = isGone ? '' : cut(row.text, most)
  const body = isGone ? [] : text === row.text ? (JSON.parse(row.body) as Document) : fromText(text)
  const said = <T>(name: string): T | null => (facts[name] as T | undefined) ?? null
  const [first = null, ...others] = customer && customer.name !== customer.address ? customer.name.split(' ') : []
  return {
    id: row.id,
    content: text,
    contentHtml: htmlOf(body),
    contentJson: JSON.stringify(jsonOf(body)),
    contentMarkdown: markdownOf(body),
    isEdited: row.edited_at !== null,
    threadName: said('threadName'),
    commentVisibility: row.visibility === 'public' ? 'public' : 'private',
    commentType: said('commentType') ?? (row.visibility === 'note' ? 'note' : 'comment'),
    isPinned: row.pinned_at !== null,
    sourceEmailId: record.mailId,
    metadata: said('metadata') ?? {},
    parentCommentId: said('parentCommentId'),
    createdAt: isoOf(said<number>('createdAt') ?? row.created_at),
    updatedAt: isoOf(row.deleted_at ?? row.edited_at ?? row.created_at),
    author: author.name,
    authorId: row.author_id,
    authorUserType: USER_TYPES[row.author_kind],
    customerContactId: customer?.id ?? null,
    customerContactEmail: customer?.address || null,
    customerContactFirstName: first,
    customerContactLastName: others.join(' ') || null,
    customerContactAvatarUrl: null,
    authorAvatarUrl: null,
    impersonatedUserEmail: said('impersonatedUserEmail'),
    impersonatedUserName: said('impersonatedUserName'),
    impersonatedUserAvatar: said('impersonatedUserAvatar'),
    attachments: isGone ? [] : files.map(attachmentOf),
    deletedAt: isoOf(row.deleted_at),
    authorEmail: author.email,
    entityType: 'ticket',
    entityId: ticket.id,
    ticketIdentifier: ticket.identifier,
    delivery: deliveryOf(record),
  }
}

/** A stranger is somebody who writes to us, too. */
export const USER_TYPES = { agent: 'AGENT', customer: 'CUSTOMER', stranger: 'CUSTOMER', system: 'SYSTEM' } as const

/** A file as Thena answers it; `url` is where its bytes are, below this server's address, for whoever may download them. */
export function attachmentOf(file: CommentRecord['files'][number]): ThenaAttachment {
  const { id, name, type, size } = file
  return { id, name, fileName: name, contentType: type, size, url: `/v1/attachments/${id}/content` }
}

function deliveryOf({ row, mail }: CommentRecord): ThenaComment['delivery'] {
  if (row.visibility === 'undecided') return { state: 'undecided', dueAt: null, sentAt: null, reason: null }
  if (!mail) return null
  const { state, dueAt, sentAt, reason } = mail
  return { state, dueAt: state === 'held' ? isoOf(dueAt) : null, sentAt: isoOf(sentAt), reason }
}
