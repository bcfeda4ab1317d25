import { randomInt } from 'node:crypto'
import type { TeamRow, TicketRow } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { nextTurn } from '../agents.ts'
import { redrawCard } from '../deliveries/redraw.ts'
import { overture, record } from '../events.ts'
import { messageByDedupKey } from '../messages/find.ts'
import { postNotice } from '../messages/notice.ts'
import { teamById } from '../teams.ts'
import { giveTicket } from '../tickets/assign.ts'
import { type Candidate, candidate, candidatesOf } from './candidates.ts'
import { meetsConditions } from './conditions.ts'
import { factsOf } from './facts.ts'
import { askPresence } from './presence.ts'
import { type Rule, rulesOf } from './rules.ts'
import { routingOf, type Strategy } from './settings.ts'

/** Who gets a ticket and why, a finished sentence. */
interface Choice {
  agent: Candidate
  because: string
}

/** `unsure`: the desk must first be asked who is there. */
type Found = Choice | 'unsure' | null

const MOST_TRIES = 20

/**
 * Gives a ticket that nobody has to whom it belongs: the last sender, by the team's rules, by its strategy. Where nobody is
 * free it waits, which its thread is told once. Harmless for one that somebody has, and a second time.
 */
export async function routeTicket(
  tx: Tx,
  ticket: Pick<TicketRow, 'id'>,
  wished: { lastSenderId: string | null },
): Promise<void> {
  await giveOrWait(tx, ticket.id, wished.lastSenderId)
}

/** True when somebody got it. Without a last sender the one counts who was noted when it began to wait. */
export async function giveOrWait(tx: Tx, ticketId: string, lastSenderId: string | null): Promise<boolean> {
  for (let tries = 1; ; tries++) {
    const ticket = await unassigned(tx.q, ticketId)
    if (!ticket) return false
    const team = await teamById(tx.q, ticket.team_id)
    const last = lastSenderId ?? ticket.queued_for
    const found = tries > MOST_TRIES ? 'unsure' : await seek(tx, ticket, team, last)
    if (found === 'unsure' || found === null) {
      await wait(tx, ticket, team, last, found === 'unsure')
      return false
    }
    // whatever another process did to the ticket or the agent meanwhile: look again
    if (!(await lock(tx, ticket)) || !(await takeTurn(tx, found.agent))) continue
    await giveTicket(tx, ticket, found.agent.id, found.because)
    await postNotice(
      tx,
      ticket.id,
      `${ticket.identifier} goes to ${found.agent.name}. ${found.because}`,
      `given:${ticket.id}:${tx.now}`,
      found.agent.id,
    )
    return true
  }
}

/** The ticket as it is; undefined when somebody has it, or nobody needs to. */
function unassigned(q: Query, id: string): Promise<TicketRow | undefined> {
  return q
    .selectFrom('tickets')
    .selectAll()
    .where('id', '=', id)
    .where('assignee_id', 'is', null)
    .where('closed_at', 'is', null)
    .where('archived_at', 'is', null)
    .where('spam_at', 'is', null)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
}

/** Ours until the end of the transaction; false when it is not as we read it any more. */
async function lock(tx: Tx, ticket: TicketRow): Promise<boolean> {
  const won = await tx.q
    .updateTable('tickets')
    .set({ updated_at: tx.now })
    .where('id', '=', ticket.id)
    .where('assignee_id', 'is', null)
    .where('status', '=', ticket.status)
    .where('queued_at', ticket.queued_at === null ? 'is' : '=', ticket.queued_at)
    .executeTakeFirst()
  return won.numUpdatedRows > 0n
}

async function seek(tx: Tx, ticket: TicketRow, team: TeamRow, lastSenderId: string | null): Promise<Found> {
  const { strategy } = routingOf(team)
  return (
    (await lastSender(tx, team, lastSenderId)) ??
    (await byRules(tx, ticket, team)) ??
    (strategy === 'claim' ? null : await byStrategy(tx, team, strategy)) ??
    (await byFallback(tx, ticket, team))
  )
}

async function lastSender(tx: Tx, team: TeamRow, agentId: string | null): Promise<Found> {
  if (!agentId || !routingOf(team).lastSenderFirst) return null
  return byId(tx, team, agentId, agent => `${agent.name} wrote to the customer last.`)
}

async function byId(tx: Tx, team: TeamRow, agentId: string, because: (agent: Candidate) => string): Promise<Found> {
  const agent = await candidate(tx.q, agentId, routingOf(team), tx.now)
  if (!agent) return null
  const free = await freeOf(tx, [agent])
  if (free === 'unsure') return free
  return free.length ? { agent, because: because(agent) } : null
}

/** Those who are free; where one may be, but the desk was not asked lately, it is asked first. */
async function freeOf(tx: Tx, agents: Candidate[]): Promise<Candidate[] | 'unsure'> {
  const unknown = agents.filter(a => a.state === 'unknown')
  if (!unknown.length) return agents.filter(a => a.state === 'free')
  await askPresence(
    tx,
    unknown.map(a => a.id),
  )
  return 'unsure'
}

