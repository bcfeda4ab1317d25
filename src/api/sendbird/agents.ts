import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { allAgents, changeAgent, refuseUnlessThemselves } from '../../core/agents.ts'
import { setBaseRole } from '../../core/permissions/roles.ts'
import { setAvailabilityOf } from '../../core/routing/availability.ts'
import { callerOf } from '../caller.ts'
import { answer, onceHeaders } from '../once.ts'
import type { ApiOptions } from '../options.ts'
import { agentShape, agentsTold, agentTold, availabilityFor, CONNECTIONS } from './agent.ts'
import { agentGiven, idParams } from './given.ts'
import { pageOf, pageQuery, pageShape, partOf } from './page.ts'
import { tellIn, told } from './tell.ts'

/** Agents, and whether they are given tickets. */
export const agents: FastifyPluginAsyncZod<ApiOptions> = async (server, { store }) => {
  server.get(
    '/agents',
    {
      config: { scope: 'people:read' },
      schema: {
        summary: 'Agents, by name',
        querystring: z.object({ ...pageQuery, status: z.enum(['ACTIVE', 'INACTIVE']).optional() }),
        response: { 200: pageShape(agentShape) },
      },
    },
    request =>
      told(store, async t => {
        const { status } = request.query
        const rows = await allAgents(t.q)
        const wanted = rows.filter(r => !status || (r.deactivated_at === null) === (status === 'ACTIVE')).map(r => r.id)
        const part = partOf(wanted, request.query)
        const agents = await agentsTold(t, part)
        return pageOf(
          request,
          request.query,
          wanted.length,
          part.flatMap(id => agents.get(id) ?? []),
        )
      }),
  )
  server.get(
    '/agents/:id',
    {
      config: { scope: 'people:read' },
      schema: { summary: 'An agent', params: idParams, response: { 200: agentShape } },
    },
    request => told(store, async t => agentTold(t, (await agentGiven(t.q, request.params.id)).id)),
  )
  server.patch(
    '/agents/:id/connection',
    {
      config: { scope: 'people:write' },
      schema: {
        summary: 'Say whether an agent may be given tickets',
        params: idParams,
        headers: onceHeaders,
        body: z.object({ connection: z.enum(CONNECTIONS) }),
        response: { 200: agentShape },
      },
    },
    async (request, reply) =>
      answer(store, request, reply, async tx => {
        const { id } = await agentGiven(tx.q, request.params.id)
        await setAvailabilityOf(tx, id, availabilityFor(request.body.connection), callerOf(request).agent)
        return { status: 200, body: await agentTold(tellIn(tx), id) }
      }),
  )
  server.patch(
    '/agents/:id',
    {
      config: { scope: 'people:write', names: { alias: 'displayName' } },
      schema: {
        summary: 'Change the name that customers see, or what an agent is',
        params: idParams,
        headers: onceHeaders,
        body: z.object({
          displayName: z.string().trim().max(100).optional(),
          role: z.enum(['ADMIN', 'AGENT']).optional(),
        }),
        response: { 200: agentShape },
      },
    },
    async (request, reply) =>
      answer(store, request, reply, async tx => {
        const { displayName, role } = request.body
        const by = callerOf(request).agent
        const agent = await agentGiven(tx.q, request.params.id)
        const { id, signature } = agent
        if (displayName !== undefined) {
          refuseUnlessThemselves(agent, by)
          await changeAgent(tx, id, { alias: displayName, signature })
        }
        if (role) await setBaseRole(tx, id, role === 'ADMIN' ? 'admin' : 'agent', by)
        return { status: 200, body: await agentTold(tellIn(tx), id) }
      }),
  )
}
