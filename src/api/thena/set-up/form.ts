import { z } from 'zod'
import type { FormRecord } from '../../../core/programs/forms.ts'
import { isoOf, moment } from '../envelope.ts'
import { ORGANISATION } from '../organisation.ts'
import { PRIORITIES } from '../tickets/ticket.ts'
import { TYPE_OF } from './field-types.ts'

const text = z.string().nullable()

/** A form as programs are told of it. */
export const formShape = z
  .object({
    id: z.string(),
    uid: z.string(),
    name: z.string(),
    description: text,
    teamId: z.string(),
    isDefault: z.boolean(),
    isActive: z.boolean(),
    priority: z.string(),
    priorityId: z.string(),
    fields: z.array(
      z.object({
        fieldId: z.string(),
        name: z.string(),
        fieldType: z.string(),
        order: z.number().int(),
        mandatoryOnCreation: z.boolean(),
        mandatoryOnClose: z.boolean(),
      }),
    ),
    organizationId: z.string(),
    createdAt: moment,
    updatedAt: moment.nullable(),
    deletedAt: moment.nullable(),
  })
  .meta({ id: 'ThenaForm' })

/** A form of ours as Thena answers it. */
export function formOf({ row, asked, isFirst }: FormRecord): z.infer<typeof formShape> {
  return {
    id: row.id,
    uid: row.id,
    name: row.name,
    description: null,
    teamId: row.team_id,
    isDefault: isFirst,
    isActive: row.archived_at === null,
    priority: PRIORITIES[row.priority],
    priorityId: row.priority,
    fields: asked.map(({ id, name, kind, required }, i) => ({
      fieldId: id,
      name,
      fieldType: TYPE_OF[kind],
      order: i + 1,
      mandatoryOnCreation: required === 'creation',
      mandatoryOnClose: required !== null,
    })),
    organizationId: ORGANISATION,
    createdAt: isoOf(row.created_at),
    updatedAt: null,
    deletedAt: isoOf(row.archived_at),
  }
}
