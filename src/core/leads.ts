import type { Query } from '../db/store.ts'
import { Problem } from '../lib/problem.ts'

/**
 * Throws a Problem that names the leads when the agent is none of them: of the team when one is given, else of any team.
 * Where nobody leads, everybody may.
 */
export async function refuseUnlessLead(q: Query, agentId: string, teamId?: string): Promise<void> {
  const leads = await leadsOf(q, teamId)
  if (!leads.length || leads.some(l => l.id === agentId)) return
  const names = [...new Set(leads.slice(0, MOST_NAMED).map(l => l.name))].join(', ')
  throw new Problem('forbidden', `Only a lead may do this. Ask ${names}.`)
}

const MOST_NAMED = 5

/** The team's leads, or those of all teams, who are still here. */
export function leadsOf(q: Query, teamId?: string): Promise<{ id: string; name: string }[]> {
  return q
    .selectFrom('team_members as m')
    .innerJoin('agents as a', 'a.id', 'm.agent_id')
    .innerJoin('teams as t', 't.id', 'm.team_id')
    .select(['a.id', 'a.name'])
    .where('m.role', '=', 'lead')
    .where('a.deactivated_at', 'is', null)
    .where('t.archived_at', 'is', null)
    .$if(teamId !== undefined, s => s.where('m.team_id', '=', teamId as string))
    .orderBy('a.name')
    .execute()
}
