import { createHash } from 'node:crypto'
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import { type Term, wordsIn } from '../../db/full-text.ts'
import { prepared } from '../../db/prepared.ts'
import type { FieldKind } from '../../db/schema.ts'
import type { Query } from '../../db/store.ts'
import { folded, numberIn } from '../fields/read.ts'
import { ME, NONE } from './facets.ts'
import type { Filter } from './filter.ts'
import { blocksBetween, blocksOf } from './number-blocks.ts'

/** What a filter asks of one custom field. */
export type FieldFilter = NonNullable<Filter['fields']>[number]

/** A custom field of tickets as it is looked for: fields of one key are the same to who looks, whichever team's they are. */
export interface FieldToFind {
  key: string
  names: string[] // the first one is shown; teams may call it otherwise
  kind: FieldKind // the first team's
  kinds: FieldKind[]
  options: string[] // of all teams
}

/** All fields that tickets can be found by, or those of these keys, by name. Archived ones are found, too. */
export async function fieldsToFind(q: Query, keys?: readonly string[]): Promise<FieldToFind[]> {
  if (keys?.length === 0) return []
  const rows = await q
    .selectFrom('fields')
    .select(['key', 'name', 'kind', 'options'])
    .where('owner', '=', 'ticket')
    .$if(keys !== undefined, w => w.where('key', 'in', keys as string[]))
    .orderBy(e => e.case().when('archived_at', 'is', null).then(0).else(1).end())
    .orderBy('name')
    .orderBy('id')
    .execute()
  const byKey = new Map<string, FieldToFind>()
  for (const { key, name, kind, options } of rows) {
    const field = byKey.get(key) ?? { key, names: [], kind, kinds: [], options: [] }
    byKey.set(key, field)
    field.names = [...new Set([...field.names, name])]
    field.kinds = [...new Set([...field.kinds, kind])]
    field.options = [...new Set([...field.options, ...(JSON.parse(options) as string[])])]
  }
  return [...byKey.values()]
}

/** The marks of what a ticket's custom fields hold: each value, the blocks that a number lies in, the words of a text. */
export async function fieldMarks(q: Query, ticketId: string): Promise<string[]> {
  const marks: string[] = []
  let room = MOST_WORDS
  for (const { key, kind, value, folded: kept, number } of (await selectValues(q, { ticketId })).rows) {
    marks.push(hasField(key), fieldIs(key, kept))
    if (number !== null) marks.push(...blocksOf(Number(number)).map(block => inBlock(key, block)))
    const words = isText(kind) ? wordsOf(value).slice(0, room) : []
    marks.push(...words.map(word => hasWord(key, word)))
    room -= words.length
  }
  return [...new Set(marks)]
}

const selectValues = prepared((q, v: { ticketId: string }) =>
  q
    .selectFrom('field_values as v')
    .innerJoin('fields as f', 'f.id', 'v.field_id')
    .select(['f.key', 'f.kind', 'v.value', 'v.key as folded', 'v.number'])
    .where('v.ticket_id', '=', v.ticketId)
    .orderBy('f.position')
    .orderBy('v.position'),
)

const MOST_WORDS = 5_000 // of a ticket's fields: an entry of PostgreSQL holds a megabyte

function wordsOf(text: string): string[] {
  return [...new Set(wordsIn(text))]
}

/** Whether it is looked into for words. */
export function isText(kind: FieldKind): boolean {
  return kind === 'line' || kind === 'text' || kind === 'url'
}

/** Whether its values lie in an order, so that it is asked from and to. */
export function isOrdered(kind: FieldKind): boolean {
  return kind === 'number' || kind === 'date'
}

function hasField(key: string): string {
  return `field:${short(key)}`
}

function fieldIs(key: string, value: string): string {
  return `field:${short(`${key}=${value}`)}`
}

function inBlock(key: string, block: string): string {
  return `field:${short(`${key}#${block}`)}`
}

function hasWord(key: string, word: string): string {
  return `field:${short(`${key}~${word}`)}`
}

/** Whatever it is made of, as one word. */
function short(text: string): string {
  return createHash('sha1').update(text).digest('hex').slice(0, 16)
}

