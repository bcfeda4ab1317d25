import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Actor } from '../../../core/events.ts'
import { refuseUnlessMay } from '../../../core/permissions/may.ts'
import { ticketNamed } from '../../../core/programs/named.ts'
import { type TicketRecord, ticketRecords } from '../../../core/programs/tickets.ts'
import type { Query } from '../../../db/store.ts'
import { actorIn } from '../../caller.ts'
import type { ApiOptions } from '../../options.ts'
import { envelope, enveloped } from '../envelope.ts'
import { ticketOf, ticketShape } from './ticket.ts'

/** What can be asked of tickets. */
export const reading: FastifyPluginAsyncZod<ApiOptions> = async (server, { store }) => {
  server.get(
    '/tickets/:id',
    {
      config: { scope: 'tickets:read' },
      schema: {
        summary: 'A ticket',
        params: z.object({ id: z.string() }),
        response: { 200: enveloped(ticketShape) },
      },
    },
    async request => {
      const record = await store.read(q => recordFor(q, request.params.id, actorIn(request)))
      return envelope(ticketOf(record), store.now())
    },
  )
}

/** The ticket for somebody who may see it. Throws a Problem when there is none, or they may not. */
async function recordFor(q: Query, id: string, actor: Actor): Promise<TicketRecord> {
  const ticket = await ticketNamed(q, id)
  await refuseUnlessMay(q, actor, 'view', ticket)
  return (await ticketRecords(q, [ticket.id])).get(ticket.id) as TicketRecord
}
