import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { refuseUnlessLead } from '../../../core/permissions/roles.ts'
import { tagNamed, tagRecords } from '../../../core/programs/tags.ts'
import { changeTag, createTag, dropTag } from '../../../core/tags/change.ts'
import { groupNamed } from '../../../core/tags/groups.ts'
import type { Tx } from '../../../db/store.ts'
import { actorIn, callerOf } from '../../caller.ts'
import { answer, answeredBefore, onceHeaders } from '../../once.ts'
import type { ApiOptions } from '../../options.ts'
import { envelope, enveloped } from '../envelope.ts'
import { paged, spanOf } from '../paging.ts'
import { tagOf, tagShape } from './tag.ts'

const params = z.object({ id: z.string().max(255) })
const wanted = { group: z.string().max(1_000).nullish() }

/** The tags that tickets can have. */
export const tags: FastifyPluginAsyncZod<ApiOptions> = async (server, { store }) => {
  server.get(
    '/tags',
    {
      config: { scope: 'setup:read' },
      schema: {
        summary: 'Tags, in the order of the alphabet',
        querystring: z.object(paged),
        response: { 200: enveloped(z.array(tagShape)) },
      },
    },
    async ({ query }) => envelope((await store.read(q => tagRecords(q, spanOf(query)))).map(tagOf), store.now()),
  )

  server.get(
    '/tags/:id',
    {
      config: { scope: 'setup:read' },
      schema: { summary: 'A tag', params, response: { 200: enveloped(tagShape) } },
    },
    async ({ params }) => envelope(tagOf(await store.read(q => tagNamed(q, params.id))), store.now()),
  )

  server.post(
    '/tags',
    {
      config: { scope: 'setup:write' },
      schema: {
        summary: 'Makes a tag',
        headers: onceHeaders,
        body: z.object({ name: z.string().max(1_000), ...wanted }),
        response: { 201: enveloped(tagShape) },
      },
    },
    async (request, reply) => {
      const { body } = request
      return answer(store, request, reply, async tx => {
        if (body.group?.trim()) await refuseUnlessLead(tx.q, callerOf(request).agent.id)
        const form = { name: body.name, groupId: await groupIn(tx, body.group) }
        const id = await createTag(tx, form, actorIn(request))
        return { status: 201, body: envelope(tagOf(await tagNamed(tx.q, id)), tx.now) }
      })
    },
  )

  server.patch(
    '/tags/:id',
    {
      config: { scope: 'setup:write' },
      schema: {
        summary: 'Calls a tag otherwise, on all tickets',
        params,
        headers: onceHeaders,
        body: z.object({ name: z.string().max(1_000).optional(), ...wanted }),
        response: { 200: enveloped(tagShape) },
      },
    },
    async (request, reply) => {
      const { body, params } = request
      return answer(store, request, reply, async tx => {
        await refuseUnlessLead(tx.q, callerOf(request).agent.id)
        const tag = await tagNamed(tx.q, params.id)
        const groupId = body.group === undefined ? tag.group_id : await groupIn(tx, body.group)
        await changeTag(tx, tag.id, { name: body.name ?? tag.name, groupId })
        return { status: 200, body: envelope(tagOf(await tagNamed(tx.q, tag.id)), tx.now) }
      })
    },
  )

  server.delete(
    '/tags/:id',
    {
      config: { scope: 'setup:write' },
      schema: {
        summary: 'Takes a tag off all tickets, and removes it',
        params,
        headers: onceHeaders,
        response: { 200: enveloped(z.object({ id: z.string() })) },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      if (!(await answeredBefore(store, request))) {
        await store.read(q => refuseUnlessLead(q, callerOf(request).agent.id))
        const tag = await store.read(q => tagNamed(q, id))
        await dropTag(store, tag.id, null, actorIn(request))
      }
      return answer(store, request, reply, async tx => ({ status: 200, body: envelope({ id }, tx.now) }))
    },
  )
}

async function groupIn(tx: Tx, name: string | null | undefined): Promise<string | null> {
  return name?.trim() ? groupNamed(tx, name) : null
}
