import type { Query } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'
import { tagKey } from '../tags/tags.ts'
import type { Span } from './people.ts'

/** A tag as programs are told of it. */
export interface TagRecord {
  id: string
  name: string
  group_id: string | null
  group: string | null
  created_at: number
}

/** A part of all tags, in the order of the alphabet. */
export function tagRecords(q: Query, { offset, limit }: Span): Promise<TagRecord[]> {
  return selected(q).orderBy('t.key').offset(offset).limit(limit).execute()
}

/** The tags of a ticket, in the order of the alphabet. */
export function tagRecordsOf(q: Query, ticketId: string): Promise<TagRecord[]> {
  return selected(q)
    .where('t.id', 'in', q.selectFrom('ticket_tags').select('tag_id').where('ticket_id', '=', ticketId))
    .orderBy('t.key')
    .execute()
}

/** The tag with this id, or this name in any case. Throws a Problem when there is none. */
export async function tagNamed(q: Query, name: string): Promise<TagRecord> {
  const found = await selected(q)
    .where(e => e.or([e('t.id', '=', name), e('t.key', '=', tagKey(name.trim()))]))
    .executeTakeFirst()
  if (!found) throw new Problem('not_found', 'This tag is no more.')
  return found
}

/** The names of the tags with these ids. Throws a Problem under `tagIds` for those that there are not. */
export async function tagNames(q: Query, ids: string[]): Promise<string[]> {
  if (!ids.length) return []
  const rows = await selected(q).where('t.id', 'in', ids).execute()
  const lost = ids.find(id => !rows.some(r => r.id === id))
  if (lost !== undefined) throw new Problem('invalid', 'One of these tags is no more.', 'tagIds')
  return rows.map(r => r.name)
}

function selected(q: Query) {
  return q
    .selectFrom('tags as t')
    .leftJoin('tag_groups as g', 'g.id', 't.group_id')
    .select(['t.id', 't.name', 't.group_id', 'g.name as group', 't.created_at'])
}