/** The first rule that the ticket meets and whose agent or team is free. */
async function byRules(tx: Tx, ticket: TicketRow, team: TeamRow): Promise<Found> {
  const rules = await rulesOf(tx.q, team.id)
  if (!rules.length) return null
  const facts = (await factsOf(tx.q, [ticket.id])).get(ticket.id)
  for (const rule of facts ? rules.filter(r => meetsConditions(r, facts)) : []) {
    const found = await byRule(tx, team, rule)
    if (found) return found
  }
  return null
}

async function byRule(tx: Tx, team: TeamRow, rule: Rule): Promise<Found> {
  if (rule.agentId) return byId(tx, team, rule.agentId, agent => `The rule "${rule.name}" gives it to ${agent.name}.`)
  return rule.toTeamId
    ? byOtherTeam(tx, rule.toTeamId, other => `The rule "${rule.name}" gives it to the team ${other.name}.`)
    : null
}

/** Once the ticket has waited long enough. */
async function byFallback(tx: Tx, ticket: TicketRow, team: TeamRow): Promise<Found> {
  const { fallbackTeamId, fallbackMinutes } = routingOf(team)
  if (!fallbackTeamId || ticket.queued_at === null || tx.now - ticket.queued_at < fallbackMinutes * 60_000) return null
  return byOtherTeam(
    tx,
    fallbackTeamId,
    other => `Nobody of ${team.name} was free in time, so the team ${other.name} has it.`,
  )
}

/** Somebody of another team; the ticket stays where it is. A team that claims by hand takes turns here. */
async function byOtherTeam(tx: Tx, teamId: string, because: (other: TeamRow) => string): Promise<Found> {
  const other = await tx.q
    .selectFrom('teams')
    .selectAll()
    .where('id', '=', teamId)
    .where('archived_at', 'is', null)
    .executeTakeFirst()
  if (!other) return null
  const { strategy } = routingOf(other)
  const found = await byStrategy(tx, other, strategy === 'claim' ? 'round_robin' : strategy)
  return found === null || found === 'unsure' ? found : { ...found, because: `${because(other)} ${found.because}` }
}

async function byStrategy(tx: Tx, team: TeamRow, strategy: Exclude<Strategy, 'claim'>): Promise<Found> {
  const free = await freeOf(tx, await candidatesOf(tx.q, team.id, routingOf(team), tx.now))
  return free === 'unsure' ? free : (picks[strategy](free) ?? null)
}

/** Candidates come in the order of who waited longest for a ticket. */
const picks: Record<Exclude<Strategy, 'claim'>, (free: Candidate[]) => Choice | undefined> = {
  round_robin([agent]) {
    return agent && { agent, because: `Round robin: ${agent.name}'s turn.` }
  },
  least_open(free) {
    const least = Math.min(...free.map(a => a.open))
    const agent = free.find(a => a.open === least)
    return agent && { agent, because: `Least open tickets: ${agent.name} has ${least}.` }
  },
  random(free) {
    const agent = free[free.length ? randomInt(free.length) : 0]
    return agent && { agent, because: `By chance: ${agent.name}.` }
  },
}

/** False when somebody else gave them a ticket since we looked, or they are not there any more. */
async function takeTurn(tx: Tx, agent: Candidate): Promise<boolean> {
  const won = await tx.q
    .updateTable('agents')
    .set({ assigned_at: await nextTurn(tx) })
    .where('id', '=', agent.id)
    .where('assigned_at', agent.assignedAt === null ? 'is' : '=', agent.assignedAt)
    .where('availability', '=', agent.availability)
    .where('deactivated_at', 'is', null)
    .executeTakeFirst()
  return won.numUpdatedRows > 0n
}

/** `unsure`: it is decided once the desk has said who is there, so nobody is told of it yet. */
async function wait(
  tx: Tx,
  ticket: TicketRow,
  team: TeamRow,
  lastSenderId: string | null,
  unsure: boolean,
): Promise<void> {
  const since = ticket.queued_at ?? tx.now
  if (ticket.queued_at === null && !(await beginToWait(tx, ticket.id, lastSenderId))) return
  const said = `waits:${ticket.id}:${since}`
  if (unsure || (await messageByDedupKey(tx.q, said))) return
  await record(tx, ticket.id, 'ticket_queued', overture)
  const claimed = routingOf(team).strategy === 'claim'
  const why = claimed ? 'waits for somebody to claim it' : `waits: nobody of ${team.name} is free`
  await postNotice(tx, ticket.id, `${ticket.identifier} ${why}. Claim on the card takes it.`, said)
  await redrawCard(tx, ticket.id)
}

/** False when somebody has it by now, or another process had it wait. */
async function beginToWait(tx: Tx, ticketId: string, lastSenderId: string | null): Promise<boolean> {
  const begun = await tx.q
    .updateTable('tickets')
    .set({ queued_at: tx.now, queued_for: lastSenderId })
    .where('id', '=', ticketId)
    .where('queued_at', 'is', null)
    .where('assignee_id', 'is', null)
    .executeTakeFirst()
  return begun.numUpdatedRows > 0n
}
