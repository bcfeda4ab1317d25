import { z } from 'zod'
import type { TeamRow } from '../../../db/schema.ts'
import { isoOf, moment } from '../envelope.ts'
import { ORGANISATION } from '../organisation.ts'

const text = z.string().nullable()

/** A team as programs are told of it. */
export const teamShape = z
  .object({
    id: z.string(),
    uid: z.string(),
    name: z.string(),
    identifier: z.string(),
    description: text,
    icon: text,
    color: text,
    organizationId: z.string(),
    parentTeamId: text,
    configurationId: text,
    teamOwnerId: text,
    isActive: z.boolean(),
    isPrivate: z.boolean(),
    channelId: z.string(),
    channelProblem: text,
    replyMode: z.enum(['ask', 'direct', 'notes']),
    holdSeconds: z.number(),
    signature: text,
    reopenDays: z.number().int(),
    senderId: text,
    createdAt: moment,
    updatedAt: moment.nullable(),
    deletedAt: moment.nullable(),
    archivedAt: moment.nullable(),
  })
  .meta({ id: 'ThenaTeam' })

/** A team of ours as Thena answers it. */
export function teamOf(row: TeamRow): z.infer<typeof teamShape> {
  return {
    id: row.id,
    uid: row.id,
    name: row.name,
    identifier: row.prefix,
    description: null,
    icon: null,
    color: null,
    organizationId: ORGANISATION,
    parentTeamId: null,
    configurationId: null,
    teamOwnerId: null,
    isActive: row.archived_at === null,
    isPrivate: false,
    channelId: row.place,
    channelProblem: row.place_problem,
    replyMode: row.reply_mode,
    holdSeconds: row.hold_ms / 1000,
    signature: row.signature || null,
    reopenDays: row.reopen_days,
    senderId: row.sender_id,
    createdAt: isoOf(row.created_at),
    updatedAt: null,
    deletedAt: null,
    archivedAt: isoOf(row.archived_at),
  }
}
