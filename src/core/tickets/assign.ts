import type { AgentRow, TicketRow } from '../../db/schema.ts'
import type { Tx } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'
import { actorOf, agentById, noteAssigned } from '../agents.ts'
import { type Actor, overture } from '../events.ts'
import { refuseUnlessMay } from '../permissions/may.ts'
import { change } from './change.ts'
import { ticketById } from './find.ts'

/** Who takes a ticket has it, and it is in progress. Taking it twice changes nothing. */
export async function takeTicket(tx: Tx, id: string, agent: AgentRow): Promise<void> {
  await assignTicket(tx, id, agent.id, actorOf(agent))
}

/** Gives a ticket to an agent, or to nobody (null). A new answer that waited for somebody is now in progress. */
export async function assignTicket(tx: Tx, id: string, agentId: string | null, actor: Actor): Promise<void> {
  const ticket = await ticketById(tx.q, id)
  await refuseUnlessMay(tx.q, actor, agentId === actor.id ? 'manage' : 'transfer', ticket)
  const agent = agentId ? await agentById(tx.q, agentId) : null
  if (agent && agent.deactivated_at !== null)
    throw new Problem('conflict', `${agent.name} is no longer here.`, 'assignee')
  const because =
    agent && (agent.id === actor.id ? `${agent.name} took it.` : `${actor.name} gave it to ${agent.name}.`)
  if (agent && agent.id !== ticket.assignee_id) await noteAssigned(tx, agent.id)
  await assign(tx, ticket, agentId, because, actor)
}

/** Gives a ticket to an agent by a rule of routing, whose turn was counted; `because` is a finished sentence. */
export async function giveTicket(tx: Tx, ticket: TicketRow, agentId: string, because: string): Promise<void> {
  await assign(tx, ticket, agentId, because, overture)
}

async function assign(
  tx: Tx,
  ticket: TicketRow,
  agentId: string | null,
  because: string | null,
  actor: Actor,
): Promise<void> {
  const isTheirs = agentId === ticket.assignee_id
  const status =
    agentId && ticket.status === 'open'
      ? 'in_progress'
      : !agentId && ticket.status === 'in_progress'
        ? 'open'
        : ticket.status
  await change(tx, ticket, 'ticket_assigned', actor, {
    status,
    ...(!isTheirs && {
      assignee_id: agentId,
      assigned_by: because,
      assigned_at: agentId ? tx.now : null,
      queued_at: null,
    }),
  })
}
