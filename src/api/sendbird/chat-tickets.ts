import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { recipientOfTicket } from '../../core/chats/find.ts'
import { followUpOne } from '../../core/chats/follow-up.ts'
import { fromText } from '../../core/document.ts'
import { refuseUnlessMay, scopeOf } from '../../core/permissions/may.ts'
import { type ChatTicketFilter, chatTicketsFound } from '../../core/programs/chats.ts'
import type { TicketRow } from '../../db/schema.ts'
import type { Query } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'
import { actorIn, callerOf } from '../caller.ts'
import { answer, onceHeaders } from '../once.ts'
import type { ApiOptions } from '../options.ts'
import { chatFilterOf, chatFilterQuery } from './chats.ts'
import { chatGiven, customerGiven, idParams, inBody, ticketGiven } from './given.ts'
import { messageShape, messagesTold } from './message.ts'
import { messageText } from './messages.ts'
import { MOST_COUNTED, pageOf, pageQuery, pageShape } from './page.ts'
import { STATUS2, statusFor } from './status.ts'
import { type Tell, tellIn, told } from './tell.ts'
import { ticketsTold, ticketTold } from './tell-tickets.ts'
import { ticketShape } from './ticket.ts'

const ofOneChat = z.object({
  ...pageQuery,
  ...chatFilterQuery,
  customer: z.string().max(320).optional(),
  status2: z.enum(STATUS2).optional(),
})
const listQuery = ofOneChat.extend({ proactive_chat: z.string().max(15).optional() })
type ListQuery = z.infer<typeof listQuery>

/** The tickets that proactive chats began, one for each of their recipients, answered or not. */
export const chatTickets: FastifyPluginAsyncZod<ApiOptions> = async (server, { store }) => {
  server.get(
    '/proactive_chat_tickets',
    {
      config: { scope: 'tickets:read' },
      schema: {
        summary: 'Tickets of proactive chats, the newest chat first',
        querystring: listQuery,
        response: { 200: pageShape(ticketShape) },
      },
    },
    request =>
      told(store, async t =>
        pageOf(request, request.query, ...(await found(t, request.query, callerOf(request).agent.id))),
      ),
  )
  server.get(
    '/proactive_chats/:id/tickets',
    {
      config: { scope: 'tickets:read' },
      schema: {
        summary: 'Tickets of a proactive chat',
        params: idParams,
        querystring: ofOneChat,
        response: { 200: pageShape(ticketShape) },
      },
    },
    request =>
      told(store, async t => {
        await chatGiven(t.q, request.params.id)
        const query = { ...request.query, proactive_chat: request.params.id }
        return pageOf(request, query, ...(await found(t, query, callerOf(request).agent.id)))
      }),
  )
  server.get(
    '/proactive_chat_tickets/:id',
    {
      config: { scope: 'tickets:read' },
      schema: { summary: 'A ticket of a proactive chat', params: idParams, response: { 200: ticketShape } },
    },
    request =>
      told(store, async t => {
        const ticket = await ofChat(t.q, request.params.id)
        await refuseUnlessMay(t.q, actorIn(request), 'view', ticket)
        return ticketTold(t, ticket.id)
      }),
  )
  server.post(
    '/proactive_chat_tickets/:id/follow_up_message',
    {
      config: { scope: 'tickets:write' },
      schema: {
        summary: 'Write again to one recipient of a proactive chat',
        params: idParams,
        headers: onceHeaders,
        body: z.object({ message: messageText }),
        response: { 201: messageShape },
      },
    },
    async (request, reply) =>
      answer(store, request, reply, async tx => {
        const ticket = await ofChat(tx.q, request.params.id)
        const id = await followUpOne(tx, ticket, fromText(request.body.message), actorIn(request))
        return { status: 201, body: (await messagesTold(tellIn(tx), store, ticket.id, [id]))[0] }
      }),
  )
}

/** The ticket, which a chat began. Throws a Problem for any other. */
async function ofChat(q: Query, name: string): Promise<TicketRow> {
  const ticket = await ticketGiven(q, name)
  if (!(await recipientOfTicket(q, ticket.id)))
    throw new Problem('not_found', `No proactive chat began ${ticket.identifier}.`)
  return ticket
}

async function found(t: Tell, query: ListQuery, agentId: string) {
  const { limit, offset, order } = query
  const scope = await scopeOf(t.q, agentId, 'view')
  const slice = { limit, offset, oldestFirst: order === 'created_at', most: MOST_COUNTED }
  const { ids, count } = await chatTicketsFound(t.q, await filterOf(t.q, query), scope, slice)
  return [count, await ticketsTold(t, ids)] as const
}

/** Recipients are looked for by name or address within one chat, as at the desk. */
async function filterOf(q: Query, query: ListQuery): Promise<ChatTicketFilter> {
  const { proactive_chat, customer, status2, q: text } = query
  if (text && !proactive_chat)
    throw new Problem('invalid', 'Name the chat whose recipients are looked through: proactive_chat.', 'q')
  return {
    ...(await chatFilterOf(q, query)),
    ...(proactive_chat && { chatId: (await inBody('proactive_chat', chatGiven(q, proactive_chat))).id }),
    ...(customer && { customerId: (await inBody('customer', customerGiven(q, customer))).id }),
    ...(status2 && { statuses: [statusFor(status2)] }),
    ...(text && { recipient: text }),
  }
}
