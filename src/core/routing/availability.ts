import type { AgentRow, Availability, TeamRow } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'
import { refuseUnlessAdmin } from '../permissions/roles.ts'
import { teams } from '../teams.ts'
import { type Candidate, candidatesOf } from './candidates.ts'
import { tendQueue } from './queue.ts'
import { routingOf } from './settings.ts'

const LONGEST_MS = 366 * 86_400_000

/**
 * Says whether somebody may be given tickets, for those who are not perhaps until when: from then on they are online. Who
 * comes back is given at once what waits.
 */
export async function setAvailability(
  tx: Tx,
  agentId: string,
  availability: Availability,
  untilMs: number | null,
): Promise<void> {
  if (untilMs !== null && (untilMs <= tx.now || untilMs > tx.now + LONGEST_MS))
    throw new Problem('invalid', 'Name a time within the next year.', 'until')
  await tx.q
    .updateTable('agents')
    .set({ availability, available_at: availability === 'online' ? null : untilMs })
    .where('id', '=', agentId)
    .execute()
  if (availability === 'online') await tendQueue(tx)
}

/** The same, said by somebody: of others only an admin says it. */
export async function setAvailabilityOf(
  tx: Tx,
  agentId: string,
  availability: Availability,
  by: { id: string },
): Promise<void> {
  if (agentId !== by.id) await refuseUnlessAdmin(tx.q, by.id)
  await setAvailability(tx, agentId, availability, null)
}

/** What somebody said last: who named a time is online again from then on (ms UTC). */
export function availabilityAt(agent: Pick<AgentRow, 'availability' | 'available_at'>, now: number): Availability {
  return agent.available_at !== null && agent.available_at <= now ? 'online' : agent.availability
}

/** How many open tickets somebody is given at most, whatever their teams say; null: as the teams say. */
export async function setCapacity(tx: Tx, agentId: string, capacity: number | null): Promise<void> {
  if (capacity !== null && !(Number.isInteger(capacity) && capacity >= 1 && capacity <= 1_000))
    throw new Problem('invalid', 'The limit is a whole number from 1 to 1000.', 'capacity')
  await tx.q.updateTable('agents').set({ capacity }).where('id', '=', agentId).execute()
  await tendQueue(tx)
}

/** Each team with those to whom its tickets are given: who is free, and how many tickets they have. */
export async function whoIsFree(q: Query, now: number): Promise<{ team: TeamRow; agents: Candidate[] }[]> {
  const all: { team: TeamRow; agents: Candidate[] }[] = []
  for (const team of await teams(q)) {
    const agents = await candidatesOf(q, team.id, routingOf(team), now)
    all.push({ team, agents: agents.sort((a, b) => a.name.localeCompare(b.name)) })
  }
  return all
}
