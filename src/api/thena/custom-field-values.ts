import { z } from 'zod'
import { agentNamed } from '../../core/api/named.ts'
import type { Field } from '../../core/fields/field.ts'
import type { HeldField } from '../../core/fields/known.ts'
import { folded, type Given, nameInForm } from '../../core/fields/read.ts'
import type { Query } from '../../db/store.ts'
import { faultsIn, Problem, Problems } from '../../lib/problem.ts'

const MOST = 100
const single = z.union([z.string().max(5_000), z.number(), z.boolean()])
const value = z.union([single, z.array(single).max(MOST)]).nullable()
const id = z.string().max(255)

/** What custom fields are to hold, by id in either of the two ways that are known, or by slug or name; null empties one. */
export const fieldValues = {
  customFieldValues: z
    .array(
      z.object({
        fieldId: id.optional(),
        customFieldId: id.optional(),
        value: value.optional(),
        data: z.array(z.object({ value })).max(MOST).optional(),
      }),
    )
    .max(MOST)
    .optional(),
  customFields: z.record(z.string().max(255), value).optional(),
}

export interface FieldValues {
  customFieldValues?: z.infer<(typeof fieldValues)['customFieldValues']>
  customFields?: z.infer<(typeof fieldValues)['customFields']>
}

type Value = z.infer<typeof value>

/** The same as core takes it, people by their id. Throws Problems for what names none of the fields. */
export async function givenIn(q: Query, fields: Field[], wanted: FieldValues): Promise<Given> {
  const faults: Problem[] = []
  const given: Given = {}
  const put = async (at: string, field: Field | undefined, values: Value[]) => {
    if (!field) faults.push(new Problem('invalid', 'There is no such field.', at))
    else given[field.id] = await textsOf(q, field, values)
  }
  for (const [i, { fieldId, customFieldId, value, data }] of (wanted.customFieldValues ?? []).entries()) {
    const values = value === undefined ? (data ?? []).map(d => d.value) : [value]
    await put(
      `customFieldValues.${i}`,
      fields.find(f => f.id === (fieldId ?? customFieldId)),
      values,
    )
  }
  for (const [name, value] of Object.entries(wanted.customFields ?? {})) {
    const field = fields.find(f => f.key === name) ?? fields.find(f => folded(f.name) === folded(name))
    await put(`customFields.${name}`, field, [value])
  }
  if (faults.length) throw new Problems(faults)
  return given
}

async function textsOf(q: Query, { kind }: Field, values: Value[]): Promise<string[]> {
  const texts = values.flat().flatMap(v => (v === null ? [] : [String(v)]))
  if (kind !== 'user') return texts
  const ids: string[] = []
  for (const text of texts.filter(t => t.trim())) ids.push((await agentNamed(q, text)).id)
  return ids
}

/** Does the work; a fault that core finds in a field is one of `customFields` then, by the field's name. */
export async function namingFields(fields: Field[], work: () => Promise<void>): Promise<void> {
  const faults = await faultsIn(work)
  if (!faults.length) return
  const nameOf = (field: string | undefined) => fields.find(f => nameInForm(f) === field)?.name
  throw new Problems(
    faults.map(f => new Problem(f.code, f.message, nameOf(f.field) ? `customFields.${nameOf(f.field)}` : f.field)),
  )
}

const held = z.union([z.string(), z.array(z.string())])

/** How custom fields are answered, in both ways. */
export const heldShape = {
  customFieldValues: z.array(z.object({ fieldId: z.string(), name: z.string(), value: held })),
  customFields: z.record(z.string(), held),
}

/** What custom fields hold, in both ways. */
export function heldBy(fields: HeldField[]) {
  const textOf = ({ field, values }: HeldField) => (field.kind === 'multi' ? values : (values[0] ?? ''))
  return {
    customFieldValues: fields.map(h => ({ fieldId: h.field.id, name: h.field.name, value: textOf(h) })),
    customFields: Object.fromEntries(fields.map(h => [h.field.name, textOf(h)])),
  }
}
