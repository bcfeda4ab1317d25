import { z } from 'zod'
import { teamsById } from '../../core/teams.ts'
import type { TeamRow } from '../../db/schema.ts'
import { isoOf, moment } from '../moment.ts'
import { agentShape } from './agent.ts'
import { PROJECT } from './project.ts'
import type { Tell } from './tell.ts'

/** A team as Sendbird Desk answers it. */
export const groupShape = z
  .object({
    id: z.number().int(),
    project: z.number().int(),
    name: z.string(),
    key: z.string(),
    description: z.string(),
    createdBy: agentShape.nullable(),
    createdAt: moment,
  })
  .meta({ id: 'SendbirdGroup' })

export type SendbirdGroup = z.infer<typeof groupShape>

/** Teams by id, archived ones with them. */
export async function groupsTold(t: Tell, ids: readonly string[]): Promise<Map<string, SendbirdGroup>> {
  const rows = await teamsById(t.q, [...ids])
  const numbers = await t.numbers({ team: [...rows.keys()] })
  return new Map([...rows].map(([id, row]) => [id, groupOf(row, numbers.get(id) as number)]))
}

export async function groupTold(t: Tell, id: string): Promise<SendbirdGroup> {
  return (await groupsTold(t, [id])).get(id) as SendbirdGroup
}

/** Who made a team is not kept, and what it is for is its name. */
function groupOf(row: TeamRow, number: number): SendbirdGroup {
  return {
    id: number,
    project: PROJECT,
    name: row.name,
    key: row.prefix.toLowerCase(),
    description: '',
    createdBy: null,
    createdAt: isoOf(row.created_at),
  }
}
