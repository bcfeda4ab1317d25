import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { fromText } from '../../core/document.ts'
import { messagesSaid } from '../../core/messages/find.ts'
import { postMessage } from '../../core/messages/post.ts'
import { refuseUnlessMay } from '../../core/permissions/may.ts'
import type { TicketRow } from '../../db/schema.ts'
import { Problem } from '../../lib/problem.ts'
import { actorIn } from '../caller.ts'
import { answer, onceHeaders } from '../once.ts'
import type { ApiOptions } from '../options.ts'
import { idParams, ticketGiven } from './given.ts'
import { messageShape, messagesTold } from './message.ts'
import { MOST_COUNTED, pageOf, pageQuery, pageShape } from './page.ts'
import { tellIn, told } from './tell.ts'

/** What somebody writes; as long as a mail may be. */
export const messageText = z.string().trim().min(1).max(100_000)

/** What was said on tickets, and saying more. */
export const conversing: FastifyPluginAsyncZod<ApiOptions> = async (server, { store }) => {
  server.get(
    '/tickets/:id/messages',
    {
      config: { scope: 'tickets:read' },
      schema: {
        summary: 'What was said on a ticket, the oldest first',
        params: idParams,
        querystring: z.object(pageQuery),
        response: { 200: pageShape(messageShape) },
      },
    },
    request =>
      told(store, async t => {
        const ticket = await ticketGiven(t.q, request.params.id)
        await refuseUnlessMay(t.q, actorIn(request), 'view', ticket)
        const { ids, count } = await messagesSaid(t.q, ticket.id, { ...request.query, most: MOST_COUNTED })
        return pageOf(request, request.query, count, await messagesTold(t, store, ticket.id, ids))
      }),
  )
  server.post(
    '/tickets/:id/messages',
    {
      config: { scope: 'tickets:write' },
      schema: {
        summary: 'Write to the customer, or to colleagues alone',
        params: idParams,
        headers: onceHeaders,
        body: z.object({ message: messageText, isPrivate: z.boolean().default(false) }),
        response: { 201: messageShape },
      },
    },
    async (request, reply) =>
      answer(store, request, reply, async tx => {
        const { message, isPrivate } = request.body
        const actor = actorIn(request)
        const ticket = await ticketGiven(tx.q, request.params.id)
        await refuseUnlessMay(tx.q, actor, 'manage', ticket)
        if (!isPrivate) refuseInternal(ticket)
        const id = await postMessage(tx, {
          ticketId: ticket.id,
          author: actor,
          body: fromText(message),
          visibility: isPrivate ? 'note' : 'public',
        })
        return { status: 201, body: (await messagesTold(tellIn(tx), store, ticket.id, [id]))[0] }
      }),
  )
}

/** What is meant for the customer must not become a note unseen. */
export function refuseInternal(ticket: TicketRow): void {
  if (ticket.published_at === null)
    throw new Problem('conflict', `${ticket.identifier} is internal. Publish it first.`, 'message')
}
