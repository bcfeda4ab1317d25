import type { AgentRow } from '../../db/schema.ts'
import type { Query } from '../../db/store.ts'
import { ownHoursOf } from '../hours/settings.ts'
import { isOpen } from '../hours/working-time.ts'
import type { Routing } from './settings.ts'

/** An agent as routing sees them. `unknown`: free as far as they said, but the desk was not asked lately. */
export interface Candidate {
  id: string
  handle: string
  name: string
  availability: AgentRow['availability']
  availableAt: number | null
  assignedAt: number | null
  open: number // tickets of theirs that are not closed
  capacity: number | null
  state: 'free' | 'unknown' | 'full' | 'away' | 'off' // off: outside their own working hours
}

/** The agents to whom a team's tickets are given in turn, those first who waited longest for one. */
export async function candidatesOf(q: Query, teamId: string, routing: Routing, now: number): Promise<Candidate[]> {
  const takers = await q
    .selectFrom('team_members')
    .select('agent_id')
    .where('team_id', '=', teamId)
    .where('unrouted_at', 'is', null)
    .execute()
  return load(
    q,
    takers.map(t => t.agent_id),
    routing,
    now,
  )
}

/** One agent, whatever their teams; undefined when they are no more. */
export async function candidate(q: Query, id: string, routing: Routing, now: number): Promise<Candidate | undefined> {
  return (await load(q, [id], routing, now))[0]
}

async function load(q: Query, ids: string[], routing: Routing, now: number): Promise<Candidate[]> {
  if (!ids.length) return []
  const rows = await q
    .selectFrom('agents as a')
    .selectAll('a')
    .select(e =>
      e
        .selectFrom('tickets as t')
        .select(e.fn.countAll().as('n'))
        .whereRef('t.assignee_id', '=', 'a.id')
        .where('t.closed_at', 'is', null)
        .where('t.deleted_at', 'is', null)
        .as('open'),
    )
    .where('a.deactivated_at', 'is', null)
    .where('a.id', 'in', ids)
    .execute()
  return rows
    .map(a => {
      const open = Number(a.open)
      const capacity = a.capacity ?? routing.capacity
      const { id, handle, name, availability, available_at, assigned_at } = a
      const state = stateOf(a, open, capacity, routing, now)
      return {
        id,
        handle,
        name,
        availability,
        availableAt: available_at,
        assignedAt: assigned_at,
        open,
        capacity,
        state,
      }
    })
    .sort((a, b) => (a.assignedAt ?? -1) - (b.assignedAt ?? -1) || (a.id < b.id ? -1 : 1))
}

/** How long what the desk said of somebody holds. */
const PRESENCE_MS = 60_000

function stateOf(
  agent: AgentRow,
  open: number,
  capacity: number | null,
  { followPresence, followHours }: Routing,
  now: number,
): Candidate['state'] {
  if (!isOnline(agent, now)) return 'away'
  const hours = followHours ? ownHoursOf(agent) : null
  if (hours && !isOpen(hours, now)) return 'off'
  if (capacity !== null && open >= capacity) return 'full'
  if (!followPresence) return 'free'
  if (agent.presence_at === null || now - agent.presence_at >= PRESENCE_MS) return 'unknown'
  return agent.presence === 'away' ? 'away' : 'free'
}

/** Whether somebody may be given tickets: as they said, until the time that they named for their return. */
export function isOnline(
  agent: Pick<AgentRow, 'availability' | 'available_at' | 'deactivated_at'>,
  now: number,
): boolean {
  if (agent.deactivated_at !== null) return false
  return agent.availability === 'online' || (agent.available_at !== null && agent.available_at <= now)
}
