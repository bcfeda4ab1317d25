import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { z } from 'zod'
import { actorOf } from '../../../core/agents.ts'
import { refuseUnlessOpens } from '../../../core/permissions/may.ts'
import { commentRecords } from '../../../core/programs/comments.ts'
import { ticketRecords } from '../../../core/programs/tickets.ts'
import { ticketByDedupKey } from '../../../core/tickets/find.ts'
import { type Opened, openByProgram, openingOf, type TicketByProgram } from '../../../core/tickets/open-by-program.ts'
import type { NewFile } from '../../../core/view.ts'
import type { AgentRow } from '../../../db/schema.ts'
import type { Query, Tx } from '../../../db/store.ts'
import { callerOf } from '../../caller.ts'
import { answer, answeredBefore, onceHeaders } from '../../once.ts'
import type { ApiOptions } from '../../options.ts'
import { fetchFiles } from '../../remote-files.ts'
import { commentOf, commentShape } from '../comments/comment.ts'
import { envelope, enveloped } from '../envelope.ts'
import { asGiven } from '../faults.ts'
import { type NewThenaTicket, newTicketShape } from './new-ticket.ts'
import { keyFor, readNewTicket } from './read-new-ticket.ts'
import { setStatusAs } from './status.ts'
import { ticketOf, ticketShape } from './ticket.ts'

/** A ticket that was just opened, with the message that it began with. */
const openedShape = ticketShape.extend({ comment: commentShape.nullable() }).meta({ id: 'ThenaOpenedTicket' })

/** Opens tickets. */
export const creating: FastifyPluginAsyncZod<ApiOptions> = async (server, options) => {
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
      const { store, readHtml } = options
      const [{ agent }, { body }] = [callerOf(request), request]
      const files = (await answeredBefore(store, request)) ? [] : await filesFor(options, body, agent)
      await answer(store, request, reply, async tx => {
        const { ticket, isNew } = await openOne(tx, body, agent, readHtml, { files })
        return { status: isNew ? 201 : 200, body: envelope(await openedOf(tx.q, ticket.id), tx.now) }
      })
    },
  )
}

/** The files that a ticket names by their URLs. Nothing is fetched for what would be refused, or was opened before. */
export async function filesFor(
  { store, localHooks, readHtml }: ApiOptions,
  body: NewThenaTicket,
  agent: AgentRow,
): Promise<NewFile[]> {
  const urls = body.attachmentUrls ?? []
  const key = keyFor(body)
  if (!urls.length || (key && (await store.read(q => ticketByDedupKey(q, key))))) return []
  await store.read(async q => {
    const { form } = await readNewTicket(q, body, agent, readHtml)
    await refuseUnlessOpens(q, actorOf(agent), form.teamId)
  })
  return fetchFiles(urls, { local: localHooks })
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
    if (isNew && !form.closed && ticket.status !== 'draft') await setStatusAs(tx, ticket.id, body, actorOf(agent))
    return opened
  })
}

async function openedOf(q: Query, ticketId: string): Promise<z.infer<typeof openedShape>> {
  const record = (await ticketRecords(q, [ticketId])).get(ticketId)
  if (!record) throw new Error(`The ticket ${ticketId} is not there.`)
  const messageId = await openingOf(q, ticketId)
  const comment = messageId && (await commentRecords(q, [messageId])).get(messageId)
  return { ...ticketOf(record), comment: comment ? commentOf(comment) : null }
}
