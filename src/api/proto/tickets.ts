import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { fromText } from '../../core/document.ts'
import { customerKnownAs } from '../../core/programs/external-ids.ts'
import { agentNamed, customerNamed, teamNamed } from '../../core/programs/named.ts'
import { openTicket } from '../../core/tickets/open.ts'
import { ticketView } from '../../core/tickets/view.ts'
import type { TicketView } from '../../core/view.ts'
import type { Query } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'
import { callerOf } from '../caller.ts'
import { answer, onceHeaders } from '../once.ts'
import type { ApiOptions } from '../options.ts'
import { statusOf } from './status.ts'

const id = z.string().min(1).max(320).nullish()
const PRIORITIES = ['low', 'medium', 'high', 'urgent'] as const

const opened = z
  .object({
    id: z.string(),
    short_id: z.string(),
    status: z.enum(['Open', 'Pending', 'Overdue', 'Resolved']),
  })
  .meta({ id: 'ProtoTicket' })

const who = {
  customer_id: id.describe("The customer's id at Overture."),
  external_customer_id: id.describe('What you called them when you added them.'),
  gateway_profile_id: id.describe('The address by which they are reached.'),
  provided_unique_id: id.describe('Your own id for them.'),
}

/** Tickets, which Proto lets programs open and no more. */
export const openingTickets: FastifyPluginAsyncZod<ApiOptions> = async (server, { store }) => {
  server.post(
    '/conversations/:subcompany_id/create-ticket',
    {
      config: {
        scope: 'tickets:write',
        names: { team: 'subcompany_id', agent: 'assignee', assigneeId: 'assignee' },
      },
      schema: {
        summary: 'Open a ticket that stays with us until an agent publishes it',
        params: z.object({ subcompany_id: z.string() }),
        headers: onceHeaders,
        body: z
          .object({
            subject: z.string().max(255),
            ...who,
            message: z
              .string()
              .max(100_000)
              .nullish()
              .describe('What goes to the customer once an agent publishes the ticket; the subject when absent.'),
            priority: z.enum(PRIORITIES).nullish(),
            assignee: z.string().max(320).nullish().describe("An agent's id or address."),
          })
          .refine(
            body => chosen(body).length === 1,
            `Name the customer by exactly one of ${Object.keys(who).join(', ')}`,
          ),
        response: { 200: opened },
      },
    },
    async (request, reply) => {
      const { subject, message, priority, assignee } = request.body
      const [by] = chosen(request.body) as [[By, string]]
      const { agent } = callerOf(request)
      return answer(store, request, reply, async tx => {
        const team = await teamNamed(tx.q, request.params.subcompany_id)
        const customer = await customerBy(tx.q, ...by)
        const ticket = await openTicket(tx, {
          teamId: team.id,
          customer: { id: customer },
          subject,
          body: fromText(message?.trim() || subject),
          priority: priority ?? 'medium',
          assigneeId: assignee ? await assigneeNamed(tx.q, assignee) : null,
          email: false,
          agent,
        })
        const view = (await ticketView(tx.q, store, ticket.id)) as TicketView
        return { status: 200, body: { id: ticket.id, short_id: ticket.identifier, status: statusOf(view, tx.now) } }
      })
    },
  )
}

type By = keyof typeof who

/** By what the customer is named. */
function chosen(body: Partial<Record<By, string | null | undefined>>): [By, string][] {
  return (Object.keys(who) as By[]).flatMap(by => (body[by] == null ? [] : [[by, body[by]] as [By, string]]))
}

async function customerBy(q: Query, by: By, value: string): Promise<string> {
  if (by === 'customer_id' || by === 'gateway_profile_id') return (await customerNamed(q, value)).id
  const known = await customerKnownAs(q, by === 'provided_unique_id' ? 'proto' : 'proto_external', value)
  if (!known) throw new Problem('not_found', 'No customer is known by this id.', by)
  return known
}

async function assigneeNamed(q: Query, name: string): Promise<string> {
  const agent = await agentNamed(q, name)
  if (agent.deactivated_at !== null) throw new Problem('invalid', `${agent.name} is no longer here.`, 'assignee')
  return agent.id
}
