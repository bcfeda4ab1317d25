import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { membersOf } from '../../core/agents.ts'
import { addToTeam, leaveTeam } from '../../core/permissions/roles.ts'
import { teams } from '../../core/teams.ts'
import type { Tx } from '../../db/store.ts'
import { callerOf } from '../caller.ts'
import { answer, onceHeaders } from '../once.ts'
import type { ApiOptions } from '../options.ts'
import { agentShape, agentsTold } from './agent.ts'
import { agentGiven, type Given, given, idParams, inBody, teamGiven } from './given.ts'
import { groupShape, groupsTold, groupTold } from './group.ts'
import { pageOf, pageQuery, pageShape, partOf } from './page.ts'
import { type Tell, tellIn, told } from './tell.ts'

const membershipShape = z.object({ group: groupShape, members: z.array(agentShape) }).meta({ id: 'SendbirdMembership' })

const agentIds = z.array(given).min(1).max(200)

/** Teams, and who belongs to them. */
export const groups: FastifyPluginAsyncZod<ApiOptions> = async (server, { store }) => {
  server.get(
    '/groups',
    {
      config: { scope: 'setup:read' },
      schema: { summary: 'Groups', querystring: z.object(pageQuery), response: { 200: pageShape(groupShape) } },
    },
    request =>
      told(store, async t => {
        const all = (await teams(t.q)).map(team => team.id)
        const part = partOf(all, request.query)
        const groups = await groupsTold(t, part)
        return pageOf(
          request,
          request.query,
          all.length,
          part.flatMap(id => groups.get(id) ?? []),
        )
      }),
  )
  server.get(
    '/groups/:id',
    {
      config: { scope: 'setup:read' },
      schema: { summary: 'A group, by its number or key', params: idParams, response: { 200: groupShape } },
    },
    request => told(store, async t => groupTold(t, (await teamGiven(t.q, request.params.id)).id)),
  )
  server.get(
    '/groups/:id/membership',
    {
      config: { scope: 'setup:read' },
      schema: { summary: 'Who belongs to a group', params: idParams, response: { 200: membershipShape } },
    },
    request => told(store, async t => membershipTold(t, (await teamGiven(t.q, request.params.id)).id)),
  )

  const change = { params: idParams, headers: onceHeaders, response: { 200: membershipShape } }
  const body = z.object({ agentId: given.optional(), agentIds: agentIds.optional() }).default({})
  server.post(
    '/groups/:id/membership',
    {
      config: { scope: 'setup:write' },
      schema: { ...change, summary: 'Add agents to a group', body },
    },
    async (request, reply) =>
      answer(store, request, reply, async tx => {
        const { id } = await teamGiven(tx.q, request.params.id)
        const by = callerOf(request).agent
        for (const agentId of await agentsIn(tx, request.body)) await addToTeam(tx, agentId, id, by)
        return { status: 200, body: await membershipTold(tellIn(tx), id) }
      }),
  )
  server.delete(
    '/groups/:id/membership',
    {
      config: { scope: 'setup:write' },
      schema: {
        ...change,
        summary: 'Take agents from a group',
        querystring: z.object({ agentId: z.string().min(1).max(320).optional() }),
        body: body.nullish(),
      },
    },
    async (request, reply) =>
      answer(store, request, reply, async tx => {
        const { id } = await teamGiven(tx.q, request.params.id)
        const by = callerOf(request).agent
        const named = { agentId: request.query.agentId, ...request.body }
        for (const agentId of await agentsIn(tx, named)) await leaveTeam(tx, agentId, id, by)
        return { status: 200, body: await membershipTold(tellIn(tx), id) }
      }),
  )
}

/** Whom a request names, in either way. */
async function agentsIn(
  tx: Tx,
  { agentId, agentIds = [] }: { agentId?: Given | undefined; agentIds?: Given[] | undefined },
): Promise<string[]> {
  const ids: string[] = []
  if (agentId !== undefined || !agentIds.length) ids.push((await inBody('agentId', agentGiven(tx.q, agentId ?? ''))).id)
  for (const name of agentIds) ids.push((await inBody('agentIds', agentGiven(tx.q, name))).id)
  return ids
}

async function membershipTold(t: Tell, teamId: string): Promise<z.infer<typeof membershipShape>> {
  const ids = (await membersOf(t.q, teamId)).map(a => a.id)
  const agents = await agentsTold(t, ids)
  return { group: await groupTold(t, teamId), members: ids.flatMap(id => agents.get(id) ?? []) }
}
