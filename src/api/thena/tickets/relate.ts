import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Actor } from '../../../core/events.ts'
import { visibleTo } from '../../../core/find/visible.ts'
import { reaches, refuseUnlessMay } from '../../../core/permissions/may.ts'
import { ticketNamed } from '../../../core/programs/named.ts'
import { ticketRecords } from '../../../core/programs/tickets.ts'
import { linkTickets, relationsOf, setParent, unlinkTickets } from '../../../core/tickets/relations.ts'
import type { AgentRow } from '../../../db/schema.ts'
import type { Query } from '../../../db/store.ts'
import { Problem } from '../../../lib/problem.ts'
import { actorIn, callerOf } from '../../caller.ts'
import { answer, answeredBefore, onceHeaders } from '../../once.ts'
import type { ApiOptions } from '../../options.ts'
import { envelope, enveloped } from '../envelope.ts'
import { asGiven } from '../faults.ts'
import { statusOf } from '../status.ts'
import { recordOf } from './change.ts'
import { filesFor, openOne } from './create.ts'
import { id, type NewThenaTicket, openingShape } from './new-ticket.ts'
import { ticketOf, ticketShape } from './ticket.ts'

const linkShape = z
  .object({
    id: z.string(),
    ticketIdentifier: z.string(),
    title: z.string(),
    status: z.string(),
    statusId: z.string(),
    type: z.enum(['related', 'parent', 'child']),
  })
  .meta({ id: 'ThenaTicketLink' })

const params = z.object({ id })

const subTicketShape = openingShape
  .partial()
  .extend({ parentTicketId: id, subTicketId: id.nullish() })
  .meta({ id: 'ThenaSubTicket' })

/** What tickets have to do with each other. */
export const relating: FastifyPluginAsyncZod<ApiOptions> = async (server, options) => {
  const { store, readHtml } = options
  const config = { scope: 'tickets:write' } as const

  server.patch(
    '/tickets/link',
    {
      config,
      schema: {
        summary: 'Link two tickets',
        headers: onceHeaders,
        body: z.object({ sourceTicketId: id, linkedTicketId: id }),
        response: { 200: enveloped(ticketShape) },
      },
    },
    async (request, reply) => {
      const { sourceTicketId, linkedTicketId } = request.body
      await answer(store, request, reply, async tx => {
        const source = await named(tx.q, sourceTicketId, 'sourceTicketId')
        await link(tx, source, linkedTicketId, actorIn(request))
        return { status: 200, body: envelope(ticketOf(await recordOf(tx.q, source)), tx.now) }
      })
    },
  )

  server.post(
    '/tickets/:id/links',
    {
      config,
      schema: {
        summary: 'Link a ticket to another',
        description: 'The `type` of a link is not kept: here two tickets have to do with each other, or have not.',
        params,
        headers: onceHeaders,
        body: z.object({ linkedTicketId: id, type: z.string().max(100).nullish() }),
        response: { 201: enveloped(z.array(linkShape)) },
      },
    },
    async (request, reply) => {
      await answer(store, request, reply, async tx => {
        const ticket = await ticketNamed(tx.q, request.params.id)
        await link(tx, ticket.id, request.body.linkedTicketId, actorIn(request))
        return { status: 201, body: envelope(await linksOf(tx.q, ticket.id, callerOf(request).agent), tx.now) }
      })
    },
  )

  server.get(
    '/tickets/:id/links',
    {
      config: { scope: 'tickets:read' },
      schema: {
        summary: 'What a ticket has to do with others',
        params,
        response: { 200: enveloped(z.array(linkShape)) },
      },
    },
    async request => {
      const data = await store.read(async q => {
        const ticket = await ticketNamed(q, request.params.id)
        await refuseUnlessMay(q, actorIn(request), 'view', ticket)
        return linksOf(q, ticket.id, callerOf(request).agent)
      })
      return envelope(data, store.now())
    },
  )

  server.delete(
    '/tickets/:id/links/:linkedTicketId',
    {
      config,
      schema: {
        summary: 'Unlink two tickets',
        params: params.extend({ linkedTicketId: id }),
        headers: onceHeaders,
        response: { 200: enveloped(z.array(linkShape)) },
      },
    },
    async (request, reply) => {
      await answer(store, request, reply, async tx => {
        const [ticket, other] = [
          await ticketNamed(tx.q, request.params.id),
          await ticketNamed(tx.q, request.params.linkedTicketId),
        ]
        await unlinkTickets(tx, ticket.id, other.id, actorIn(request))
        return { status: 200, body: envelope(await linksOf(tx.q, ticket.id, callerOf(request).agent), tx.now) }
      })
    },
  )

  server.patch(
    '/tickets/sub-ticket',
    {
      config,
      schema: {
        summary: 'Make a ticket part of another',
        description:
          'An existing one (`subTicketId`), or a new one with what a ticket is opened with: of the same customer and team where ' +
          'nothing else is said, and for the team alone unless it is to be mailed.',
        headers: onceHeaders,
        body: subTicketShape,
        response: { 200: enveloped(ticketShape) },
      },
    },
    async (request, reply) => {
      const [{ agent }, actor] = [callerOf(request), actorIn(request)]
      const { parentTicketId, subTicketId } = request.body
      const isDone = subTicketId || (await answeredBefore(store, request))
      const files = isDone ? [] : await filesFor(options, await store.read(q => newSubTicket(q, request.body)), agent)
      await answer(store, request, reply, async tx => {
        const parent = await named(tx.q, parentTicketId, 'parentTicketId')
        const open = async () => {
          const body = await newSubTicket(tx.q, request.body)
          return (await openOne(tx, body, agent, readHtml, { parentId: parent, files })).ticket.id
        }
        const child = subTicketId ? await named(tx.q, subTicketId, 'subTicketId') : await open()
        if (subTicketId) await asGiven({ ticket: 'parentTicketId' }, () => setParent(tx, child, parent, actor))
        return { status: 200, body: envelope(ticketOf(await recordOf(tx.q, child)), tx.now) }
      })
    },
  )
}

