import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { folded } from '../../../core/fields/read.ts'
import { refuseUnlessLead } from '../../../core/permissions/roles.ts'
import { teamNamed } from '../../../core/programs/named.ts'
import { subStatusNamed } from '../../../core/programs/named-setup.ts'
import { dropSubStatus, refuseTooManyToTakeIn, takeIn } from '../../../core/tickets/sub-status.ts'
import { changeSubStatus, createSubStatus, subStatusById, subStatuses } from '../../../core/tickets/sub-statuses.ts'
import type { ParentStatus, SubStatusRow } from '../../../db/schema.ts'
import type { Query } from '../../../db/store.ts'
import { Problem } from '../../../lib/problem.ts'
import { actorIn, callerOf } from '../../caller.ts'
import { answer, answeredBefore, onceHeaders } from '../../once.ts'
import type { ApiOptions } from '../../options.ts'
import { envelope, enveloped, isoOf, moment } from '../envelope.ts'
import { ORGANISATION } from '../organisation.ts'
import { paged, pageOf } from '../paging.ts'
import { PARENTS, STATUSES, type ThenaStatus } from '../status.ts'

const text = z.string().nullable()
const time = moment.nullable()

const statusShape = z
  .object({
    id: z.string(),
    name: z.string(),
    displayName: z.string(),
    description: text,
    isDefault: z.boolean(),
    parentStatusId: text,
    parentStatus: text,
    teamId: text,
    organizationId: z.string(),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'ThenaStatus' })

const params = z.object({ id: z.string().max(255) })
const removed = enveloped(z.object({ id: z.string() }))

const name = z.string().max(1_000)
const words = { name: name.optional(), displayName: name.optional(), description: z.string().max(5_000).optional() }

