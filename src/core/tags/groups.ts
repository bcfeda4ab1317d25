import { containing } from '../../db/like.ts'
import type { TagGroupRow } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { newId } from '../../lib/id.ts'
import { Problem } from '../../lib/problem.ts'
import { LONGEST_TAG, plainName, tagKey } from './tags.ts'

const MOST_GROUPS = 100 // a search offers so many at once

/** A group of tags, with how many it has. */
export interface TagGroup {
  id: string
  name: string
  tags: number
}

/** All groups of tags by name. */
export async function tagGroups(q: Query): Promise<TagGroup[]> {
  const rows = await q
    .selectFrom('tag_groups as g')
    .select(e => [
      'g.id',
      'g.name',
      e
        .selectFrom('tags')
        .select(c => c.fn.countAll().as('n'))
        .whereRef('group_id', '=', 'g.id')
        .as('tags'),
    ])
    .orderBy('g.key')
    .execute()
  return rows.map(r => ({ ...r, tags: Number(r.tags) }))
}

/** Groups whose name contains what was typed. */
export function findGroups(q: Query, typed: string): Promise<TagGroupRow[]> {
  return q
    .selectFrom('tag_groups')
    .selectAll()
    .where('key', 'like', containing(typed.trim()))
    .orderBy('key')
    .limit(MOST_GROUPS)
    .execute()
}

/** The group of this name, made where there is none. Throws a Problem under `group`. */
export async function groupNamed(tx: Tx, typed: string): Promise<string> {
  const name = readGroup(typed)
  const known = await tx.q.selectFrom('tag_groups').select('id').where('key', '=', tagKey(name)).executeTakeFirst()
  if (known) return known.id
  const { n } = await tx.q
    .selectFrom('tag_groups')
    .select(e => e.fn.countAll().as('n'))
    .executeTakeFirstOrThrow()
  if (Number(n) >= MOST_GROUPS)
    throw new Problem('limited', `There are at most ${MOST_GROUPS} groups. Remove one first.`, 'group')
  const id = newId()
  await tx.q
    .insertInto('tag_groups')
    .values({ id, name, key: tagKey(name), created_at: tx.now })
    .execute()
  return id
}

/** Calls a group otherwise. Throws a Problem under `name` for no name, or another group's. */
export async function renameGroup(tx: Tx, id: string, typed: string): Promise<void> {
  const name = readGroup(typed, 'name')
  const twin = await tx.q.selectFrom('tag_groups').select('id').where('key', '=', tagKey(name)).executeTakeFirst()
  if (twin && twin.id !== id) throw new Problem('conflict', `There is a group ${name} already.`, 'name')
  await tx.q
    .updateTable('tag_groups')
    .set({ name, key: tagKey(name) })
    .where('id', '=', id)
    .execute()
}

/** Its tags stay, in no group. */
export async function removeGroup(tx: Tx, id: string): Promise<void> {
  await tx.q.updateTable('tags').set({ group_id: null }).where('group_id', '=', id).execute()
  await tx.q.deleteFrom('tag_groups').where('id', '=', id).execute()
}

export async function groupById(q: Query, id: string): Promise<TagGroupRow> {
  const group = await q.selectFrom('tag_groups').selectAll().where('id', '=', id).executeTakeFirst()
  if (!group) throw new Problem('not_found', 'This group is no more.', 'name')
  return group
}

function readGroup(typed: string, field = 'group'): string {
  const name = plainName(typed)
  if (!name) throw new Problem('invalid', 'Give the group a name.', field)
  if (name.length > LONGEST_TAG)
    throw new Problem('invalid', `A group's name has at most ${LONGEST_TAG} characters.`, field)
  return name
}
