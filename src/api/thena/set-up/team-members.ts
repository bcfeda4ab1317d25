import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { leaveTeam, membershipsOf, refuseUnlessLead, setTeamRole } from '../../../core/permissions/roles.ts'
import { agentRecords, agentsWith } from '../../../core/programs/agents.ts'
import { agentNamed, teamNamed } from '../../../core/programs/named.ts'
import type { Query } from '../../../db/store.ts'
import { Problem } from '../../../lib/problem.ts'
import { callerOf } from '../../caller.ts'
import { answer, onceHeaders } from '../../once.ts'
import type { ApiOptions } from '../../options.ts'
import { envelope, enveloped, isoOf, moment } from '../envelope.ts'
import { paged, spanOf } from '../paging.ts'
import { agentOf, agentShape } from '../people/agent.ts'

const params = z.object({ id: z.string().max(255) })
const member = z.object({ id: z.string().max(255), memberId: z.string().max(400) })

const memberShape = agentShape.extend({ teamRole: z.string(), joinedAt: moment }).meta({ id: 'ThenaTeamMember' })

/** Who belongs to a team, and as what. */
export const teamMembers: FastifyPluginAsyncZod<ApiOptions> = async (server, { store }) => {
  server.get(
    '/teams/:id/members',
    {
      config: { scope: 'setup:read' },
      schema: {
        summary: 'The members of a team',
        params,
        querystring: z.object(paged),
        response: { 200: enveloped(z.array(memberShape)) },
      },
    },
    async ({ params, query }) =>
      store.read(async q => {
        const { id } = await teamNamed(q, params.id)
        const found = await agentRecords(q, { teamId: id }, spanOf(query))
        return envelope(
          found.map(f => memberOf(f, id, store.now())),
          store.now(),
        )
      }),
  )

  server.post(
    '/teams/:id/members',
    {
      config: { scope: 'setup:write', names: { agent: 'agentId' } },
      schema: {
        summary: 'Adds an agent to a team, or changes what they are in it',
        params,
        headers: onceHeaders,
        body: z.object({
          agentId: z.string().max(400).optional(),
          userId: z.string().max(400).optional(),
          email: z.string().max(400).optional(),
          role: z.enum(['member', 'lead', 'agent', 'drafter', 'viewer']).optional(),
        }),
        response: { 201: enveloped(memberShape) },
      },
    },
    async (request, reply) => {
      const { body, params } = request
      const named = body.agentId ?? body.userId ?? body.email
      if (!named) throw new Problem('invalid', 'Say who.', 'agentId')
      const by = callerOf(request).agent
      return answer(store, request, reply, async tx => {
        const team = await teamNamed(tx.q, params.id)
        await refuseUnlessLead(tx.q, by.id, team.id)
        const agent = await agentNamed(tx.q, named)
        if (agent.deactivated_at !== null) throw new Problem('conflict', `${agent.name} is no longer here.`, 'agent')
        const role = body.role ?? (await membershipsOf(tx.q, agent.id)).get(team.id) ?? 'member'
        await setTeamRole(tx, agent.id, team.id, role, by)
        return { status: 201, body: envelope(await load(tx.q, agent.id, team.id, tx.now), tx.now) }
      })
    },
  )

  server.delete(
    '/teams/:id/members/:memberId',
    {
      config: { scope: 'setup:write' },
      schema: {
        summary: 'Takes an agent out of a team; the tickets that they have stay theirs',
        params: member,
        headers: onceHeaders,
        response: { 200: enveloped(z.object({ id: z.string() })) },
      },
    },
    async (request, reply) =>
      answer(store, request, reply, async tx => {
        const team = await teamNamed(tx.q, request.params.id)
        const agent = await agentNamed(tx.q, request.params.memberId)
        await leaveTeam(tx, agent.id, team.id, callerOf(request).agent)
        return { status: 200, body: envelope({ id: agent.id }, tx.now) }
      }),
  )
}

async function load(q: Query, agentId: string, teamId: string, now: number) {
  const [found] = await agentsWith(q, [agentId])
  if (!found) throw new Error(`The agent ${agentId} is not there.`)
  return memberOf(found, teamId, now)
}

function memberOf(record: Awaited<ReturnType<typeof agentsWith>>[number], teamId: string, now: number) {
  const membership = record.teams.find(t => t.team_id === teamId)
  return {
    ...agentOf(record, now),
    teamRole: membership?.role ?? 'member',
    joinedAt: isoOf(membership?.joined_at ?? record.row.created_at),
  }
}
