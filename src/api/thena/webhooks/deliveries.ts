import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { hookFor } from '../../../core/hooks/hook.ts'
import { deliveriesOf, replay, sendTest } from '../../../core/hooks/log.ts'
import { callerOf } from '../../caller.ts'
import { answer, onceHeaders } from '../../once.ts'
import type { ApiOptions } from '../../options.ts'
import { envelope, enveloped } from '../envelope.ts'
import { deliveryOf, deliveryShape } from './shape.ts'

const id = z.object({ id: z.string().max(100) })
const ofDelivery = z.object({ id: z.string().max(100), deliveryId: z.string().max(100) })

/** What became of what was posted, and how it is posted again. */
export const webhookDeliveries: FastifyPluginAsyncZod<ApiOptions> = async (server, { store }) => {
  server.get(
    '/webhooks/:id/deliveries',
    {
      config: { scope: 'webhooks:read' },
      schema: {
        summary: 'What was posted in the last thirty days, the newest first',
        params: id,
        querystring: z.object({
          state: z.enum(['queued', 'delivered', 'failed']).optional(),
          before: z.string().max(100).optional().describe('The id of the last one of the page before'),
          limit: z.coerce.number().int().min(1).max(100).default(50),
        }),
        response: { 200: enveloped(z.array(deliveryShape)) },
      },
    },
    async request => {
      const rows = await store.read(async q => {
        const hook = await hookFor(q, store.key, request.params.id, callerOf(request).agent.id)
        return deliveriesOf(q, hook.id, request.query)
      })
      return envelope(rows.map(deliveryOf), store.now())
    },
  )

  server.post(
    '/webhooks/:id/deliveries/:deliveryId/replay',
    {
      config: { scope: 'webhooks:write' },
      schema: {
        summary: 'Post an event again',
        params: ofDelivery,
        headers: onceHeaders,
        response: { 201: enveloped(deliveryShape) },
      },
    },
    async (request, reply) => {
      await answer(store, request, reply, async tx => {
        const { id, deliveryId } = request.params
        const row = await replay(tx, id, deliveryId, callerOf(request).agent)
        return { status: 201, body: envelope(deliveryOf(row), tx.now) }
      })
    },
  )

  server.post(
    '/webhooks/:id/test',
    {
      config: { scope: 'webhooks:write' },
      schema: {
        summary: 'Post an event that says nothing, to try the webhook out',
        params: id,
        headers: onceHeaders,
        response: { 201: enveloped(deliveryShape) },
      },
    },
    async (request, reply) => {
      await answer(store, request, reply, async tx => {
        const row = await sendTest(tx, request.params.id, callerOf(request).agent)
        return { status: 201, body: envelope(deliveryOf(row), tx.now) }
      })
    },
  )
}
