import { z } from 'zod'
import { MOST_FILES } from '../../../core/attachments.ts'
import type { NewComment } from '../../../core/programs/comment.ts'
import type { Facts } from '../../../core/programs/facts.ts'
import type { ApiOptions } from '../../options.ts'
import { contentShape, readContent } from '../content.ts'
import { metadata } from '../metadata.ts'

const words = (most: number) => z.string().max(most).nullish()
const moment = z.iso
  .datetime({ offset: true, abort: true })
  .refine(text => new Date(text).getTime() < Date.UTC(9999, 11, 31), {
    message: 'This moment is too far away',
  })

/** What a comment is made of, in both spellings: who asks for `commentVisibility` may as well say `isPublic`. */
export const commentForm = z.object({
  ...contentShape,
  commentVisibility: z.enum(['public', 'private']).nullish(),
  isPublic: z.boolean().nullish(),
  commentType: words(50),
  threadName: words(200),
  parentCommentId: words(100),
  customerEmail: words(320),
  mentions: z.array(z.string().max(320)).max(10).nullish(),
  metadata: metadata.nullish(),
  attachmentIds: z.array(z.string().max(100)).max(MOST_FILES).nullish(),
  attachmentUrls: z.array(z.string().max(4_000)).max(MOST_FILES).nullish(),
  impersonatedUserName: words(200),
  impersonatedUserEmail: words(320),
  impersonatedUserAvatar: words(2_000),
  shouldSendEmail: z.boolean().nullish(),
  deDuplicationKey: z.string().min(1).max(255).nullish(),
  createdAt: moment.nullish(),
})

export type CommentForm = z.infer<typeof commentForm>

/** What core is asked for; its files are still to be fetched. Throws a Problem under `contentJson` for JSON that is none. */
export function readComment(
  form: CommentForm,
  ticketId: string,
  { readHtml }: Pick<ApiOptions, 'readHtml'>,
): NewComment {
  return {
    ticketId,
    body: readContent(form, readHtml),
    isPublic: isPublic(form),
    from: form.customerEmail?.trim() || null,
    files: [],
    urls: form.attachmentUrls ?? [],
    uploads: form.attachmentIds ?? [],
    mentions: form.mentions ?? [],
    parentId: form.parentCommentId || null,
    key: form.deDuplicationKey ?? null,
    facts: factsIn(form),
  }
}

/** Only what says so goes to the customer: what is not said, or said to be a note or not to be mailed, stays with us. */
function isPublic({ commentVisibility, isPublic, commentType, shouldSendEmail }: CommentForm): boolean {
  if (commentType?.toLowerCase() === 'note' || shouldSendEmail === false) return false
  return commentVisibility ? commentVisibility === 'public' : (isPublic ?? false)
}

/** What we have no use for, and give back. */
function factsIn(form: CommentForm): Facts {
  const { commentType, threadName, parentCommentId, metadata, createdAt } = form
  const { impersonatedUserName, impersonatedUserEmail, impersonatedUserAvatar } = form
  const facts = {
    ...{ commentType, threadName, parentCommentId, metadata },
    ...{ impersonatedUserName, impersonatedUserEmail, impersonatedUserAvatar },
    createdAt: createdAt ? new Date(createdAt).getTime() : undefined,
  }
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value != null && value !== ''))
}

/** What may change of a comment. */
export const commentChange = z.object({
  ...contentShape,
  commentVisibility: z.enum(['public', 'private']).nullish(),
  isPublic: z.boolean().nullish(),
  isPinned: z.boolean().nullish(),
  sendCorrection: z
    .boolean()
    .nullish()
    .meta({ description: 'Mail the customer what it says now, who has the old text' }),
  threadName: words(200),
  metadata: metadata.nullish(),
})

/** The same as core is asked for. */
export function readChange(form: z.infer<typeof commentChange>, { readHtml }: Pick<ApiOptions, 'readHtml'>) {
  const { content, contentHtml, contentJson, commentVisibility, isPublic, isPinned, sendCorrection } = form
  const hasWords = [content, contentHtml, contentJson].some(text => text != null)
  const visible = commentVisibility ? commentVisibility === 'public' : isPublic
  const facts = { threadName: form.threadName ?? undefined, metadata: form.metadata ?? undefined }
  return {
    ...(hasWords && { body: readContent(form, readHtml), isCorrected: sendCorrection ?? false }),
    ...(visible != null && { visibility: visible ? ('public' as const) : ('note' as const) }),
    ...(isPinned != null && { isPinned }),
    facts,
  }
}
