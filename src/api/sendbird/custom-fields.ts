import { z } from 'zod'
import { fieldsById } from '../../core/fields/define.ts'
import { fieldIdIn } from '../../core/fields/read.ts'
import type { Query } from '../../db/store.ts'
import { faultsIn, Problem, Problems } from '../../lib/problem.ts'

const value = z.union([z.string().max(20_000), z.number(), z.boolean(), z.null()])
const byKey = z.record(z.string().max(255), value)
const listed = z.array(z.object({ key: z.string().max(255), value })).max(100)

/** What a program fills in: JSON in a text, as Sendbird has it, or as it is. */
export const customFieldsInput = z.union([z.string().max(20_000), byKey, listed])
export type CustomFieldsInput = z.infer<typeof customFieldsInput>

interface FieldLimits {
  most: number
  key: number // characters
  value: number
}

/** The same as texts by key; nothing (null) is an empty text. Throws a Problem under `customFields` for what is neither, or too much. */
export function fieldsIn(input: CustomFieldsInput, { most, ...longest }: FieldLimits): Record<string, string> {
  const read = z.union([byKey, listed]).safeParse(typeof input === 'string' ? parsed(input) : input)
  if (!read.success) throw fault('Give an object of texts, such as {"plan":"gold"}, or the same as JSON in a text.')
  const pairs = Array.isArray(read.data) ? read.data.map(f => [f.key, f.value] as const) : Object.entries(read.data)
  if (pairs.length > most) throw fault(`At most ${most} fields can be given.`)
  const texts = pairs.map(([key, value]): [string, string] => [key.trim(), value === null ? '' : String(value).trim()])
  for (const [key, text] of texts) {
    if (!key || key.length > longest.key) throw fault(`A key has 1 to ${longest.key} characters.`)
    if (text.length > longest.value) throw fault(`${key}: A value has at most ${longest.value} characters.`)
  }
  return Object.fromEntries(texts)
}

/** What is wrong with a ticket's field is said under its name. */
export async function namingFields(q: Query, work: () => Promise<void>): Promise<void> {
  const faults = await faultsIn(work)
  if (!faults.length) return
  const ids = faults.flatMap(f => fieldIdIn(f.field ?? '') ?? [])
  const names = new Map((await fieldsById(q, ids)).map(f => [f.id, f.name]))
  throw new Problems(
    faults.map(f => {
      const id = fieldIdIn(f.field ?? '')
      return id === undefined ? f : new Problem(f.code, f.message, `customFields.${names.get(id) ?? id}`)
    }),
  )
}

function parsed(json: string): unknown {
  try {
    return json.trim() ? JSON.parse(json) : {}
  } catch {
    return undefined
  }
}

function fault(message: string): Problem {
  return new Problem('invalid', message, 'customFields')
}
