import { preparedFor } from '../../db/prepared.ts'
import type { AgentRow, TeamMemberRow } from '../../db/schema.ts'
import type { Query } from '../../db/store.ts'
import { agentsById } from '../agents.ts'
import type { Span } from './people.ts'

/** An agent as programs are told of them. */
export interface AgentRecord {
  row: AgentRow
  teams: (TeamMemberRow & { name: string })[] // that they belong to, the one that they joined first before others
}

/** Which agents are wanted: those who are here, of a team, or with an address. */
export interface AgentFilter {
  teamId?: string | undefined
  address?: string | undefined // as it is stored
}

/** A part of the agents who are here, those who came first before others. */
export async function agentRecords(q: Query, filter: AgentFilter, { offset, limit }: Span): Promise<AgentRecord[]> {
  const rows = await q
    .selectFrom('agents')
    .select('id')
    .where('deactivated_at', 'is', null)
    .$if(filter.address !== undefined, a => a.where(e => e(e.fn('lower', ['email']), '=', filter.address as string)))
    .$if(filter.teamId !== undefined, a =>
      a.where(
        'id',
        'in',
        q
          .selectFrom('team_members')
          .select('agent_id')
          .where('team_id', '=', filter.teamId as string),
      ),
    )
    .orderBy('id')
    .offset(offset)
    .limit(limit)
    .execute()
  return agentsWith(
    q,
    rows.map(r => r.id),
  )
}

/** These agents, also those who left, in this order. */
export async function agentsWith(q: Query, ids: string[]): Promise<AgentRecord[]> {
  if (!ids.length) return []
  const rows = await agentsById(q, ids)
  const all = await selectTeams(q, ids)
  return ids.flatMap(id => {
    const row = rows.get(id)
    return row ? [{ row, teams: all.filter(t => t.agent_id === id) }] : []
  })
}

const selectTeams = preparedFor((q, ids) =>
  q
    .selectFrom('team_members as m')
    .innerJoin('teams as t', 't.id', 'm.team_id')
    .selectAll('m')
    .select('t.name')
    .where('m.agent_id', 'in', ids)
    .where('t.archived_at', 'is', null)
    .orderBy('m.joined_at')
    .orderBy('m.team_id'),
)
