import { prepared } from '../../db/prepared.ts'
import type { BaseRole, Role, TeamRole } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'
import { joinTeam } from '../agents.ts'

/** What an agent is: everywhere, and in the teams that they belong to. */
export interface Standing {
  base: BaseRole
  teams: Map<string, Role> // by team's id; an admin has none
}

/** What the agent is, in one query. Somebody unknown is an agent. */
export async function standingOf(q: Query, agentId: string): Promise<Standing> {
  const { rows } = await selectStanding(q, { agentId })
  const base = rows[0]?.base ?? 'agent'
  const teams = new Map<string, Role>()
  for (const { team_id, role } of rows)
    if (base !== 'admin' && team_id && role) teams.set(team_id, role === 'member' ? base : role)
  return { base, teams }
}

const selectStanding = prepared((q, v: { agentId: string }) =>
  q
    .selectFrom('agents as a')
    .leftJoin('team_members as m', 'm.agent_id', 'a.id')
    .select(['a.role as base', 'm.team_id', 'm.role'])
    .where('a.id', '=', v.agentId),
)

/** What somebody is in a team. */
export function roleOf(standing: Standing, teamId: string): Role {
  return standing.teams.get(teamId) ?? standing.base
}

/** What an agent was made in the teams that they belong to, by team's id. */
export async function membershipsOf(q: Query, agentId: string): Promise<Map<string, TeamRole>> {
  const rows = await q.selectFrom('team_members').select(['team_id', 'role']).where('agent_id', '=', agentId).execute()
  return new Map(rows.map(r => [r.team_id, r.role]))
}

/** Whom to ask: the admins and, when a team is given, its leads, by name; nobody while there are none. */
export async function thoseInCharge(q: Query, teamId?: string): Promise<{ id: string; name: string }[]> {
  const admins = q
    .selectFrom('agents')
    .select(['id', 'name'])
    .where('role', '=', 'admin')
    .where('deactivated_at', 'is', null)
  const leads = q
    .selectFrom('team_members as m')
    .innerJoin('agents as a', 'a.id', 'm.agent_id')
    .innerJoin('teams as t', 't.id', 'm.team_id')
    .select(['a.id', 'a.name'])
    .where('m.role', '=', 'lead')
    .where('a.deactivated_at', 'is', null)
    .where('t.archived_at', 'is', null)
    .$if(teamId !== undefined, s => s.where('m.team_id', '=', teamId as string))
  return leads.union(admins).orderBy('name').execute()
}

/**
 * Sets what an agent is in all teams where they are nothing else. Throws a Problem for whoever is no admin while there is
 * one, and for the last admin, whom nobody could make one again.
 */
export async function setBaseRole(tx: Tx, agentId: string, role: BaseRole, by: { id: string }): Promise<void> {
  await refuseUnlessAdmin(tx.q, by.id)
  const others = (await admins(tx.q)).filter(a => a.id !== agentId)
  if (role !== 'admin' && !others.length && (await standingOf(tx.q, agentId)).base === 'admin')
    throw new Problem('conflict', 'This is the last admin. Make somebody else one first.', 'role')
  await tx.q
    .updateTable('agents')
    .set({ role: role === 'agent' ? null : role })
    .where('id', '=', agentId)
    .execute()
}

/** Sets what an agent is in one team, of which they are a member afterwards. Throws a Problem for whoever does not run the team. */
export async function setTeamRole(
  tx: Tx,
  agentId: string,
  teamId: string,
  role: TeamRole,
  by: { id: string },
): Promise<void> {
  await refuseUnlessLead(tx.q, by.id, teamId)
  await joinTeam(tx, agentId, teamId)
  await tx.q
    .updateTable('team_members')
    .set({ role })
    .where('team_id', '=', teamId)
    .where('agent_id', '=', agentId)
    .execute()
}

/** Afterwards the agent belongs to the team; what they are in it stays. Throws a Problem for whoever does not run the team. */
export async function addToTeam(tx: Tx, agentId: string, teamId: string, by: { id: string }): Promise<void> {
  await refuseUnlessLead(tx.q, by.id, teamId)
  await joinTeam(tx, agentId, teamId)
}

/**
 * Afterwards the agent does not belong to the team; the tickets that they have stay theirs. Throws a Problem for whoever
 * does not run the team, and where the agent did not belong to it.
 */
export async function leaveTeam(tx: Tx, agentId: string, teamId: string, by: { id: string }): Promise<void> {
  await refuseUnlessLead(tx.q, by.id, teamId)
  const { numDeletedRows } = await tx.q
    .deleteFrom('team_members')
    .where('team_id', '=', teamId)
    .where('agent_id', '=', agentId)
    .executeTakeFirst()
  if (numDeletedRows === 0n) throw new Problem('not_found', 'This agent does not belong to the team.', 'agent')
}

function admins(q: Query): Promise<{ id: string; name: string }[]> {
  return q
    .selectFrom('agents')
    .select(['id', 'name'])
    .where('role', '=', 'admin')
    .where('deactivated_at', 'is', null)
    .orderBy('name')
    .execute()
}

/** Throws a Problem that names the admins when the agent is none of them. While there is none, everybody may. */
export async function refuseUnlessAdmin(q: Query, agentId: string): Promise<void> {
  if (!(await actsAsAdmin(q, agentId))) throw refusal('Only an admin may do this.', await admins(q))
}

/** Whether the agent is an admin; while there is none, everybody is as good as one. */
export async function actsAsAdmin(q: Query, agentId: string): Promise<boolean> {
  const all = await admins(q)
  return !all.length || all.some(a => a.id === agentId)
}

/**
 * Throws a Problem that names whom to ask when the agent is neither an admin nor a lead: of the team when one is given, else
 * of any team. Where nobody leads, everybody may.
 */
export async function refuseUnlessLead(q: Query, agentId: string, teamId?: string): Promise<void> {
  const some = await thoseInCharge(q, teamId)
  if (some.length && !some.some(l => l.id === agentId)) throw refusal('Only a lead may do this.', some)
}

const MOST_NAMED = 5

/** Says what is refused, and who can help. */
export function refusal(why: string, whom: { name: string }[]): Problem {
  const names = [...new Set(whom.slice(0, MOST_NAMED).map(l => l.name))].join(', ')
  return new Problem('forbidden', names ? `${why} Ask ${names}.` : why)
}
