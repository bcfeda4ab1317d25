import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { type ChatFilter, chatsFound } from '../../core/programs/chats.ts'
import type { Query } from '../../db/store.ts'
import type { ApiOptions } from '../options.ts'
import { chatShape, chatsTold, chatTold } from './chat.ts'
import { agentGiven, chatGiven, idParams, inBody, teamGiven } from './given.ts'
import { MOST_COUNTED, pageOf, pageQuery, pageShape } from './page.ts'
import { PRIORITIES, priorityFor } from './status.ts'
import { told } from './tell.ts'

const day = z.union([z.iso.date(), z.iso.datetime({ offset: true })])

/** By what chats, and their tickets, can be looked for. */
export const chatFilterQuery = {
  created_by: z.string().max(320).optional(),
  group: z.string().max(320).optional(),
  priority: z.enum(PRIORITIES).optional(),
  q: z.string().max(255).optional(),
  start_date: day.optional(),
  end_date: day.optional(),
  order: z.enum(['-created_at', 'created_at']).default('-created_at'),
}
const listQuery = z.object({ ...pageQuery, ...chatFilterQuery })

/** What can be asked of proactive chats. */
export const readingChats: FastifyPluginAsyncZod<ApiOptions> = async (server, { store }) => {
  server.get(
    '/proactive_chats',
    {
      config: { scope: 'chats:read' },
      schema: {
        summary: 'Proactive chats, the newest first',
        querystring: listQuery,
        response: { 200: pageShape(chatShape) },
      },
    },
    request =>
      told(store, async t => {
        const { q, order, limit, offset } = request.query
        const filter = { ...(await chatFilterOf(t.q, request.query)), ...(q && { text: q }) }
        const slice = { limit, offset, oldestFirst: order === 'created_at', most: MOST_COUNTED }
        const { ids, count } = await chatsFound(t.q, filter, slice)
        return pageOf(request, request.query, count, await chatsTold(t, ids))
      }),
  )
  server.get(
    '/proactive_chats/:id',
    {
      config: { scope: 'chats:read' },
      schema: { summary: 'A proactive chat', params: idParams, response: { 200: chatShape } },
    },
    request => told(store, async t => chatTold(t, (await chatGiven(t.q, request.params.id)).id)),
  )
}

type FilterQuery = Omit<z.infer<typeof listQuery>, 'limit' | 'offset' | 'order' | 'q'>

const DAY_MS = 86_400_000

/** The same as core looks for it. Throws a Problem under the parameter that names nobody. */
export async function chatFilterOf(q: Query, query: FilterQuery): Promise<ChatFilter> {
  const { created_by, group, priority, start_date, end_date } = query
  const isWholeDay = end_date !== undefined && !end_date.includes('T')
  return {
    ...(created_by && { agentId: (await inBody('created_by', agentGiven(q, created_by))).id }),
    ...(group && { teamId: (await inBody('group', teamGiven(q, group))).id }),
    ...(priority && { priority: priorityFor(priority) }),
    ...(start_date !== undefined && { from: Date.parse(start_date) }),
    ...(end_date !== undefined && { until: Date.parse(end_date) + (isWholeDay ? DAY_MS : 0) }),
  }
}
