import { z } from 'zod'
import type { Field } from '../../core/fields/field.ts'
import type { HeldField } from '../../core/fields/known.ts'
import { folded, type Given, nameInForm } from '../../core/fields/read.ts'
import type { Query } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'
import { together } from './faults.ts'
import { agentIn } from './people/agent.ts'

const MOST = 100
const single = z.union([z.string().max(5_000), z.number(), z.boolean()])
const value = z.union([single, z.array(single).max(MOST), z.null()])
const id = z.string().max(255)

/** What custom fields are to hold, in either of the ways that programs write it; null empties one. */
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
    .nullish(),
  customFields: z.record(z.string().max(255), value).nullish().describe('What fields hold, by their names or ids.'),
}

export type FieldValues = z.infer<z.ZodObject<typeof fieldValues>>

type Value = z.infer<typeof value>

/** What is given for fields, and how the caller spells each: faults name the very element. */
export interface GivenFields {
  given: Given
  names: Record<string, string>
}

/** The same as core takes it, people by their id. Throws Problems that name the elements for which there is no field. */
export async function givenIn(q: Query, fields: Field[], wanted: FieldValues): Promise<GivenFields> {
  const all: [place: string, name: string, values: Value[]][] = []
  for (const [i, { fieldId, customFieldId, value = null, data }] of (wanted.customFieldValues ?? []).entries())
    all.push([`customFieldValues.${i}`, fieldId ?? customFieldId ?? '', data ? data.map(d => d.value) : [value]])
  for (const [name, value] of Object.entries(wanted.customFields ?? {}))
    all.push([`customFields.${name}`, name, [value]])
  const found: GivenFields = { given: {}, names: {} }
  await together(
    all.map(([place, name, values]) => async () => {
      const field =
        fields.find(f => f.id === name) ?? fields.find(f => f.key === name || folded(f.name) === folded(name))
      if (!field) throw new Problem('invalid', `There is no field “${name.slice(0, 60)}”.`, place)
      found.given[field.id] = await textsOf(q, field, values, place)
      found.names[nameInForm(field)] = place
    }),
  )
  return found
}

async function textsOf(q: Query, { kind }: Field, values: Value[], place: string): Promise<string[]> {
  const texts = values.flat().flatMap(v => (v === null ? [] : [String(v)]))
  if (kind !== 'user') return texts
  const ids: string[] = []
  for (const text of texts.filter(t => t.trim())) ids.push((await agentIn(q, text, place)).id)
  return ids
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
