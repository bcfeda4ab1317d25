import { z } from 'zod'
import type { AgentRecord } from '../../../core/programs/agents.ts'
import { agentNamed } from '../../../core/programs/named.ts'
import { isOnline } from '../../../core/routing/candidates.ts'
import type { AgentRow } from '../../../db/schema.ts'
import type { Query } from '../../../db/store.ts'
import { Problem } from '../../../lib/problem.ts'
import { isoOf, moment } from '../envelope.ts'
import { ORGANISATION } from '../organisation.ts'

const text = z.string().nullable()

/** An agent as programs are told of them. */
export const agentShape = z
  .object({
    id: z.string(),
    uid: z.string(),
    name: z.string(),
    displayName: z.string(),
    email: text,
    avatarUrl: text,
    alias: text,
    signature: text,
    role: z.enum(['admin', 'agent', 'drafter', 'viewer']),
    availability: z.enum(['online', 'away', 'offline']),
    availableAt: moment.nullable(),
    capacity: z.number().int().nullable(),
    timezone: text,
    slackUserId: z.string(),
    teams: z.array(z.object({ id: z.string(), name: z.string(), role: z.string() })),
    organizationId: z.string(),
    isActive: z.boolean(),
    createdAt: moment,
    updatedAt: moment.nullable(),
    deletedAt: moment.nullable(),
  })
  .meta({ id: 'ThenaAgent' })

/** An agent of ours as Thena answers them. */
export function agentOf({ row, teams }: AgentRecord, now: number): z.infer<typeof agentShape> {
  const isBack = isOnline(row, now)
  return {
    id: row.id,
    uid: row.id,
    name: row.name,
    displayName: row.alias ?? row.name,
    email: row.email,
    avatarUrl: null,
    alias: row.alias,
    signature: row.signature || null,
    role: row.role ?? 'agent',
    availability: isBack ? 'online' : row.availability === 'online' ? 'offline' : row.availability,
    availableAt: isBack ? null : isoOf(row.available_at),
    capacity: row.capacity,
    timezone: row.zone,
    slackUserId: row.handle,
    teams: teams.map(t => ({ id: t.team_id, name: t.name, role: t.role })),
    organizationId: ORGANISATION,
    isActive: row.deactivated_at === null,
    createdAt: isoOf(row.created_at),
    updatedAt: null,
    deletedAt: isoOf(row.deactivated_at),
  }
}

/** The agent of this id or address, who is still here. Throws a Problem under the field. */
export async function agentIn(q: Query, name: string, field: string): Promise<AgentRow> {
  const agent = await agentNamed(q, name).catch(error => {
    throw error instanceof Problem ? new Problem('invalid', error.message, field) : error
  })
  if (agent.deactivated_at !== null) throw new Problem('invalid', `${agent.name} is no longer here.`, field)
  return agent
}
