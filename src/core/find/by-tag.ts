import { createHash } from 'node:crypto'
import type { Term } from '../../db/full-text.ts'
import { prepared } from '../../db/prepared.ts'
import type { Query } from '../../db/store.ts'
import { folded } from '../fields/read.ts'
import { fieldsOf } from '../fields/values.ts'
import { findTags, tagsOf } from '../tags/tags.ts'
import { NONE } from './facets.ts'
import type { Filter } from './filter.ts'
import type { Named } from './names.ts'

/** The marks of a ticket's tags and custom fields. */
export async function labelsOf(q: Query, ticketId: string): Promise<string[]> {
  const tags = (await selectTags(q, { ticketId })).rows
  const fields = (await selectFields(q, { ticketId })).rows
  return [
    ...(tags.length ? tags.map(t => `tag:${t.tag_id}`) : ['tag:none']),
    ...fields.flatMap(f => [hasField(f.key), fieldIs(f.key, f.value)]),
  ]
}

const selectTags = prepared((q, v: { ticketId: string }) =>
  q.selectFrom('ticket_tags').select('tag_id').where('ticket_id', '=', v.ticketId),
)

const selectFields = prepared((q, v: { ticketId: string }) =>
  q
    .selectFrom('field_values as v')
    .innerJoin('fields as f', 'f.id', 'v.field_id')
    .select(['f.key', 'v.key as value'])
    .where('v.ticket_id', '=', v.ticketId),
)

/** Fields of one key are the same to who looks, whichever team's they are. */
function hasField(key: string): string {
  return `field:${short(key)}`
}

function fieldIs(key: string, value: string): string {
  return `field:${short(`${key}=${value}`)}`
}

/** Whatever it is made of, as one word. */
function short(text: string): string {
  return createHash('sha1').update(text).digest('hex').slice(0, 16)
}

/** What the filter asks of tags, tag groups and custom fields. */
export async function labelTerms(q: Query, { tags, tagGroups, fields }: Filter): Promise<Term[]> {
  const terms: Term[] = []
  if (tags) terms.push(anyTag(tags))
  if (tagGroups) terms.push(await groupTerm(q, tagGroups))
  for (const { id, is } of fields ?? []) {
    const any: Term[] = []
    for (const value of is)
      if (value.toLowerCase() === NONE) any.push({ not: { facet: hasField(id) } })
      else for (const kept of await keptAs(q, id, value)) any.push({ facet: fieldIs(id, kept) })
    terms.push({ any })
  }
  return terms
}

function anyTag(ids: readonly string[]): Term {
  return { any: ids.map(id => ({ facet: `tag:${id}` })) }
}

/** Tags change their groups without their tickets being looked at, so it is asked now which are in one. */
async function groupTerm(q: Query, groups: readonly string[]): Promise<Term> {
  const rows = await q
    .selectFrom('tags')
    .select(['id', 'group_id'])
    .where('group_id', 'is not', null)
    .$if(!groups.includes(NONE), w => w.where('group_id', 'in', groups as string[]))
    .execute()
  const inOne = anyTag(rows.filter(r => groups.includes(r.group_id as string)).map(r => r.id))
  return groups.includes(NONE) ? { any: [inOne, { not: anyTag(rows.map(r => r.id)) }] } : inOne
}

/** A value as fields keep it: an agent by id, a number without needless zeros. */
async function keptAs(q: Query, key: string, value: string): Promise<string[]> {
  const kinds = (
    await q
      .selectFrom('fields')
      .select('kind')
      .where('owner', '=', 'ticket')
      .where('key', '=', key)
      .distinct()
      .execute()
  ).map(f => f.kind)
  const kept = [folded(value)]
  if (kinds.includes('number') && Number.isFinite(Number(value))) kept.push(folded(String(Number(value))))
  if (kinds.includes('user')) {
    const agents = await q.selectFrom('agents').select(['id', 'name', 'handle', 'alias']).execute()
    const wanted = value.toLowerCase().replace(/^@/, '')
    kept.push(...agents.filter(a => [a.name, a.alias, a.handle].some(n => n?.toLowerCase() === wanted)).map(a => a.id))
  }
  return [...new Set(kept)]
}

/** Tags whose name, or whose group's, contains what was typed, the nearest first. */
export async function tagNames(q: Query, typed: string): Promise<Named[]> {
  return (await findTags(q, typed)).map(t => ({ id: t.id, name: t.name, also: [] }))
}

export async function tagsNamed(q: Query, ids: string[]): Promise<Named[]> {
  const rows = await q.selectFrom('tags').select(['id', 'name']).where('id', 'in', ids).execute()
  return rows.map(t => ({ ...t, also: [] }))
}

export async function groupNames(q: Query): Promise<Named[]> {
  const rows = await q.selectFrom('tag_groups').select(['id', 'name']).orderBy('key').execute()
  return rows.map(g => ({ ...g, also: [] }))
}

/** The fields of tickets, whichever team's; what they are known by is their key. */
export async function fieldNames(q: Query): Promise<Named[]> {
  const rows = await q
    .selectFrom('fields')
    .select(['key', 'name'])
    .where('owner', '=', 'ticket')
    .orderBy('key')
    .orderBy('archived_at', 'desc')
    .execute()
  const byKey = new Map<string, Named>()
  for (const { key, name } of rows) {
    const known = byKey.get(key)
    if (known) known.also.push(name)
    else byKey.set(key, { id: key, name, also: [key] })
  }
  return [...byKey.values()]
}

/** What stands on tickets, by ticket: tags by name, custom fields as they are written. */
export async function labelsOn(
  q: Query,
  ticketIds: string[],
): Promise<Map<string, { tags: string[]; fields: Record<string, string> }>> {
  const [tags, fields] = [await tagsOf(q, ticketIds), await fieldsOf(q, ticketIds)]
  return new Map(
    ticketIds.map(id => [
      id,
      {
        tags: tags.get(id) ?? [],
        fields: Object.fromEntries((fields.get(id) ?? []).map(f => [f.name, f.text])),
      },
    ]),
  )
}
