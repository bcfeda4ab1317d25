import type { ExpressionBuilder, ExpressionWrapper, SqlBool } from 'kysely'
import type { Role, Schema, TicketRow } from '../../db/schema.ts'
import type { Query } from '../../db/store.ts'
import type { Problem } from '../../lib/problem.ts'
import type { Actor } from '../events.ts'
import { type Action, type Grants, grantsOf, type Reach } from './grants.ts'
import { refusal, roleOf, type Standing, standingOf, thoseInCharge } from './roles.ts'

/** Which tickets an agent may do something with. */
export interface Scope {
  agentId: string
  everywhere: Reach // in teams that are not named below
  teams: Map<string, Reach> // by id of the teams that they belong to
}

/** Of a ticket, what decides who may do something with it. */
export type Held = Pick<TicketRow, 'team_id' | 'assignee_id' | 'created_by' | 'identifier'>

/** Which tickets the agent may do this with. */
export async function scopeOf(q: Query, agentId: string, action: Action): Promise<Scope> {
  return scopeAs(await standingOf(q, agentId), await grantsOf(q), agentId, action)
}

function scopeAs(standing: Standing, grants: Record<Role, Grants>, agentId: string, action: Action): Scope {
  const reachOf = (role: Role) => grants[role][action]
  const teams = new Map([...standing.teams].map(([id, role]): [string, Reach] => [id, reachOf(role)]))
  return { agentId, everywhere: reachOf(standing.base), teams }
}

/** Whether the scope reaches this ticket. */
export function reaches({ agentId, everywhere, teams }: Scope, ticket: Held): boolean {
  const inTeam = teams.get(ticket.team_id)
  const reach = inTeam ?? everywhere
  if (reach === 'all' || (reach === 'team' && inTeam !== undefined)) return true
  return reach !== 'none' && (ticket.assignee_id === agentId || ticket.created_by === agentId)
}

/** Whether the scope reaches every ticket there is, so that none needs to be looked at. */
export function reachesAll({ everywhere, teams }: Scope): boolean {
  return everywhere === 'all' && [...teams.values()].every(reach => reach === 'all' || reach === 'team')
}

/** The same as a condition on tickets, for lists. */
export function reached(
  e: ExpressionBuilder<Schema, 'tickets'>,
  scope: Scope,
): ExpressionWrapper<Schema, 'tickets', SqlBool> {
  const { agentId, everywhere, teams } = scope
  const own = e.or([e('tickets.assignee_id', '=', agentId), e('tickets.created_by', '=', agentId)])
  const idsOf = (wanted: Reach[]) => [...teams].filter(([, reach]) => wanted.includes(reach)).map(([id]) => id)
  const among = (ids: string[]) => (ids.length ? e('tickets.team_id', 'in', ids) : e.lit(false))
  const elsewhere = teams.size ? e('tickets.team_id', 'not in', [...teams.keys()]) : e.lit(true)
  return e.or([
    among(idsOf(['all', 'team'])),
    e.and([among(idsOf(['own'])), own]),
    ...(everywhere === 'all' ? [elsewhere] : []),
    ...(everywhere === 'own' || everywhere === 'team' ? [e.and([elsewhere, own])] : []),
  ])
}

/** Throws a Problem that says who can help when an agent may not do this with the ticket; others than agents may. */
export async function refuseUnlessMay(q: Query, actor: Actor, action: Action, ticket: Held): Promise<void> {
  if (actor.kind !== 'agent' || !actor.id) return
  if (reaches(await scopeOf(q, actor.id, action), ticket)) return
  throw await refusalOf(q, action, ticket)
}

const WHAT: Record<Action, string> = {
  view: 'You may not see',
  manage: 'You may look at, but not change,',
  transfer: 'You may not give to others',
  export: 'You may not export',
  download: 'You may not download files of',
}

async function refusalOf(q: Query, action: Action, ticket: Held): Promise<Problem> {
  return refusalInTeam(q, `${WHAT[action]} ${ticket.identifier}.`, ticket.team_id)
}

/** A refusal that names the team's leads and the admins; `why` is a finished sentence. */
async function refusalInTeam(q: Query, why: string, teamId: string): Promise<Problem> {
  return refusal(why, await thoseInCharge(q, teamId))
}

/** Whether what this agent writes goes to a customer of the team, waits for somebody else to send it, or goes nowhere. */
export async function writingOf(q: Query, agentId: string, ticket: Held): Promise<'sends' | 'drafts' | 'nothing'> {
  const standing = await standingOf(q, agentId)
  if (!reaches(scopeAs(standing, await grantsOf(q), agentId, 'manage'), ticket)) return 'nothing'
  return roleOf(standing, ticket.team_id) === 'drafter' ? 'drafts' : 'sends'
}

/** Throws a Problem that says who can help when there is no ticket at all that an agent may change; others than agents may. */
export async function refuseUnlessChangesSome(q: Query, actor: Pick<Actor, 'kind' | 'id'>): Promise<void> {
  if (actor.kind !== 'agent' || !actor.id) return
  const { everywhere, teams } = await scopeOf(q, actor.id, 'manage')
  if ([everywhere, ...teams.values()].some(reach => reach !== 'none')) return
  throw refusal('You may look, but not change anything.', await thoseInCharge(q))
}

/** Throws a Problem that says who can help when the agent may not write to customers of a team, not even what others send. */
export async function refuseUnlessWrites(q: Query, agentId: string, teamId: string): Promise<void> {
  if ((await writingOf(q, agentId, openedBy(agentId, teamId))) === 'nothing')
    throw await refusalInTeam(q, 'You may not write to customers of this team.', teamId)
}

/** Throws a Problem that says who can help when an agent may not open tickets in a team; others than agents may. */
export async function refuseUnlessOpens(q: Query, actor: Actor, teamId: string): Promise<void> {
  if (actor.kind !== 'agent' || !actor.id) return
  if ((await writingOf(q, actor.id, openedBy(actor.id, teamId))) === 'nothing') throw await refusalToOpen(q, teamId)
}

/** What somebody is told who may not open tickets in a team. */
export function refusalToOpen(q: Query, teamId: string): Promise<Problem> {
  return refusalInTeam(q, 'You may not open tickets in this team.', teamId)
}

/** What an agent opens in a team: theirs, as far as it decides who may do something with it. */
export function openedBy(agentId: string, teamId: string): Held {
  return { team_id: teamId, assignee_id: null, created_by: agentId, identifier: 'what you open in this team' }
}

/** Throws a Problem that says who can send it when the agent may only draft, or not even that. */
export async function refuseUnlessSends(q: Query, actor: Actor, ticket: Held): Promise<void> {
  if (actor.kind !== 'agent' || !actor.id) return
  const writing = await writingOf(q, actor.id, ticket)
  if (writing === 'sends') return
  if (writing === 'nothing') throw await refusalOf(q, 'manage', ticket)
  throw await refusalInTeam(q, 'What you write waits for somebody else to send it.', ticket.team_id)
}
