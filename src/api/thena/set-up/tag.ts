import { z } from 'zod'
import type { TagRecord } from '../../../core/programs/tags.ts'
import { isoOf, moment } from '../envelope.ts'
import { ORGANISATION } from '../organisation.ts'

const text = z.string().nullable()

/** A tag as programs are told of it. */
export const tagShape = z
  .object({
    id: z.string(),
    name: z.string(),
    color: text,
    description: text,
    tagType: z.literal('ticket'),
    groupId: text,
    group: text,
    organizationId: z.string(),
    createdAt: moment,
    updatedAt: moment.nullable(),
  })
  .meta({ id: 'ThenaTag' })

/** A tag of ours as Thena answers it. */
export function tagOf({ id, name, group, group_id, created_at }: TagRecord): z.infer<typeof tagShape> {
  return {
    id,
    name,
    color: null,
    description: null,
    tagType: 'ticket',
    groupId: group_id,
    group,
    organizationId: ORGANISATION,
    createdAt: isoOf(created_at),
    updatedAt: null,
  }
}
