import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Actor } from '../../../core/events.ts'
import { refuseUnlessMay } from '../../../core/permissions/may.ts'
import { ticketNamed } from '../../../core/programs/named.ts'
import { assignTicket } from '../../../core/tickets/assign.ts'
import { deleteTicket } from '../../../core/tickets/delete.ts'
import { archiveTicket, reopenTicket } from '../../../core/tickets/status.ts'
import type { TicketRow } from '../../../db/schema.ts'
import type { Tx } from '../../../db/store.ts'
import { Problem } from '../../../lib/problem.ts'
import { actorIn } from '../../caller.ts'
import { answer, onceHeaders } from '../../once.ts'
import type { ApiOptions } from '../../options.ts'
import { envelope, enveloped } from '../envelope.ts'
import { asGiven } from '../faults.ts'
import { recordOf } from './change.ts'
import { id, NAMES, ticketFields } from './new-ticket.ts'
import { assigneeIn } from './read-ticket.ts'
import { setStatusAs } from './status.ts'
import { ticketOf, ticketShape } from './ticket.ts'

const params = z.object({ id })

/** Does one thing with a ticket, and answers it as it is then. */
export const acting: FastifyPluginAsyncZod<ApiOptions> = async (server, { store }) => {
  const config = { scope: 'tickets:write' } as const
  const answered = enveloped(ticketShape)

  async function perform(
    request: FastifyRequest<{ Params: { id: string } }>,
    reply: FastifyReply,
    status: number,
    work: (tx: Tx, ticket: TicketRow, actor: Actor) => Promise<void>,
  ): Promise<void> {
    await answer(store, request as FastifyRequest, reply, async tx => {
      const ticket = await ticketNamed(tx.q, request.params.id)
      await asGiven(NAMES, () => work(tx, ticket, actorIn(request as FastifyRequest)))
      return { status, body: envelope(ticketOf(await recordOf(tx.q, ticket.id)), tx.now) }
    })
  }

  server.delete(
    '/tickets/:id',
    { config, schema: { summary: 'Delete a ticket', params, headers: onceHeaders, response: { 200: answered } } },
    (request, reply) => perform(request, reply, 200, (tx, ticket, actor) => deleteTicket(tx, ticket.id, actor)),
  )

  server.post(
    '/tickets/:id/assign',
    {
      config,
      schema: {
        summary: 'Give a ticket to an agent, or with null to nobody',
        params,
        headers: onceHeaders,
        body: z.object({
          assignedAgentId: ticketFields.assignedAgentId,
          assignedAgentEmail: ticketFields.assignedAgentEmail,
        }),
        response: { 201: answered },
      },
    },
    (request, reply) =>
      perform(request, reply, 201, async (tx, ticket, actor) => {
        const agent = await assigneeIn(tx.q, request.body)
        if (agent === undefined) throw new Problem('invalid', 'Say who is to have it.', 'assignedAgentId')
        await assignTicket(tx, ticket.id, agent?.id ?? null, actor)
      }),
  )

  server.patch(
    '/tickets/:id/status',
    {
      config,
      schema: {
        summary: "Set a ticket's status",
        params,
        headers: onceHeaders,
        body: z.object({
          statusId: ticketFields.statusId,
          statusName: ticketFields.statusName,
          status: ticketFields.status,
        }),
        response: { 200: answered },
      },
    },
    (request, reply) =>
      perform(request, reply, 200, async (tx, ticket, actor) => {
        const { statusId, statusName, status } = request.body
        if (!statusId && !statusName && !status) throw new Problem('invalid', 'Say which status.', 'statusId')
        await setStatusAs(tx, ticket.id, request.body, actor)
      }),
  )

  server.post(
    '/tickets/:id/archive',
    {
      config,
      schema: {
        summary: 'Put a ticket out of the lists, closed',
        params,
        headers: onceHeaders,
        response: { 201: answered },
      },
    },
    (request, reply) => perform(request, reply, 201, (tx, ticket, actor) => archiveTicket(tx, ticket.id, actor)),
  )

  server.post(
    '/tickets/:id/unarchive',
    {
      config,
      schema: {
        summary: 'Open an archived ticket again',
        params,
        headers: onceHeaders,
        response: { 201: answered },
      },
    },
    (request, reply) =>
      perform(request, reply, 201, async (tx, ticket, actor) => {
        await refuseUnlessMay(tx.q, actor, 'manage', ticket)
        if (ticket.archived_at === null) throw new Problem('conflict', `${ticket.identifier} is not archived.`)
        await reopenTicket(tx, ticket.id, actor)
      }),
  )
}
