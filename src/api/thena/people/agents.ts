import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { readAddress } from '../../../core/addresses.ts'
import { changeAgent, refuseUnlessThemselves } from '../../../core/agents.ts'
import { setBaseRole } from '../../../core/permissions/roles.ts'
import { agentRecords, agentsWith } from '../../../core/programs/agents.ts'
import { agentNamed, teamNamed } from '../../../core/programs/named.ts'
import { setAvailability, setCapacity } from '../../../core/routing/availability.ts'
import type { AgentRow } from '../../../db/schema.ts'
import type { Query, Tx } from '../../../db/store.ts'
import { callerOf } from '../../caller.ts'
import { answer, onceHeaders } from '../../once.ts'
import type { ApiOptions } from '../../options.ts'
import { envelope, enveloped, moment } from '../envelope.ts'
import { paged, spanOf } from '../paging.ts'
import { agentOf, agentShape } from './agent.ts'

const params = z.object({ id: z.string().max(400) })

const wanted = z.object({
  alias: z.string().max(1_000).nullish(),
  signature: z.string().max(10_000).nullish(),
  availability: z.enum(['online', 'away', 'offline']).optional(),
  availableAt: moment.nullish(),
  capacity: z.number().int().min(1).max(1_000).nullish(),
  role: z.enum(['admin', 'agent', 'drafter', 'viewer']).optional(),
})
type Wanted = z.infer<typeof wanted>

/** The agents, under that name and under the one that other pages of the documents have for them. */
export const agents: FastifyPluginAsyncZod<ApiOptions> = async (server, { store }) => {
  for (const path of ['/agents', '/users']) {
    server.get(
      path,
      {
        config: { scope: 'people:read', names: { team: 'teamId' } },
        schema: {
          summary: 'Agents who are here, those who came first before others',
          querystring: z.object({
            email: z.string().max(1_000).optional(),
            teamId: z.string().max(255).optional(),
            ...paged,
          }),
          response: { 200: enveloped(z.array(agentShape)) },
        },
      },
      async ({ query }) => {
        const address = query.email === undefined ? undefined : readAddress(query.email, 'email').address
        const found = await store.read(async q => {
          const teamId = query.teamId === undefined ? undefined : (await teamNamed(q, query.teamId)).id
          return agentRecords(q, { teamId, address }, spanOf(query))
        })
        return envelope(
          found.map(f => agentOf(f, store.now())),
          store.now(),
        )
      },
    )

    server.get(
      `${path}/:id`,
      {
        config: { scope: 'people:read' },
        schema: { summary: 'An agent', params, response: { 200: enveloped(agentShape) } },
      },
      async ({ params }) => {
        const now = store.now()
        return envelope(await store.read(async q => load(q, (await agentNamed(q, params.id)).id, now)), now)
      },
    )

    server.patch(
      `${path}/:id`,
      {
        config: { scope: 'people:write', names: { until: 'availableAt' } },
        schema: {
          summary:
            'How an agent looks to customers and when they are given tickets, for themselves; their role, for admins',
          params,
          headers: onceHeaders,
          body: wanted,
          response: { 200: enveloped(agentShape) },
        },
      },
      async (request, reply) =>
        answer(store, request, reply, async tx => {
          const agent = await agentNamed(tx.q, request.params.id)
          await change(tx, agent, request.body, callerOf(request).agent)
          return { status: 200, body: envelope(await load(tx.q, agent.id, tx.now), tx.now) }
        }),
    )
  }
}

async function change(tx: Tx, agent: AgentRow, { role, ...own }: Wanted, by: AgentRow): Promise<void> {
  const { alias, signature, availability, availableAt, capacity } = own
  if (Object.values(own).some(value => value !== undefined)) refuseUnlessThemselves(agent, by)
  if (alias !== undefined || signature !== undefined)
    await changeAgent(tx, agent.id, {
      alias: (alias === undefined ? agent.alias : alias) ?? '',
      signature: (signature === undefined ? agent.signature : signature) ?? '',
    })
  if (availability !== undefined || availableAt !== undefined) {
    const until = availableAt === undefined ? null : availableAt && Date.parse(availableAt)
    await setAvailability(tx, agent.id, availability ?? agent.availability, until || null)
  }
  if (capacity !== undefined) await setCapacity(tx, agent.id, capacity)
  if (role !== undefined && role !== (agent.role ?? 'agent')) await setBaseRole(tx, agent.id, role, by)
}

async function load(q: Query, id: string, now: number) {
  const [found] = await agentsWith(q, [id])
  if (!found) throw new Error(`The agent ${id} is not there.`)
  return agentOf(found, now)
}
