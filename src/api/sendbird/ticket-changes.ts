import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { fromText } from '../../core/document.ts'
import type { Actor } from '../../core/events.ts'
import { givenByName } from '../../core/fields/named.ts'
import type { Given } from '../../core/fields/read.ts'
import { setFields } from '../../core/fields/values.ts'
import { postMessage } from '../../core/messages/post.ts'
import { keepFacts } from '../../core/programs/facts.ts'
import { assignTicket } from '../../core/tickets/assign.ts'
import { setPriority } from '../../core/tickets/change.ts'
import { closeByAgent } from '../../core/tickets/close.ts'
import { lockTicket } from '../../core/tickets/lock.ts'
import { moveToTeam } from '../../core/tickets/move.ts'
import { snoozeTicket } from '../../core/tickets/snooze.ts'
import { reopenTicket, setStatus } from '../../core/tickets/status.ts'
import type { Status, TicketRow } from '../../db/schema.ts'
import type { Tx } from '../../db/store.ts'
import { actorIn } from '../caller.ts'
import { answer, onceHeaders } from '../once.ts'
import type { ApiOptions } from '../options.ts'
import { type CustomFieldsInput, customFieldsInput, fieldsIn, namingFields } from './custom-fields.ts'
import { agentGiven, given, idParams, inBody, teamGiven, ticketGiven } from './given.ts'
import { messageText, refuseInternal } from './messages.ts'
import { PRIORITIES, priorityFor, STATUS2, statusFor } from './status.ts'
import { tellIn } from './tell.ts'
import { CLOSING, ticketsTold, ticketTold } from './tell-tickets.ts'
import { ticketShape } from './ticket.ts'

const FIELD_LIMITS = { most: 50, key: 255, value: 3_000 }
const MOST_MOVED = 100

