import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Actor } from '../../../core/events.ts'
import { refuseUnlessMay } from '../../../core/permissions/may.ts'
import { ticketNamed } from '../../../core/programs/named.ts'
import { tagNames, tagRecordsOf } from '../../../core/programs/tags.ts'
import { addTags, removeTags, setTags } from '../../../core/tags/tags.ts'
import type { Query, Tx } from '../../../db/store.ts'
import { Problem } from '../../../lib/problem.ts'
import { actorIn } from '../../caller.ts'
import { answer, onceHeaders } from '../../once.ts'
import type { ApiOptions } from '../../options.ts'
import { envelope, enveloped } from '../envelope.ts'
import { tagOf, tagShape } from '../set-up/tag.ts'

const MOST = 100
const params = z.object({ id: z.string().max(255) })
const names = z.array(z.string().max(1_000)).max(MOST)
const wanted = z.object({ tags: names.optional(), tagIds: z.array(z.string().max(255)).max(MOST).optional() })
const response = { 200: enveloped(z.array(tagShape)) }

type Work = (tx: Tx, ticketId: string, names: string[], actor: Actor) => Promise<void>

/** The tags of one ticket: by name, those that there are not being made, or by id. */
export const tagging: FastifyPluginAsyncZod<ApiOptions> = async (server, { store }) => {
  server.get(
    '/tickets/:id/tags',
    { config: { scope: 'tickets:read' }, schema: { summary: 'The tags of a ticket', params, response } },
    async request =>
      store.read(async q => {
        const ticket = await ticketNamed(q, request.params.id)
        await refuseUnlessMay(q, actorIn(request), 'view', ticket)
        return envelope(await load(q, ticket.id), store.now())
      }),
  )

  const change = async (request: FastifyRequest, id: string, given: z.infer<typeof wanted>, tx: Tx, work: Work) => {
    if (!given.tags && !given.tagIds) throw new Problem('invalid', 'Say which tags.', 'tags')
    const ticket = await ticketNamed(tx.q, id)
    await refuseUnlessMay(tx.q, actorIn(request), 'manage', ticket)
    const all = [...(given.tags ?? []), ...(await tagNames(tx.q, given.tagIds ?? []))]
    await work(tx, ticket.id, all, actorIn(request))
    return { status: 200, body: envelope(await load(tx.q, ticket.id), tx.now) }
  }

  server.put(
    '/tickets/:id/tags',
    {
      config: { scope: 'tickets:write' },
      schema: {
        summary: 'Gives a ticket these tags and no others',
        params,
        headers: onceHeaders,
        body: wanted,
        response,
      },
    },
    async (request, reply) =>
      answer(store, request, reply, tx => change(request, request.params.id, request.body, tx, setTags)),
  )

  server.post(
    '/tickets/:id/tags',
    {
      config: { scope: 'tickets:write' },
      schema: { summary: 'Adds tags to a ticket', params, headers: onceHeaders, body: wanted, response },
    },
    async (request, reply) =>
      answer(store, request, reply, tx => change(request, request.params.id, request.body, tx, addTags)),
  )

  server.delete(
    '/tickets/:id/tags',
    {
      config: { scope: 'tickets:write' },
      schema: {
        summary: 'Takes tags off a ticket',
        params,
        headers: onceHeaders,
        querystring: z.object({ tags: listed(1_000), tagIds: listed(255) }),
        response,
      },
    },
    async (request, reply) =>
      answer(store, request, reply, tx => change(request, request.params.id, request.query, tx, removeTags)),
  )
}

/** `?tags=a&tags=b`; one alone comes as a text. */
function listed(longest: number) {
  const one = z.string().max(longest)
  return z
    .union([one, z.array(one).max(MOST)])
    .transform(given => [given].flat())
    .optional()
}

async function load(q: Query, ticketId: string) {
  return (await tagRecordsOf(q, ticketId)).map(tagOf)
}
