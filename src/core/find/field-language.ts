import { wordsIn } from '../../db/full-text.ts'
import type { FieldKind } from '../../db/schema.ts'
import type { Query } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'
import { readText } from '../fields/read.ts'
import { type FieldFilter, fieldsToFind } from './by-field.ts'
import { type Filter, MOST_FIELDS } from './filter.ts'

/** From and to as a field of this kind keeps them. Throws a Problem under `from` or `to`. */
export function readSpan(kind: FieldKind, given: { from: string; to: string }): Pick<FieldFilter, 'from' | 'to'> {
  const [from, to] = [readEnd(kind, given.from, 'from'), readEnd(kind, given.to, 'to')]
  const isBackwards = kind === 'date' ? from && to && from > to : from && to && Number(from) > Number(to)
  if (isBackwards) throw new Problem('invalid', `It ends before it begins: ${from} to ${to}.`, 'to')
  return { ...(from !== undefined && { from }), ...(to !== undefined && { to }) }
}

function readEnd(kind: FieldKind, text: string, field: 'from' | 'to'): string | undefined {
  try {
    return readText({ id: '', kind, options: [] }, [text])[0]
  } catch (error) {
    throw error instanceof Problem ? new Problem(error.code, error.message, field) : error
  }
}

/** What is asked of a field, once there is something to look for in it. Throws a Problem under `has` otherwise. */
export function readFieldFilter(filter: FieldFilter): FieldFilter {
  if (filter.has !== undefined && !wordsIn(filter.has).length)
    throw new Problem('invalid', 'Write a word that stands in it.', 'has')
  return filter
}

/** The field beside the others, in place of what was asked of it before. Throws a Problem for too many. */
export function withField(fields: Filter['fields'], field: FieldFilter): NonNullable<Filter['fields']> {
  const others = fields?.filter(f => f.id !== field.id) ?? []
  if (others.length >= MOST_FIELDS)
    throw new Problem('limited', `At most ${MOST_FIELDS} fields are looked for at once.`, 'fields')
  return [...others, field] as NonNullable<Filter['fields']>
}

/** What is asked of custom fields in the words of the language: `plan=gold`, `seats=10..20`, `remark~late`. */
export async function fieldWords(q: Query, { fields }: Filter): Promise<string[]> {
  if (!fields) return []
  const known = await fieldsToFind(
    q,
    fields.map(f => f.id),
  )
  const names = await peopleIn(q, fields)
  return fields.flatMap(f => {
    const name = known.find(k => k.key === f.id)?.names[0] ?? 'gone'
    const isSpan = f.from !== undefined || f.to !== undefined
    return [
      ...(f.is ?? []).map(value => `${name}=${names.get(value) ?? value}`),
      ...(isSpan ? [`${name}=${f.from ?? ''}..${f.to ?? ''}`] : []),
      ...(f.has === undefined ? [] : [`${name}~${f.has}`]),
    ]
  })
}

/** The names of agents that were chosen: they stand in the filter by their id. */
export async function peopleIn(q: Query, fields: FieldFilter[]): Promise<Map<string, string>> {
  const ids = fields.flatMap(f => f.is ?? []).filter(value => /^[0-9a-f-]{36}$/.test(value))
  if (!ids.length) return new Map()
  const rows = await q.selectFrom('agents').select(['id', 'name']).where('id', 'in', ids).execute()
  return new Map(rows.map(a => [a.id, a.name]))
}
