import type { PlainTextOption } from '@slack/types'
import { type FieldFilter, type FieldToFind, fieldsToFind, isOrdered } from '../../../../core/find/by-field.ts'
import { MOMENTS } from '../../../../core/find/dates.ts'
import { readFieldFilter, readSpan, withField } from '../../../../core/find/field-language.ts'
import { type Filter, NONE } from '../../../../core/find/filter.ts'
import { readFind } from '../../../../core/find/language.ts'
import type { Subject } from '../../../../core/find/names.ts'
import type { Query } from '../../../../db/store.ts'
import { gathering, Problem, Problems, underField } from '../../../../lib/problem.ts'
import type { FieldAsked } from '../../views/find/fields.ts'
import type { Chosen } from '../../views/find/form.ts'
import * as values from '../values.ts'

/** The filters by name: how the form calls each, and where the filter keeps it. */
export const NAMED: Record<Exclude<Subject, 'field'>, 'assignee' | 'by' | 'team' | 'tags' | 'tagGroups'> = {
  assignee: 'assignee',
  by: 'by',
  team: 'team',
  tag: 'tags',
  group: 'tagGroups',
}

/** The form as it stands. */
export interface FindView {
  blocks: { block_id?: string }[]
  state: { values: values.Values }
}

/** What the form looks for. Throws Problems with all that is wrong, each under its field. */
export async function filterIn(q: Query, view: FindView): Promise<Filter> {
  const faults: Problem[] = []
  const gather = gathering(faults)
  const v = view.state.values
  const text = values.typed(v, 'text').trim()
  const typed = (text && (await gather(() => underField('text', () => readFind(q, text))))) || {}
  const filter = { ...typed, ...chosenIn(v) } as Filter
  for (const asked of await fieldsIn(q, view)) {
    const wanted = await gather(() => readAsked(asked))
    if (wanted) filter.fields = (await gather(() => withField(filter.fields, wanted))) ?? filter.fields
  }
  for (const moment of MOMENTS) await gather(() => refuseBackwards(v, moment))
  if (faults.length) throw new Problems(faults)
  return filter
}

/** What is chosen, as it begins the form again; of what was typed nothing is read. */
export async function startIn(
  q: Query,
  view: FindView,
): Promise<{ filter: Filter; chosen: Chosen; fields: FieldAsked[] }> {
  const v = view.state.values
  const text = values.typed(v, 'text')
  const chosen = Object.fromEntries(Object.keys(NAMED).map(subject => [subject, values.chosenOptions(v, subject)]))
  return { filter: { ...(chosenIn(v) as Filter), ...(text && { text }) }, chosen, fields: await fieldsIn(q, view) }
}

function chosenIn(v: values.Values): Record<string, unknown> {
  const filter: Record<string, unknown> = {}
  const several = (name: string, key = name) => {
    const chosen = values.chosenOptions(v, name).map(o => String(o.value))
    if (chosen.length) filter[key] = chosen
  }
  for (const name of ['status', 'priority', 'channel', 'source']) several(name)
  for (const [subject, key] of Object.entries(NAMED)) several(subject, key)
  const put = values.chosen(v, 'away')
  if (put) filter.away = put
  for (const moment of MOMENTS) {
    const span = spanIn(v, moment)
    if (span) filter[moment] = span
  }
  return filter
}

function spanIn(v: values.Values, moment: string): unknown {
  const { from, to } = daysIn(v, moment)
  if (from || to) return { ...(from && { from }), ...(to && { to }) }
  const chosen = values.chosen(v, moment)
  return chosen === null || chosen === NONE ? chosen : { last: chosen }
}

function daysIn(v: values.Values, moment: string) {
  return { from: values.chosenDay(v, `${moment}_from`), to: values.chosenDay(v, `${moment}_to`) }
}

function refuseBackwards(v: values.Values, moment: string): void {
  const { from, to } = daysIn(v, moment)
  if (from && to && from > to) throw new Problem('invalid', 'This day is before the first.', `${moment}_to`)
}

/** The custom fields that the form shows; their blocks are named after them. */
async function fieldsIn(q: Query, { blocks, state: { values: v } }: FindView): Promise<FieldAsked[]> {
  const keys = [...new Set(blocks.flatMap(b => /^is:(.+)$/.exec(b.block_id ?? '')?.[1] ?? []))]
  const known = await fieldsToFind(q, keys)
  return keys.flatMap(key => known.filter(k => k.key === key)).map(field => ({ field, ...givenIn(v, field) }))
}

function givenIn(v: values.Values, { key, kind }: FieldToFind): Pick<FieldAsked, 'is' | 'given'> {
  const end = (name: string) => (kind === 'date' ? values.chosenDay(v, name) : values.typed(v, name)) || undefined
  const given = {
    from: end(`from:${key}`),
    to: end(`to:${key}`),
    has: values.typed(v, `has:${key}`).trim() || undefined,
  }
  const said = Object.fromEntries(Object.entries(given).filter(([, text]) => text !== undefined))
  return { is: values.chosenOptions(v, `is:${key}`) as PlainTextOption[], given: said }
}

/** What is looked for in a field; undefined for nothing. */
async function readAsked({ field: { key, kind }, is, given }: FieldAsked): Promise<FieldFilter | undefined> {
  const { from = '', to = '', has } = given
  if (!is.length && !from && !to && !has) return undefined
  return underField(
    name => `${name}:${key}`,
    () =>
      readFieldFilter({
        id: key,
        ...(is.length && { is: is.map(o => String(o.value)) as [string, ...string[]] }),
        ...(isOrdered(kind) && readSpan(kind, { from, to })),
        ...(has && { has }),
      }),
  )
}
