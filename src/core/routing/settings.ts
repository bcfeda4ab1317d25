import { z } from 'zod'
import type { TeamRow } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { Problem, Problems } from '../../lib/problem.ts'
import { joinTeam } from '../agents.ts'

export const STRATEGIES = ['claim', 'round_robin', 'least_open', 'random'] as const

/** By what a team's tickets find somebody; `claim`: whoever takes one by hand. */
export type Strategy = (typeof STRATEGIES)[number]

/** How a team gives out its tickets. */
export interface Routing {
  strategy: Strategy
  lastSenderFirst: boolean // whoever wrote to the customer last has the answer, too
  capacity: number | null // open tickets at most that an agent is given; null: no limit
  fallbackTeamId: string | null // whose agents are asked when nobody of the team is free
  fallbackMinutes: number // after so long
  followPresence: boolean // whoever is away at the desk, or does not want to be disturbed, is not free
  followHours: boolean // whoever has working hours of their own is not free outside them
}

const MOST_CAPACITY = 1_000
const MOST_MINUTES = 10_080

const shape = z.object({
  strategy: z.enum(STRATEGIES).catch('claim'),
  lastSenderFirst: z.boolean().catch(true),
  capacity: z.int().min(1).nullable().catch(null),
  fallbackTeamId: z.string().nullable().catch(null),
  fallbackMinutes: z.number().min(0).catch(15),
  followPresence: z.boolean().catch(false),
  followHours: z.boolean().catch(false),
})

/** How a team gives out its tickets; what it has not said is as usual. */
export function routingOf(team: Pick<TeamRow, 'routing'>): Routing {
  return shape.parse(team.routing === null ? {} : JSON.parse(team.routing))
}

/** Who takes part in a team's routing, by agents' ids. */
export interface Roster {
  takers: string[] // who is given tickets
  leads: string[]
}

/** Sets how a team gives out its tickets, and to whom. Throws Problems that name the fields. */
export async function changeRouting(tx: Tx, teamId: string, routing: Routing, roster: Roster): Promise<void> {
  await refuseFaults(tx.q, teamId, routing)
  await tx.q
    .updateTable('teams')
    .set({ routing: JSON.stringify(routing) })
    .where('id', '=', teamId)
    .execute()
  await setRoster(tx, teamId, roster)
  tx.wake('routing') // who waited may have somebody now
}

async function refuseFaults(q: Query, teamId: string, routing: Routing): Promise<void> {
  const { capacity, fallbackTeamId, fallbackMinutes } = routing
  const faults: Problem[] = []
  if (capacity !== null && !isWhole(capacity, 1, MOST_CAPACITY))
    faults.push(new Problem('invalid', 'The limit is a whole number from 1 to 1000, or nothing.', 'capacity'))
  if (!isWhole(fallbackMinutes, 0, MOST_MINUTES))
    faults.push(new Problem('invalid', 'The minutes are a whole number from 0 to 10080.', 'fallback_minutes'))
  if (fallbackTeamId === teamId)
    faults.push(new Problem('invalid', 'Choose another team than this one.', 'fallback_team'))
  else if (fallbackTeamId !== null && !(await isTeam(q, fallbackTeamId)))
    faults.push(new Problem('not_found', 'This team is no more.', 'fallback_team'))
  if (faults.length) throw new Problems(faults)
}

function isWhole(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most
}

export async function isTeam(q: Query, id: string): Promise<boolean> {
  const team = await q
    .selectFrom('teams')
    .select('id')
    .where('id', '=', id)
    .where('archived_at', 'is', null)
    .executeTakeFirst()
  return team !== undefined
}

/** Whoever is left out stays in the team and keeps their tickets; they are given no more. */
async function setRoster(tx: Tx, teamId: string, { takers, leads }: Roster): Promise<void> {
  for (const id of new Set([...takers, ...leads])) await joinTeam(tx, id, teamId)
  const of = tx.q.updateTable('team_members').where('team_id', '=', teamId)
  await of.set({ role: 'member' }).where('role', '=', 'lead').execute()
  if (leads.length) await of.set({ role: 'lead' }).where('agent_id', 'in', leads).execute()
  await of.set(e => ({ unrouted_at: e.fn.coalesce('unrouted_at', e.val(tx.now)) })).execute()
  if (takers.length) await of.set({ unrouted_at: null }).where('agent_id', 'in', takers).execute()
}

/** Who takes part in a team's routing now. */
export async function rosterOf(q: Query, teamId: string): Promise<{ takers: Member[]; leads: Member[] }> {
  const rows = await q
    .selectFrom('team_members as m')
    .innerJoin('agents as a', 'a.id', 'm.agent_id')
    .select(['a.id', 'a.handle', 'a.name', 'm.role', 'm.unrouted_at'])
    .where('m.team_id', '=', teamId)
    .where('a.deactivated_at', 'is', null)
    .orderBy('a.name')
    .execute()
  return { takers: rows.filter(r => r.unrouted_at === null), leads: rows.filter(r => r.role === 'lead') }
}

export interface Member {
  id: string
  handle: string
  name: string
}
