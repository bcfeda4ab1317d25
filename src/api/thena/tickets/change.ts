import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { readAddress } from '../../../core/addresses.ts'
import { actorOf } from '../../../core/agents.ts'
import { setFields } from '../../../core/fields/values.ts'
import { joinAccount } from '../../../core/people/join-account.ts'
import { refuseUnlessMay } from '../../../core/permissions/may.ts'
import { setFacts } from '../../../core/programs/facts.ts'
import { teamNamed, ticketNamed } from '../../../core/programs/named.ts'
import { type TicketRecord, ticketRecords } from '../../../core/programs/tickets.ts'
import { setTags } from '../../../core/tags/tags.ts'
import { assignTicket } from '../../../core/tickets/assign.ts'
import { setPriority } from '../../../core/tickets/change.ts'
import { changeCustomer } from '../../../core/tickets/customer.ts'
import { setDetails } from '../../../core/tickets/details.ts'
import { moveToTeam } from '../../../core/tickets/move.ts'
import { publishTicket } from '../../../core/tickets/publish.ts'
import type { AgentRow } from '../../../db/schema.ts'
import type { Query, Tx } from '../../../db/store.ts'
import { Problem } from '../../../lib/problem.ts'
import { callerOf } from '../../caller.ts'
import { answer, onceHeaders } from '../../once.ts'
import type { ApiOptions } from '../../options.ts'
import { envelope, enveloped } from '../envelope.ts'
import { asGiven, together } from '../faults.ts'
import { id, NAMES, ticketFields } from './new-ticket.ts'
import { assigneeIn, factsIn, fieldsIn, namesOf, priorityIn } from './read-ticket.ts'
import { setStatusAs } from './status.ts'
import { type ThenaTicket, ticketOf, ticketShape } from './ticket.ts'

const changesShape = z
  .object({
    title: z.string().max(1_000).nullish(),
    requestorEmail: z.string().max(1_000).nullish(),
    teamId: id.nullish(),
    ...ticketFields,
  })
  .meta({ id: 'ThenaTicketChanges' })

/** What of a ticket is to be another; what is absent stays. */
type TicketChanges = Partial<z.infer<typeof changesShape>>

/** Changes tickets. */
export const changing: FastifyPluginAsyncZod<ApiOptions> = async (server, { store }) => {
  server.patch(
    '/tickets/:id',
    {
      config: { scope: 'tickets:write' },
      schema: {
        summary: 'Change a ticket',
        description: 'All of it or nothing. What is absent stays; null empties what can be empty.',
        params: z.object({ id: z.string() }),
        headers: onceHeaders,
        body: changesShape,
        response: { 200: enveloped(ticketShape) },
      },
    },
    async (request, reply) => {
      const { agent } = callerOf(request)
      await answer(store, request, reply, async tx => {
        const ticket = await ticketNamed(tx.q, request.params.id)
        await changeTicket(tx, ticket.id, request.body, agent)
        return { status: 200, body: envelope(ticketOf(await recordOf(tx.q, ticket.id)), tx.now) }
      })
    },
  )
}

/** The ticket, also one that was deleted just now. */
export async function recordOf(q: Query, ticketId: string): Promise<TicketRecord> {
  const record = (await ticketRecords(q, [ticketId], { withDeleted: true })).get(ticketId)
  if (!record) throw new Error(`The ticket ${ticketId} is not there.`)
  return record
}

/** Changes what is given and is not so already. Throws Problems by the names that were given, all of them. */
export async function changeTicket(tx: Tx, ticketId: string, body: TicketChanges, agent: AgentRow): Promise<void> {
  const [actor, before] = [actorOf(agent), await recordOf(tx.q, ticketId)]
  await refuseUnlessMay(tx.q, actor, 'manage', before.row)
  const known = ticketOf(before)
  const team = await asGiven(NAMES, async () => (body.teamId ? teamNamed(tx.q, body.teamId) : before.team))
  const fields = await fieldsIn(tx.q, team.id, body)
  const { requestorEmail, accountId, isPrivate } = body
  await asGiven(namesOf(fields), () =>
    together([
      () => moveToTeam(tx, ticketId, { teamId: team.id, senderId: null }, actor),
      async () => {
        if (!requestorEmail || readAddress(requestorEmail).address === before.customer.address) return
        await changeCustomer(tx, ticketId, { typed: requestorEmail }, actor)
      },
      async () => {
        if (!accountId) return
        const { customer_id } = (await recordOf(tx.q, ticketId)).row
        await joinAccount(tx, customer_id, accountId, actor, { isKnown: true })
      },
      () => setDetails(tx, ticketId, detailsIn(body, known), actor),
      () => setFields(tx, ticketId, fields.given, actor),
      async () => body.tags && setTags(tx, ticketId, body.tags, actor),
      () => setFacts(tx, ticketId, unlike(factsIn(body), known), actor),
      async () => {
        const priority = priorityIn(body)
        if (priority) await setPriority(tx, ticketId, priority, actor)
      },
      async () => {
        const assignee = await assigneeIn(tx.q, body)
        if (assignee === undefined || (assignee?.id ?? null) === before.row.assignee_id) return
        await assignTicket(tx, ticketId, assignee?.id ?? null, actor)
      },
      async () => {
        if (isPrivate === false && known.isPrivate) await publishTicket(tx, ticketId, actor)
        if (isPrivate && !known.isPrivate)
          throw new Problem('conflict', 'It is public: a mail cannot be called back.', 'isPrivate')
      },
      async () => {
        if (!isStatusOf(body, known)) await setStatusAs(tx, ticketId, body, actor)
      },
    ]),
  )
}

// a program may give back the whole ticket as it was answered, with one thing in it that is to be another

function detailsIn({ title, formId, description, dueDate }: TicketChanges, known: ThenaTicket) {
  const isOther = description !== undefined && description !== known.description
  return {
    ...(title && { subject: title }),
    ...(formId && { formId }),
    ...(isOther && { description: description ?? '' }),
    ...(dueDate !== undefined && { dueAt: dueDate === null ? null : Date.parse(dueDate) }),
  }
}

function unlike(facts: Record<string, unknown>, known: Record<string, unknown>): Record<string, unknown> {
  const isSame = (name: string) => JSON.stringify(facts[name]) === JSON.stringify(known[name])
  return Object.fromEntries(Object.entries(facts).filter(([name]) => !isSame(name)))
}

function isStatusOf({ statusId, statusName, status }: TicketChanges, known: ThenaTicket): boolean {
  return statusId ? statusId === known.statusId : (statusName || status) === known.status
}
