import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { takeMessageAway } from '../../../core/messages/change.ts'
import {
  changeComment,
  commentKnown,
  type NewComment,
  postComment,
  refuseComment,
} from '../../../core/programs/comment.ts'
import { ticketNamed } from '../../../core/programs/named.ts'
import { Problem } from '../../../lib/problem.ts'
import { callerOf } from '../../caller.ts'
import { answer, answeredBefore, onceHeaders } from '../../once.ts'
import type { ApiOptions } from '../../options.ts'
import { fetchFiles } from '../../remote-files.ts'
import { envelope, enveloped } from '../envelope.ts'
import { commentShape } from './comment.ts'
import { type CommentForm, commentChange, commentForm, readChange, readComment } from './form.ts'
import { commentIn } from './read.ts'

const config = {
  scope: 'tickets:write',
  names: { message: 'content', from: 'customerEmail', agent: 'mentions', files: 'attachmentIds' },
} as const

const one = enveloped(commentShape)

/** What is written on tickets, changed and deleted. */
export const commenting: FastifyPluginAsyncZod<ApiOptions> = async (server, options) => {
  const { store } = options

  for (const spelling of ['comment', 'comments'] as const)
    server.post(
      `/tickets/:id/${spelling}`,
      {
        config,
        schema: {
          summary: 'Writes on a ticket: a public comment goes to its customer, a private one stays with the team',
          params: z.object({ id: z.string() }),
          headers: onceHeaders,
          body: commentForm,
          response: { 200: one, 201: one },
        },
      },
      async (request, reply) => comment(request, reply, request.params.id, request.body, options),
    )

  server.post(
    '/comments',
    {
      config: { ...config, names: { ...config.names, ticket: 'entityId' } },
      schema: {
        summary: 'Writes on a ticket, which is named in the body',
        headers: onceHeaders,
        body: commentForm.extend({
          entityType: z.literal('ticket', { error: 'Only tickets have comments here' }).nullish(),
          entityId: z.string().min(1).max(100),
        }),
        response: { 200: one, 201: one },
      },
    },
    async (request, reply) => comment(request, reply, request.body.entityId, request.body, options),
  )

  server.patch(
    '/comments/:id',
    {
      config,
      schema: {
        summary: 'Changes a comment of ours: within the hold in the mail itself',
        params: z.object({ id: z.string() }),
        headers: onceHeaders,
        body: commentChange,
        response: { 200: one },
      },
    },
    async (request, reply) =>
      answer(store, request, reply, async tx => {
        const { id } = request.params
        await changeComment(tx, id, readChange(request.body, options), callerOf(request).agent)
        return { status: 200, body: envelope(await commentIn(tx.q, id), tx.now) }
      }),
  )

  server.delete(
    '/comments/:id',
    {
      config,
      schema: {
        summary: 'Deletes a comment of ours; what is still held is not sent',
        params: z.object({ id: z.string() }),
        headers: onceHeaders,
        response: { 200: one },
      },
    },
    async (request, reply) =>
      answer(store, request, reply, async tx => {
        const { id } = request.params
        await takeMessageAway(tx, id, callerOf(request).agent)
        return { status: 200, body: envelope(await commentIn(tx.q, id), tx.now) }
      }),
  )
}

async function comment(
  request: FastifyRequest,
  reply: FastifyReply,
  ticketName: string,
  written: CommentForm,
  options: ApiOptions,
): Promise<FastifyReply> {
  const { store } = options
  const { agent } = callerOf(request)
  refuseContradiction(written, store.now())
  const { id } = await store.read(q => ticketNamed(q, ticketName))
  const form = readComment(written, id, options)
  const files = await filesFor(request, form, options)
  return answer(store, request, reply, async tx => {
    const posted = await postComment(tx, { ...form, files }, agent)
    return { status: posted.isNew ? 201 : 200, body: envelope(await commentIn(tx.q, posted.id), tx.now) }
  })
}

function refuseContradiction(
  { customerEmail, commentVisibility, isPublic, createdAt }: CommentForm,
  now: number,
): void {
  if (customerEmail?.trim() && (commentVisibility === 'private' || (isPublic === false && !commentVisibility)))
    throw new Problem('invalid', 'What the customer says is public: they know it already.', 'commentVisibility')
  if (createdAt && new Date(createdAt).getTime() > now + 60_000)
    throw new Problem('invalid', 'This moment is yet to come.', 'createdAt')
}

/** Nothing is fetched for what would be refused, or was done before. */
async function filesFor(request: FastifyRequest, form: NewComment, { store, localHooks }: ApiOptions) {
  if (!form.urls.length || (await answeredBefore(store, request))) return []
  const { agent } = callerOf(request)
  const isKnown = await store.read(async q => {
    if (await commentKnown(q, form, agent)) return true
    await refuseComment(q, form, agent)
    return false
  })
  return isKnown ? [] : fetchFiles(form.urls, { local: localHooks })
}