/** What the index is asked of custom fields, and what is then to be looked at exactly. */
export async function fieldTerms(
  q: Query,
  filters: Filter['fields'],
  me: string,
): Promise<{ terms: Term[]; exact: RawBuilder<SqlBool>[] }> {
  if (!filters) return { terms: [], exact: [] }
  const known = await fieldsToFind(
    q,
    filters.map(f => f.id),
  )
  const terms: Term[] = []
  const exact: RawBuilder<SqlBool>[] = []
  for (const filter of filters) {
    const kinds = known.find(k => k.key === filter.id)?.kinds ?? []
    const values = await valuesOf(q, kinds, filter.is ?? [], me)
    terms.push({ any: [...(await valueTerms(q, filter, kinds, values)), ...rangeTerm(filter), ...wordTerm(filter)] })
    if (isRange(filter)) exact.push(isWithin(filter, values))
  }
  return { terms, exact }
}

async function valueTerms(q: Query, { id, is = [] }: FieldFilter, kinds: FieldKind[], values: string[]) {
  const any: Term[] = values.map(value => ({ facet: fieldIs(id, value) }))
  if (is.some(isNone)) any.push({ not: { facet: hasField(id) } })
  if (kinds.includes('checkbox') && is.some(v => /^(no|false)$/i.test(v))) any.push(await unticked(q, id))
  return any
}

function isNone(value: string): boolean {
  return value.toLowerCase() === NONE
}

/** A box that is not ticked leaves nothing behind, so it is known by the teams that have it. */
async function unticked(q: Query, key: string): Promise<Term> {
  const teams = await q
    .selectFrom('fields')
    .select('team_id')
    .where('owner', '=', 'ticket')
    .where('key', '=', key)
    .where('kind', '=', 'checkbox')
    .execute()
  return { all: [{ any: teams.map(t => ({ facet: `team:${t.team_id}` })) }, { not: { facet: hasField(key) } }] }
}

function isRange({ from, to }: FieldFilter): boolean {
  return from !== undefined || to !== undefined
}

function rangeTerm(filter: FieldFilter): Term[] {
  if (!isRange(filter)) return []
  const [from, to] = boundsOf(filter)
  return [{ any: blocksBetween(from, to).map(block => ({ facet: inBlock(filter.id, block) })) }]
}

/** Days and numbers as they are compared; nothing given is without bounds. */
function boundsOf({ from, to }: FieldFilter): [number, number] {
  const number = (text: string) => numberIn(/^\d{4}-\d\d-\d\d$/.test(text) ? 'date' : 'number', text) as number
  return [from === undefined ? -Number.MAX_VALUE : number(from), to === undefined ? Number.MAX_VALUE : number(to)]
}

function wordTerm({ id, has }: FieldFilter): Term[] {
  if (has === undefined) return []
  const words = wordsOf(has)
  return words.length ? [{ all: words.map(word => ({ facet: hasWord(id, word) })) }] : []
}

/** Exactly; another value that was chosen beside the span is enough. */
function isWithin(filter: FieldFilter, values: string[]): RawBuilder<SqlBool> {
  const [from, to] = boundsOf(filter)
  const held = (how: RawBuilder<SqlBool>) => sql<SqlBool>`exists (select 1 from field_values as fv
    join fields as ff on ff.id = fv.field_id where fv.ticket_id = t.id and ff.key = ${filter.id} and ${how})`
  return sql<SqlBool>`(${sql.join(
    [
      held(sql<SqlBool>`fv.number >= ${from} and fv.number <= ${to}`),
      ...values.map(value => held(sql<SqlBool>`fv.key = ${value}`)),
      ...(filter.is?.some(isNone) ? [sql<SqlBool>`not ${held(sql<SqlBool>`1 = 1`)}`] : []),
    ],
    sql` or `,
  )})`
}

/** Values as fields keep them: an agent by id, a number without needless zeros. */
async function valuesOf(q: Query, kinds: FieldKind[], given: string[], me: string): Promise<string[]> {
  const kept = given.map(folded)
  if (kinds.includes('number'))
    kept.push(...given.filter(value => Number.isFinite(Number(value))).map(value => folded(String(Number(value)))))
  if (kinds.includes('user') && given.length) {
    const wanted = given.map(value => value.toLowerCase().replace(/^@/, ''))
    const agents = await q.selectFrom('agents').select(['id', 'name', 'handle', 'alias']).execute()
    const isWanted = (name: string | null) => name !== null && wanted.includes(name.toLowerCase())
    kept.push(...agents.filter(a => [a.name, a.alias, a.handle].some(isWanted)).map(a => a.id))
    if (wanted.includes(ME)) kept.push(me)
  }
  return [...new Set(kept)]
}
