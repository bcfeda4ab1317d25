import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { type Exclusions, USUAL_EXCLUSIONS } from '../../core/chats/blocks.ts'
import { approveChat, pauseChat, resumeChat, stopChat } from '../../core/chats/change.ts'
import { followUp } from '../../core/chats/follow-up.ts'
import { MOST_PICKED, openChat } from '../../core/chats/open.ts'
import { subjectFrom } from '../../core/chats/subject.ts'
import { fromText } from '../../core/document.ts'
import type { AgentRow } from '../../db/schema.ts'
import type { Tx } from '../../db/store.ts'
import { gathering, type Problem, Problems } from '../../lib/problem.ts'
import { callerOf } from '../caller.ts'
import { answer, onceHeaders } from '../once.ts'
import type { ApiOptions } from '../options.ts'
import { chatShape, chatTold } from './chat.ts'
import { agentGiven, chatGiven, customersGiven, given, idParams, inBody, teamGiven } from './given.ts'
import { messageText } from './messages.ts'
import { PRIORITIES, priorityFor } from './status.ts'
import { tellIn } from './tell.ts'

const newChat = z.object({
  message: messageText,
  groupKey: z.string().min(1).max(320),
  customerIds: z.array(given).min(1, 'Choose at least one customer').max(MOST_PICKED),
  agentId: given,
  priority: z.enum(PRIORITIES).default('MEDIUM'),
  subject: z.string().trim().max(255).optional(),
  kind: z.string().max(255).default(''),
  dueAt: z.iso.datetime({ offset: true }).optional(),
  exclusions: z
    .object({
      unsubscribed: z.boolean(),
      duplicate: z.boolean(),
      openTicket: z.boolean(),
      writtenToDays: z.number().int().min(0).max(365).nullable(),
    })
    .partial()
    .optional(),
})
type NewChat = z.infer<typeof newChat>

const NAMES = {
  team: 'groupKey',
  agent: 'agentId',
  audience: 'customerIds',
  customer: 'customerIds',
  sender: 'groupKey',
  when: 'dueAt',
  written_to_days: 'exclusions.writtenToDays',
  days: 'workingDays',
}

/** Writing to many customers at once, and what becomes of it. */
export const sendingChats: FastifyPluginAsyncZod<ApiOptions> = async (server, { store }) => {
  server.post(
    '/proactive_chats',
    {
      config: { scope: 'chats:write', names: NAMES },
      schema: {
        summary: 'Write to many customers, each by a mail of their own',
        headers: onceHeaders,
        body: newChat,
        response: { 201: chatShape },
      },
    },
    async (request, reply) =>
      answer(store, request, reply, async tx => {
        const { id } = await open(tx, request.body, callerOf(request).agent)
        return { status: 201, body: await chatTold(tellIn(tx), id) }
      }),
  )
  server.patch(
    '/proactive_chats/:id',
    {
      config: { scope: 'chats:write' },
      schema: {
        summary: 'Pause a chat, go on with it, approve it, or end it for good',
        params: idParams,
        headers: onceHeaders,
        body: z.object({ state: z.enum(['PAUSED', 'SENDING', 'STOPPED']), reason: z.string().max(500).default('') }),
        response: { 200: chatShape },
      },
    },
    async (request, reply) =>
      answer(store, request, reply, async tx => {
        const { state, reason } = request.body
        const { agent } = callerOf(request)
        const chat = await chatGiven(tx.q, request.params.id)
        if (state === 'PAUSED') await pauseChat(tx, chat.id, agent)
        else if (state === 'STOPPED') await stopChat(tx, chat.id, agent, reason)
        else if (chat.state === 'awaiting_approval') await approveChat(tx, chat.id, agent)
        else await resumeChat(tx, chat.id, agent)
        return { status: 200, body: await chatTold(tellIn(tx), chat.id) }
      }),
  )
  server.post(
    '/proactive_chats/:id/follow_up_message',
    {
      config: { scope: 'chats:write', names: NAMES },
      schema: {
        summary: 'Write again to those who have not answered, at once or after so many working days',
        params: idParams,
        headers: onceHeaders,
        body: z.object({ message: messageText, workingDays: z.number().int().min(0).max(90).default(0) }),
        response: { 201: z.object({ chat: chatShape, step: z.number().int(), recipients: z.number().int() }) },
      },
    },
    async (request, reply) =>
      answer(store, request, reply, async tx => {
        const { message, workingDays } = request.body
        const { id } = await chatGiven(tx.q, request.params.id)
        const sent = await followUp(tx, id, { body: fromText(message), workingDays }, callerOf(request).agent)
        return { status: 201, body: { chat: await chatTold(tellIn(tx), id), ...sent } }
      }),
  )
}

/** All that names nothing is told at once; the rest is core's to refuse. */
async function open(tx: Tx, body: NewChat, createdBy: AgentRow): Promise<{ id: string }> {
  const faults: Problem[] = []
  const gather = gathering(faults)
  const team = await gather(() => inBody('groupKey', teamGiven(tx.q, body.groupKey)))
  const agent = await gather(() => inBody('agentId', agentGiven(tx.q, body.agentId)))
  const customers = await gather(() => customersGiven(tx.q, body.customerIds, 'customerIds'))
  if (!team || !agent || !customers) throw new Problems(faults)
  return openChat(tx, {
    teamId: team.id,
    senderId: null,
    agentId: agent.id,
    subject: body.subject || subjectFrom(body.message),
    body: fromText(body.message),
    kind: body.kind,
    priority: priorityFor(body.priority),
    audience: { kind: 'customers', ids: customers },
    exclusions: exclusionsIn(body),
    files: [],
    dueAt: body.dueAt === undefined ? null : Date.parse(body.dueAt),
    createdBy,
  })
}

function exclusionsIn({ exclusions = {} }: NewChat): Exclusions {
  const {
    unsubscribed = USUAL_EXCLUSIONS.unsubscribed,
    duplicate = USUAL_EXCLUSIONS.duplicate,
    openTicket = USUAL_EXCLUSIONS.openTicket,
    writtenToDays = USUAL_EXCLUSIONS.writtenToDays,
  } = exclusions
  return { unsubscribed, duplicate, openTicket, writtenToDays }
}
