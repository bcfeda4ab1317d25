import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { z } from 'zod'
import { actorOf } from '../../../core/agents.ts'
import { ticketRecords } from '../../../core/api/tickets.ts'
import { type Opened, openByProgram, type TicketByProgram } from '../../../core/tickets/open-by-program.ts'
import type { AgentRow } from '../../../db/schema.ts'
import type { Tx } from '../../../db/store.ts'
import { callerOf } from '../../caller.ts'
import { answer, onceHeaders } from '../../once.ts'
import type { ApiOptions } from '../../options.ts'
import { envelope, enveloped } from '../envelope.ts'
import { asGiven } from './faults.ts'
import { type NewThenaTicket, newTicketShape } from './new-ticket.ts'
import { readNewTicket } from './read-new-ticket.ts'
import { setStatusAs } from './status.ts'
import { ticketOf, ticketShape } from './ticket.ts'

/** A ticket that was just opened, as it is answered. */
export const openedShape = ticketShape.meta({ id: 'ThenaOpenedTicket' })

/** Opens tickets. */
export const creating: FastifyPluginAsyncZod<ApiOptions> = async (server, { store, readHtml }) => {
  server.post(
    '/tickets',
    {
      config: { scope: 'tickets:write' },
      schema: {
        summary: 'Open a ticket',
        description:
          'With `isProactive` and `proactiveChannels: ["email"]` its message is mailed; private, or proactive otherwise, it is ' +
          'for the team alone; else it begins with the words of the customer, who wrote by way of the program.',
        headers: onceHeaders,
        body: newTicketShape,
        response: {
          200: enveloped(openedShape).describe('The ticket that was opened under this key before.'),
          201: enveloped(openedShape),
        },
      },
    },
    async (request, reply) => {
      const { agent } = callerOf(request)
      await answer(store, request, reply, async tx => {
        const { ticket, isNew } = await openOne(tx, request.body, agent, readHtml)
        return { status: isNew ? 201 : 200, body: envelope(await openedOf(tx, ticket.id), tx.now) }
      })
    },
  )
}

/** Opens what a request asks for. Throws Problems by the names that it gave. */
export async function openOne(
  tx: Tx,
  body: NewThenaTicket,
  agent: AgentRow,
  readHtml: ApiOptions['readHtml'],
  more: Partial<TicketByProgram> = {},
): Promise<Opened> {
  const { form, names } = await readNewTicket(tx.q, body, agent, readHtml)
  return asGiven(names, async () => {
    const opened = await openByProgram(tx, { ...form, ...more })
    const { ticket, isNew } = opened
    if (isNew && !form.closed && ticket.status !== 'draft')
      await setStatusAs(tx, ticket.id, { ...body, statusName: body.statusName ?? body.status }, actorOf(agent))
    return opened
  })
}

async function openedOf(tx: Tx, ticketId: string): Promise<z.infer<typeof openedShape>> {
  const record = (await ticketRecords(tx.q, [ticketId])).get(ticketId)
  if (!record) throw new Error(`The ticket ${ticketId} is not there.`)
  return ticketOf(record)
}