/** What can be done with tickets. */
export const changingTickets: FastifyPluginAsyncZod<ApiOptions> = async (server, { store }) => {
  const route = { params: idParams, headers: onceHeaders, response: { 200: ticketShape } }

  server.patch(
    '/tickets/:id',
    {
      config: { scope: 'tickets:write', names: { status: 'status2', until: 'status2' } },
      schema: {
        ...route,
        summary: 'Change a ticket',
        body: z.object({
          priority: z.enum(PRIORITIES).optional(),
          status2: z.enum(STATUS2).optional(),
          customFields: customFieldsInput.optional(),
        }),
      },
    },
    async (request, reply) =>
      answer(store, request, reply, async tx => {
        const { priority, status2, customFields } = request.body
        const actor = actorIn(request)
        const ticket = await managed(tx, request.params.id, actor)
        if (priority) await setPriority(tx, ticket.id, priorityFor(priority), actor)
        if (customFields !== undefined)
          await namingFields(tx.q, async () =>
            setFields(tx, ticket.id, await fieldsFor(tx, ticket, customFields), actor),
          )
        if (status2) await namingFields(tx.q, () => move(tx, ticket.id, statusFor(status2), actor))
        return { status: 200, body: await ticketTold(tellIn(tx), ticket.id) }
      }),
  )

  server.patch(
    '/tickets/:id/close',
    {
      config: { scope: 'tickets:write', names: { message: 'closeMessage' } },
      schema: {
        ...route,
        summary: 'Close a ticket, perhaps with a last word to the customer',
        body: z.object({
          closeComment: z.string().max(3_000).default(''),
          closeMessage: messageText.nullish(),
          customFields: customFieldsInput.optional(),
        }),
      },
    },
    async (request, reply) =>
      answer(store, request, reply, async tx => {
        const { closeComment, closeMessage, customFields = {} } = request.body
        const actor = actorIn(request)
        const ticket = await managed(tx, request.params.id, actor)
        if (closeMessage && ticket.closed_at === null) await sayAtClosing(tx, ticket, closeMessage, actor)
        await namingFields(tx.q, async () =>
          closeByAgent(tx, ticket.id, closeComment, await fieldsFor(tx, ticket, customFields), actor),
        )
        return { status: 200, body: await ticketTold(tellIn(tx), ticket.id) }
      }),
  )

  server.patch(
    '/tickets/:id/reopen',
    {
      config: { scope: 'tickets:write' },
      schema: { ...route, summary: 'Open a closed ticket again' },
    },
    async (request, reply) =>
      answer(store, request, reply, async tx => {
        const ticket = await managed(tx, request.params.id, actorIn(request))
        await reopenTicket(tx, ticket.id, actorIn(request))
        return { status: 200, body: await ticketTold(tellIn(tx), ticket.id) }
      }),
  )

  server.post(
    '/tickets/:id/assign',
    {
      config: { scope: 'tickets:write', names: { assignee: 'agentId' } },
      schema: {
        ...route,
        summary: 'Give a ticket to an agent, or to nobody',
        body: z.object({ agentId: given.nullable() }),
      },
    },
    async (request, reply) =>
      answer(store, request, reply, async tx => {
        const { agentId } = request.body
        const { id } = await ticketGiven(tx.q, request.params.id)
        const agent = agentId === null ? null : await inBody('agentId', agentGiven(tx.q, agentId))
        await assignTicket(tx, id, agent?.id ?? null, actorIn(request))
        return { status: 200, body: await ticketTold(tellIn(tx), id) }
      }),
  )

  server.post(
    '/tickets/transfer_to_group',
    {
      config: { scope: 'tickets:write', names: { team: 'groupKey' } },
      schema: {
        summary: 'Move tickets to another group, all or none of them',
        headers: onceHeaders,
        body: z.object({
          tickets: z.array(given).min(1).max(MOST_MOVED),
          groupKey: z.string().min(1).max(320),
          status: z.enum(['PENDING', 'ACTIVE']).default('PENDING'),
        }),
        response: { 200: z.object({ results: z.array(ticketShape) }) },
      },
    },
    async (request, reply) =>
      answer(store, request, reply, async tx => {
        const { tickets, groupKey, status } = request.body
        const team = await inBody('groupKey', teamGiven(tx.q, groupKey))
        const rows = []
        for (const name of tickets) rows.push(await inBody('tickets', ticketGiven(tx.q, name)))
        const ids = [...new Set(rows.map(r => r.id))].sort() // in one order for everybody
        for (const id of ids)
          await transfer(tx, id, { teamId: team.id, isPending: status === 'PENDING' }, actorIn(request))
        return { status: 200, body: { results: await ticketsTold(tellIn(tx), ids) } }
      }),
  )
}

/** The ticket, for somebody who may change it, whatever it is that they want to. */
async function managed(tx: Tx, name: string, actor: Actor): Promise<TicketRow> {
  const { id } = await ticketGiven(tx.q, name)
  return lockTicket(tx, id, actor)
}

/** What is idle waits for the customer's answer. */
async function move(tx: Tx, id: string, status: Status, actor: Actor): Promise<void> {
  if (status === 'snoozed') await snoozeTicket(tx, id, { until: null, untilAnswer: true }, actor)
  else await setStatus(tx, id, status, actor)
}

function fieldsFor(tx: Tx, { team_id }: TicketRow, input: CustomFieldsInput): Promise<Given> {
  return givenByName(tx.q, team_id, fieldsIn(input, FIELD_LIMITS))
}

/** The customer reads it whatever the team's reply mode is. */
async function sayAtClosing(tx: Tx, ticket: TicketRow, text: string, actor: Actor): Promise<void> {
  refuseInternal(ticket)
  const message = { ticketId: ticket.id, author: actor, body: fromText(text), visibility: 'public' as const }
  await keepFacts(tx, ticket.id, { [CLOSING]: await postMessage(tx, message) })
}

/** One that is to wait for somebody there is nobody's; else whoever has it keeps it as a member of the team. */
async function transfer(
  tx: Tx,
  id: string,
  { teamId, isPending }: { teamId: string; isPending: boolean },
  actor: Actor,
): Promise<void> {
  const ticket = await lockTicket(tx, id)
  if (isPending && ticket.assignee_id !== null) await assignTicket(tx, id, null, actor)
  await moveToTeam(tx, id, { teamId, senderId: null }, actor)
}
