import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Actor } from '../../../core/events.ts'
import { refuseUnlessMay } from '../../../core/permissions/may.ts'
import { commentFor, commentIds } from '../../../core/programs/comment.ts'
import { type CommentRecord, commentRecords } from '../../../core/programs/comments.ts'
import { ticketNamed } from '../../../core/programs/named.ts'
import type { Query } from '../../../db/store.ts'
import { actorIn, callerOf } from '../../caller.ts'
import type { ApiOptions } from '../../options.ts'
import { envelope, enveloped } from '../envelope.ts'
import { paged, spanOf } from '../paging.ts'
import { commentOf, commentShape, type ThenaComment } from './comment.ts'

const pageShape = z.object({ ...paged, limit: paged.limit.unwrap().default(10) })

const LONGEST_IN_LISTS = 50_000 // a mail may be forty times as long, and each is told in four shapes

const several = enveloped(z.array(commentShape))

/** What can be asked of what was said. */
export const readingComments: FastifyPluginAsyncZod<ApiOptions> = async (server, { store }) => {
  for (const spelling of ['comment', 'comments'] as const)
    server.get(
      `/tickets/:id/${spelling}`,
      {
        config: { scope: 'tickets:read' },
        schema: {
          summary: 'What was said on a ticket, oldest first',
          params: z.object({ id: z.string() }),
          querystring: pageShape,
          response: { 200: several },
        },
      },
      async request => {
        const comments = await store.read(q => commentsFor(q, request.params.id, request.query, actorIn(request)))
        return envelope(comments, store.now())
      },
    )

  server.get(
    '/comments',
    {
      config: { scope: 'tickets:read' },
      schema: {
        summary: 'What was said on a ticket, which is named in the query',
        querystring: pageShape.extend({
          entityType: z.literal('ticket', { error: 'Only tickets have comments here' }).optional(),
          entityId: z.string().min(1).max(100),
        }),
        response: { 200: several },
      },
    },
    async request => {
      const comments = await store.read(q => commentsFor(q, request.query.entityId, request.query, actorIn(request)))
      return envelope(comments, store.now())
    },
  )

  server.get(
    '/comments/:id',
    {
      config: { scope: 'tickets:read' },
      schema: {
        summary: 'A comment, also a deleted one',
        params: z.object({ id: z.string() }),
        response: { 200: enveloped(commentShape) },
      },
    },
    async request => {
      const comment = await store.read(async q => {
        const { id } = await commentFor(q, request.params.id, callerOf(request).agent)
        return commentIn(q, id)
      })
      return envelope(comment, store.now())
    },
  )
}

async function commentsFor(
  q: Query,
  ticketName: string,
  page: z.infer<typeof pageShape>,
  actor: Actor,
): Promise<ThenaComment[]> {
  const ticket = await ticketNamed(q, ticketName)
  await refuseUnlessMay(q, actor, 'view', ticket)
  const ids = await commentIds(q, ticket.id, spanOf(page))
  const records = await commentRecords(q, ids)
  return ids.map(id => commentOf(records.get(id) as CommentRecord, LONGEST_IN_LISTS))
}

/** The comment that is there, as it is answered. */
export async function commentIn(q: Query, id: string): Promise<ThenaComment> {
  return commentOf((await commentRecords(q, [id])).get(id) as CommentRecord)
}