/** A new ticket below another: of the same customer and team where nothing else is said. Throws Problems for what is missing. */
async function newSubTicket(
  q: Query,
  { parentTicketId, subTicketId: _, title, ...body }: z.infer<typeof subTicketShape>,
): Promise<NewThenaTicket> {
  const parent = await named(q, parentTicketId, 'parentTicketId')
  if (title === undefined) throw new Problem('invalid', 'Give the new ticket a title.', 'title')
  const { row, customer } = await recordOf(q, parent)
  const { customerId, teamId = row.team_id, isPrivate } = body
  const requestorEmail = body.requestorEmail ?? (customerId ? null : customer.address)
  return { ...body, requestorEmail, teamId, isPrivate: isPrivate ?? !body.isProactive, title }
}

/** The id of the ticket that the body of a request names. Throws a Problem under the field when there is none. */
async function named(q: Query, name: string, field: string): Promise<string> {
  try {
    return (await ticketNamed(q, name)).id
  } catch (error) {
    throw error instanceof Problem ? new Problem('invalid', error.message, field) : error
  }
}

async function link(
  tx: Parameters<typeof linkTickets>[0],
  ticketId: string,
  other: string,
  actor: Actor,
): Promise<void> {
  const otherId = await named(tx.q, other, 'linkedTicketId')
  await asGiven({ ticket: 'linkedTicketId' }, () => linkTickets(tx, ticketId, otherId, actor))
}

/** The first of those that somebody may see. */
async function linksOf(q: Query, ticketId: string, agent: AgentRow): Promise<z.infer<typeof linkShape>[]> {
  const relations = (await relationsOf(q, [ticketId])).get(ticketId)
  if (!relations) return []
  const { parent, children, links } = relations
  const all = [
    ...(parent ? [{ id: parent.id, type: 'parent' as const }] : []),
    ...children.map(c => ({ id: c.id, type: 'child' as const })),
    ...links.map(l => ({ id: l.id, type: 'related' as const })),
  ]
  const visible = await visibleTo(q, agent)
  const records = await ticketRecords(q, [...new Set(all.map(l => l.id))])
  return all.flatMap(({ id, type }) => {
    const record = records.get(id)
    if (!record || !visible.every(scope => reaches(scope, record.row))) return []
    const { id: statusId, name: status } = statusOf(record)
    return [{ id, ticketIdentifier: record.row.identifier, title: record.row.subject, status, statusId, type }]
  })
}
