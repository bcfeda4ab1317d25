import { z } from 'zod'
import { agentsById } from '../../core/agents.ts'
import { availabilityAt } from '../../core/routing/availability.ts'
import type { AgentRow, Availability } from '../../db/schema.ts'
import { isoOf, moment } from '../moment.ts'
import { PROJECT } from './project.ts'
import type { Tell } from './tell.ts'

export const CONNECTIONS = ['ONLINE', 'AWAY', 'OFFLINE'] as const

/** An agent as Sendbird Desk answers them. */
export const agentShape = z
  .object({
    id: z.number().int(),
    project: z.number().int(),
    user: z.number().int().nullable(),
    sendbirdId: z.string(),
    displayName: z.string(),
    email: z.string().nullable(),
    role: z.enum(['ADMIN', 'AGENT']),
    status: z.enum(['ACTIVE', 'INACTIVE', 'PAUSED']),
    connection: z.enum(CONNECTIONS),
    connectionUpdatedAt: moment.nullable(),
    photoThumbnailUrl: z.string().nullable(),
    tier: z.enum(['INTERMEDIATE', 'EXPERT']),
    createdAt: moment,
  })
  .meta({ id: 'SendbirdAgent' })

export type SendbirdAgent = z.infer<typeof agentShape>

/** Agents by id, those who left with them. */
export async function agentsTold(t: Tell, ids: readonly (string | null)[]): Promise<Map<string, SendbirdAgent>> {
  const rows = await agentsById(
    t.q,
    ids.filter(id => id !== null),
  )
  const numbers = await t.numbers({ agent: [...rows.keys()] })
  return new Map([...rows].map(([id, row]) => [id, agentOf(row, numbers.get(id) as number, t.now)]))
}

export async function agentTold(t: Tell, id: string): Promise<SendbirdAgent> {
  return (await agentsTold(t, [id])).get(id) as SendbirdAgent
}

function agentOf(row: AgentRow, number: number, now: number): SendbirdAgent {
  return {
    id: number,
    project: PROJECT,
    user: null,
    sendbirdId: row.id,
    displayName: row.alias ?? row.name,
    email: row.email,
    role: row.role === 'admin' ? 'ADMIN' : 'AGENT',
    status: row.deactivated_at === null ? 'ACTIVE' : 'INACTIVE',
    connection: connectionOf(availabilityAt(row, now)),
    connectionUpdatedAt: null,
    photoThumbnailUrl: null,
    tier: 'INTERMEDIATE',
    createdAt: isoOf(row.created_at),
  }
}

function connectionOf(availability: Availability): (typeof CONNECTIONS)[number] {
  return availability.toUpperCase() as (typeof CONNECTIONS)[number]
}

export function availabilityFor(connection: (typeof CONNECTIONS)[number]): Availability {
  return connection.toLowerCase() as Availability
}
