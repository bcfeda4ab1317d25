import type { Term } from '../../db/full-text.ts'
import { prepared } from '../../db/prepared.ts'
import type { Query } from '../../db/store.ts'
import { fieldsOf } from '../fields/values.ts'
import { findTags, tagsOf } from '../tags/tags.ts'
import { fieldMarks, fieldsToFind } from './by-field.ts'
import { NONE } from './facets.ts'
import type { Filter } from './filter.ts'
import type { Named } from './names.ts'

/** The marks of a ticket's tags and custom fields. */
export async function labelsOf(q: Query, ticketId: string): Promise<string[]> {
  const tags = (await selectTags(q, { ticketId })).rows
  return [...(tags.length ? tags.map(t => `tag:${t.tag_id}`) : ['tag:none']), ...(await fieldMarks(q, ticketId))]
}

const selectTags = prepared((q, v: { ticketId: string }) =>
  q.selectFrom('ticket_tags').select('tag_id').where('ticket_id', '=', v.ticketId),
)

/** What the filter asks of tags and tag groups. */
export async function tagTerms(q: Query, { tags, tagGroups }: Filter): Promise<Term[]> {
  return [...(tags ? [anyTag(tags)] : []), ...(tagGroups ? [await groupTerm(q, tagGroups)] : [])]
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
  return (await fieldsToFind(q)).map(({ key, names }) => ({ id: key, name: names[0] ?? key, also: [key, ...names] }))
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