/** The statuses of tickets: those that there always are, and below them those of teams. */
export const statuses: FastifyPluginAsyncZod<ApiOptions> = async (server, { store }) => {
  server.get(
    '/tickets/status',
    {
      config: { scope: 'setup:read', names: { team: 'teamId' } },
      schema: {
        summary: 'All statuses, or those that the tickets of a team can have',
        querystring: z.object({ teamId: z.string().max(255).optional(), ...paged }),
        response: { 200: enveloped(z.array(statusShape)) },
      },
    },
    async ({ query }) => {
      const made = await store.read(async q =>
        subStatuses(q, query.teamId === undefined ? null : (await teamNamed(q, query.teamId)).id),
      )
      return envelope(pageOf([...FIXED, ...made.map(statusOf)], query), store.now())
    },
  )

  server.get(
    '/tickets/status/:id',
    {
      config: { scope: 'setup:read' },
      schema: { summary: 'A status', params, response: { 200: enveloped(statusShape) } },
    },
    async ({ params }) => {
      const fixed = fixedWith(params.id)
      return envelope(fixed ?? statusOf(await store.read(q => subStatusNamed(q, params.id))), store.now())
    },
  )

  server.post(
    '/tickets/status',
    {
      config: { scope: 'setup:write', names: { team: 'teamId', parent: 'parentStatusId' } },
      schema: {
        summary: 'Makes a status below one of the four',
        headers: onceHeaders,
        body: z.object({
          ...words,
          parentStatusId: z.string().max(255),
          teamId: z.string().max(255).nullish(),
          isDefault: z.boolean().optional(),
          moveParentTickets: z.boolean().optional(),
        }),
        response: { 201: enveloped(statusShape) },
      },
    },
    async (request, reply) => {
      const { body } = request
      refuseDefault(body.isDefault)
      const parent = parentNamed(body.parentStatusId)
      const by = callerOf(request).agent
      const takesIn = body.moveParentTickets === true && !(await answeredBefore(store, request))
      return answer(
        store,
        request,
        reply,
        async tx => {
          const teamId = body.teamId ? (await teamNamed(tx.q, body.teamId)).id : null
          const shown = body.displayName ?? body.name ?? ''
          refuseFixedName(shown)
          const form = { teamId, parent, name: shown, description: body.description ?? '' }
          const id = await createSubStatus(tx, form, by)
          if (takesIn) await refuseTooManyToTakeIn(tx.q, { parent, team_id: teamId })
          return { status: 201, body: envelope(await load(tx.q, id), tx.now) }
        },
        async made => {
          const { data } = made as { data: { id: string } }
          if (takesIn) await takeIn(store, data.id, actorIn(request))
        },
      )
    },
  )

  server.patch(
    '/tickets/status/:id',
    {
      config: { scope: 'setup:write' },
      schema: {
        summary: 'Calls a status otherwise',
        params,
        headers: onceHeaders,
        body: z.object({ ...words, isDefault: z.boolean().optional(), parentStatusId: z.string().max(255).optional() }),
        response: { 200: enveloped(statusShape) },
      },
    },
    async (request, reply) => {
      const { body, params } = request
      refuseFixed(params.id, 'changed')
      refuseDefault(body.isDefault)
      return answer(store, request, reply, async tx => {
        const { id, parent } = await subStatusNamed(tx.q, params.id)
        if (body.parentStatusId !== undefined && parentNamed(body.parentStatusId) !== parent)
          throw new Problem('conflict', `It stays below ${PARENTS[parent]}, with its tickets.`, 'parentStatusId')
        const shown = body.displayName ?? body.name
        if (shown !== undefined) refuseFixedName(shown)
        await changeSubStatus(tx, id, { name: shown, description: body.description }, callerOf(request).agent)
        return { status: 200, body: envelope(await load(tx.q, id), tx.now) }
      })
    },
  )

  server.delete(
    '/tickets/status/:id',
    {
      config: { scope: 'setup:write' },
      schema: {
        summary: 'Removes a status; its tickets are below its parent as before',
        params,
        headers: onceHeaders,
        response: { 200: removed },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      await store.read(q => refuseUnlessLead(q, callerOf(request).agent.id))
      refuseFixed(id, 'deleted')
      if (!(await answeredBefore(store, request)))
        await dropSubStatus(store, (await store.read(q => subStatusNamed(q, id))).id, actorIn(request))
      return answer(store, request, reply, async tx => ({ status: 200, body: envelope({ id }, tx.now) }))
    },
  )
}

async function load(q: Query, id: string) {
  return statusOf(await subStatusById(q, id))
}

function statusOf(row: SubStatusRow): z.infer<typeof statusShape> {
  return {
    id: row.id,
    name: row.name,
    displayName: row.name,
    description: row.description || null,
    isDefault: false,
    parentStatusId: row.parent,
    parentStatus: PARENTS[row.parent],
    teamId: row.team_id,
    organizationId: ORGANISATION,
    createdAt: isoOf(row.created_at),
    updatedAt: null,
  }
}

/** The four, and below them those that we tell apart ourselves, in the order in which a ticket goes through them. */
const FIXED = Object.values(STATUSES)
  .sort((a, b) => order(a) - order(b))
  .map(({ id, name, parent }) => ({
    id,
    name,
    displayName: name,
    description: null,
    isDefault: id === 'open',
    parentStatusId: parent,
    parentStatus: parent && PARENTS[parent],
    teamId: null,
    organizationId: ORGANISATION,
    createdAt: null,
    updatedAt: null,
  }))

function order({ id, parent }: ThenaStatus): number {
  return Object.keys(PARENTS).indexOf(parent ?? id) * 2 + (parent ? 1 : 0)
}

function fixedWith(id: string) {
  return FIXED.find(s => s.id === id || folded(s.name) === folded(id))
}

function refuseFixed(id: string, done: string): void {
  const fixed = fixedWith(id)
  if (!fixed) return
  const why = fixed.isDefault ? 'it is what tickets begin with' : 'there are always tickets that need it'
  throw new Problem('conflict', `${fixed.name} cannot be ${done}: ${why}.`)
}

function refuseFixedName(name: string): void {
  const twin = FIXED.find(s => folded(s.name) === folded(name))
  if (twin) throw new Problem('conflict', `There is a status ${twin.name} already.`, 'name')
}

function refuseDefault(isDefault: boolean | undefined): void {
  if (isDefault)
    throw new Problem('invalid', 'Tickets begin with Open. No other status can be the default.', 'isDefault')
}

/** One of the four, by its id or its name. */
function parentNamed(typed: string): ParentStatus {
  const found = (Object.entries(PARENTS) as [ParentStatus, string][]).find(
    ([id, name]) => id === typed || folded(name) === folded(typed),
  )
  if (found) return found[0]
  throw new Problem('invalid', `A status is below one of ${Object.keys(PARENTS).join(', ')}.`, 'parentStatusId')
}
