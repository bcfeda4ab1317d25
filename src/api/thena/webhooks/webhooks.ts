import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { type Hook, hookFor, hooksFor } from '../../../core/hooks/hook.ts'
import {
  changeHook,
  createHook,
  endOldSecret,
  type HookForm,
  removeHook,
  rotateSecret,
  switchHook,
} from '../../../core/hooks/subscribe.ts'
import { teamNamed } from '../../../core/programs/named.ts'
import type { AgentRow } from '../../../db/schema.ts'
import type { Query, Tx } from '../../../db/store.ts'
import { Problem } from '../../../lib/problem.ts'
import { callerOf } from '../../caller.ts'
import { answer, onceHeaders } from '../../once.ts'
import type { ApiOptions } from '../../options.ts'
import { envelope, enveloped } from '../envelope.ts'
import { hookOf, hookShape } from './shape.ts'

const id = z.object({ id: z.string().max(100) })

const settings = z.object({
  description: z.string().max(200).optional(),
  format: z.enum(['event', 'words']).optional().describe('words: flat texts of each answer, for workflows of Slack'),
  events: z.array(z.string().max(100)).max(100).nullable().optional().describe('null or ["*"]: all'),
  teamIds: z.array(z.string().max(100)).max(100).nullable().optional().describe('Ids or prefixes; null: all teams'),
  includePrivate: z.boolean().optional().describe('Notes, too'),
})
const url = z.string().min(1).max(2_000)

const names = { teams: 'teamIds', team: 'teamIds' }
const ok = z.object({ id: z.string() })

/** Subscriptions to what happens: who is posted what, and what became of it. For leads and admins. */
export const webhooks: FastifyPluginAsyncZod<ApiOptions> = async (server, { store, localHooks }) => {
  const shown = (q: Query, hookId: string, agentId: string): Promise<Hook> => hookFor(q, store.key, hookId, agentId)

  /**
   * Does the work, and answers with the webhook as it is then. In two parts, so that what is remembered of it gives nothing
   * away: the address, which may be a secret, is looked up again, and a secret is told by the very answer that made it.
   */
  async function tell(
    request: FastifyRequest,
    reply: FastifyReply,
    status: number,
    work: (tx: Tx, by: AgentRow) => Promise<{ id: string; secret?: string }>,
  ): Promise<FastifyReply> {
    const by = callerOf(request).agent
    let made: { secret: string; body: object } | undefined
    const remembered = async (tx: Tx) => {
      const { id, secret } = await work(tx, by)
      const body = envelope(hookOf({ ...(await shown(tx.q, id, by.id)), url: null }), tx.now)
      if (secret !== undefined) made = { secret, body }
      return { status, body }
    }
    return answer(store, request, reply, remembered, undefined, async told => {
      const body = told as Awaited<ReturnType<typeof remembered>>['body']
      const url = await store.read(async q => (await shown(q, body.data.id, by.id)).url).catch(unlessGone)
      return { ...body, data: { ...body.data, url, secret: made?.body === body ? made.secret : null } }
    })
  }

  server.get(
    '/webhooks',
    {
      config: { scope: 'webhooks:read' },
      schema: {
        summary: 'The webhooks that you may change, oldest first',
        response: { 200: enveloped(z.array(hookShape)) },
      },
    },
    async request => {
      const hooks = await store.read(q => hooksFor(q, store.key, callerOf(request).agent.id))
      return envelope(hooks.map(hookOf), store.now())
    },
  )

  server.post(
    '/webhooks',
    {
      config: { scope: 'webhooks:write', names },
      schema: {
        summary: 'Have events posted; the secret that signs them is answered once',
        headers: onceHeaders,
        body: settings.extend({ url }),
        response: { 201: enveloped(hookShape) },
      },
    },
    async (request, reply) =>
      tell(request, reply, 201, async (tx, by) => {
        const form = { ...(await formIn(tx.q, request.body)), url: request.body.url }
        return createHook(tx, form, by, localHooks)
      }),
  )

  server.get(
    '/webhooks/:id',
    {
      config: { scope: 'webhooks:read' },
      schema: { summary: 'A webhook', params: id, response: { 200: enveloped(hookShape) } },
    },
    async request => {
      const hook = await store.read(q => shown(q, request.params.id, callerOf(request).agent.id))
      return envelope(hookOf(hook), store.now())
    },
  )

  server.patch(
    '/webhooks/:id',
    {
      config: { scope: 'webhooks:write', names },
      schema: {
        summary: 'Change a webhook, or switch it off or on',
        params: id,
        headers: onceHeaders,
        body: settings.extend({ url: url.optional(), isActive: z.boolean().optional() }),
        response: { 200: enveloped(hookShape) },
      },
    },
    async (request, reply) =>
      tell(request, reply, 200, async (tx, by) => {
        const { id } = request.params
        const { url, isActive } = request.body
        const form = { ...(await formIn(tx.q, request.body)), ...(url !== undefined && { url }) }
        await changeHook(tx, id, form, by, localHooks)
        if (isActive !== undefined) await switchHook(tx, id, isActive, by)
        return { id }
      }),
  )

  server.delete(
    '/webhooks/:id',
    {
      config: { scope: 'webhooks:write' },
      schema: { summary: 'Remove a webhook', params: id, headers: onceHeaders, response: { 200: enveloped(ok) } },
    },
    async (request, reply) => {
      await answer(store, request, reply, async tx => {
        const hook = await shown(tx.q, request.params.id, callerOf(request).agent.id)
        await removeHook(tx, hook.id, callerOf(request).agent)
        return { status: 200, body: envelope({ id: hook.id }, tx.now) }
      })
    },
  )

  server.post(
    '/webhooks/:id/rotate-secret',
    {
      config: { scope: 'webhooks:write' },
      schema: {
        summary: 'Make a new secret, answered once; both sign for a day',
        params: id,
        headers: onceHeaders,
        response: { 200: enveloped(hookShape) },
      },
    },
    async (request, reply) =>
      tell(request, reply, 200, async (tx, by) => {
        const { id } = request.params
        return { id, secret: await rotateSecret(tx, id, by) }
      }),
  )

  server.delete(
    '/webhooks/:id/old-secret',
    {
      config: { scope: 'webhooks:write' },
      schema: {
        summary: 'Have only the newest secret sign from now on',
        params: id,
        headers: onceHeaders,
        response: { 200: enveloped(hookShape) },
      },
    },
    async (request, reply) =>
      tell(request, reply, 200, async (tx, by) => {
        const { id } = request.params
        await endOldSecret(tx, id, by)
        return { id }
      }),
  )
}

function unlessGone(error: unknown): null {
  if (error instanceof Problem) return null
  throw error
}

async function formIn(q: Query, given: z.infer<typeof settings>): Promise<HookForm> {
  const { description, format, events, teamIds, includePrivate } = given
  const ids = teamIds && (await Promise.all(teamIds.map(async name => (await teamNamed(q, name)).id)))
  return {
    ...(description !== undefined && { description }),
    ...(format !== undefined && { shape: format }),
    ...(events !== undefined && { events: events?.includes('*') ? null : events }),
    ...(teamIds !== undefined && { teamIds: ids ?? null }),
    ...(includePrivate !== undefined && { includePrivate }),
  }
}
