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
import type { Query } from '../../../db/store.ts'
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
   * An answer in two parts, so that what is remembered of it gives nothing away: the address, which may be a secret, is
   * looked up again, and the secret is told by the very answer that made it.
   */
  const tellingApart = (agentId: string) => {
    let made: { secret: string; body: object } | undefined
    return {
      of(hook: Hook, at: number, secret?: string) {
        const body = envelope(hookOf({ ...hook, url: null }), at)
        if (secret !== undefined) made = { secret, body }
        return body
      },
      async show(told: unknown) {
        const body = told as ReturnType<typeof this.of>
        const url = await store.read(async q => (await shown(q, body.data.id, agentId)).url).catch(unlessGone)
        return { ...body, data: { ...body.data, url, secret: made?.body === body ? made.secret : null } }
      },
    }
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
      return envelope(
        hooks.map(hook => hookOf(hook)),
        store.now(),
      )
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
    async (request, reply) => {
      const by = callerOf(request).agent
      const untold = tellingApart(by.id)
      await answer(
        store,
        request,
        reply,
        async tx => {
          const form = { ...(await formIn(tx.q, request.body)), url: request.body.url }
          const { id, secret } = await createHook(tx, form, by, localHooks)
          return { status: 201, body: untold.of(await shown(tx.q, id, by.id), tx.now, secret) }
        },
        undefined,
        untold.show,
      )
    },
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
    async (request, reply) => {
      const by = callerOf(request).agent
      const { id } = request.params
      const { url, isActive } = request.body
      const untold = tellingApart(by.id)
      await answer(
        store,
        request,
        reply,
        async tx => {
          const form = { ...(await formIn(tx.q, request.body)), ...(url !== undefined && { url }) }
          await changeHook(tx, id, form, by, localHooks)
          if (isActive !== undefined) await switchHook(tx, id, isActive, by)
          return { status: 200, body: untold.of(await shown(tx.q, id, by.id), tx.now) }
        },
        undefined,
        untold.show,
      )
    },
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
    async (request, reply) => {
      const by = callerOf(request).agent
      const untold = tellingApart(by.id)
      await answer(
        store,
        request,
        reply,
        async tx => {
          const { id } = request.params
          const secret = await rotateSecret(tx, id, by)
          return { status: 200, body: untold.of(await shown(tx.q, id, by.id), tx.now, secret) }
        },
        undefined,
        untold.show,
      )
    },
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
    async (request, reply) => {
      const by = callerOf(request).agent
      const untold = tellingApart(by.id)
      await answer(
        store,
        request,
        reply,
        async tx => {
          await endOldSecret(tx, request.params.id, by)
          return { status: 200, body: untold.of(await shown(tx.q, request.params.id, by.id), tx.now) }
        },
        undefined,
        untold.show,
      )
    },
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
