import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { searching } from '../../core/find/entry.ts'
import type { Filter } from '../../core/find/filter.ts'
import { askerOf, countFound, ticketsFrom } from '../../core/find/find.ts'
import { isVisible, visibleTo } from '../../core/find/visible.ts'
import { refuseUnlessMay } from '../../core/permissions/may.ts'
import { ticketById } from '../../core/tickets/find.ts'
import type { AgentRow } from '../../db/schema.ts'
import type { Query, Store } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'
import { actorIn, callerOf } from '../caller.ts'
import type { ApiOptions } from '../options.ts'
import { agentGiven, customerBySendbirdId, idParams, inBody, teamGiven, ticketGiven } from './given.ts'
import { MOST_COUNTED, pageOf, pageQuery, pageShape } from './page.ts'
import { PRIORITIES, priorityFor, STATUS2, statusFor } from './status.ts'
import { told } from './tell.ts'
import { ticketsTold, ticketTold } from './tell-tickets.ts'
import { ticketShape } from './ticket.ts'

const listQuery = z.object({
  ...pageQuery,
  status2: z.enum(STATUS2).optional(),
  agent: z.string().max(320).optional(),
  group: z.string().max(320).optional(),
  priority: z.enum(PRIORITIES).optional(),
  sendbird_id: z.string().max(320).optional(),
  channel_url: z.string().max(255).optional(),
  q: z.string().max(255).optional(),
  order: z.enum(['-created_at', 'created_at']).default('-created_at'),
})
type ListQuery = z.infer<typeof listQuery>

/** What can be asked of tickets. */
export const readingTickets: FastifyPluginAsyncZod<ApiOptions> = async (server, { store }) => {
  server.get(
    '/tickets',
    {
      config: { scope: 'tickets:read' },
      schema: {
        summary: 'Tickets, the newest first',
        querystring: listQuery,
        response: { 200: pageShape(ticketShape) },
      },
    },
    async request => {
      const { ids, count } = await found(store, request.query, callerOf(request).agent)
      const results = await told(store, t => ticketsTold(t, ids))
      return pageOf(request, request.query, count, results)
    },
  )
  server.get(
    '/tickets/:id',
    {
      config: { scope: 'tickets:read' },
      schema: { summary: 'A ticket', params: idParams, response: { 200: ticketShape } },
    },
    request =>
      told(store, async t => {
        const ticket = await ticketGiven(t.q, request.params.id)
        await refuseUnlessMay(t.q, actorIn(request), 'view', ticket)
        return ticketTold(t, ticket.id)
      }),
  )
}

async function found(store: Store, query: ListQuery, agent: AgentRow): Promise<{ ids: string[]; count: number }> {
  const { limit, offset, order, channel_url } = query
  if (channel_url !== undefined) return store.read(q => atChannel(q, channel_url, agent))
  const filter = await store.read(q => filterOf(q, query))
  if (!filter) return { ids: [], count: 0 }
  const page = { limit, offset, oldestFirst: order === 'created_at' }
  return searching(store, async q => {
    const asker = await askerOf(q, agent, store.now())
    const count = await countFound(q, filter, asker, MOST_COUNTED)
    return { ids: count > offset ? await ticketsFrom(q, filter, asker, page) : [], count }
  })
}

/** A channel is one ticket's. */
async function atChannel(q: Query, channelUrl: string, agent: AgentRow): Promise<{ ids: string[]; count: number }> {
  try {
    const ticket = await ticketById(q, channelUrl)
    const ids = isVisible(await visibleTo(q, agent), ticket) ? [ticket.id] : []
    return { ids, count: ids.length }
  } catch (error) {
    if (error instanceof Problem) return { ids: [], count: 0 }
    throw error
  }
}

/** Undefined where a customer is meant whom nobody knows: they have no tickets. */
async function filterOf(
  q: Query,
  { status2, agent, group, priority, sendbird_id, ...query }: ListQuery,
): Promise<Filter | undefined> {
  const filter: Filter = {}
  if (query.q) filter.text = query.q
  if (status2) filter.status = [statusFor(status2)]
  if (priority) filter.priority = [priorityFor(priority)]
  if (agent) filter.assignee = [(await inBody('agent', agentGiven(q, agent))).id]
  if (group) filter.team = [(await inBody('group', teamGiven(q, group))).id]
  if (!sendbird_id) return filter
  const customer = await customerBySendbirdId(q, sendbird_id)
  return customer && { ...filter, customer: [customer.id] }
}
