import { containing } from '../../db/like.ts'
import { preparedFor } from '../../db/prepared.ts'
import type { Query, Tx } from '../../db/store.ts'
import { newId } from '../../lib/id.ts'
import { Problem } from '../../lib/problem.ts'
import { redrawCard } from '../deliveries/redraw.ts'
import { type Actor, record } from '../events.ts'
import { lockTicket } from '../tickets/lock.ts'

export const LONGEST_TAG = 60
export const MOST_TAGS = 50 // on a ticket

/** A tag as it is offered. */
export interface Tag {
  id: string
  name: string
  group: string | null // the group's name
}

/** A tag's name without needless blanks. Throws a Problem under `tags` for one that cannot be a tag. */
export function readTag(typed: string): string {
  const name = plainName(typed)
  if (!name) throw new Problem('invalid', 'Give the tag a name.', 'tags')
  if (name.length > LONGEST_TAG) throw new Problem('invalid', `A tag has at most ${LONGEST_TAG} characters.`, 'tags')
  return name
}

/** A name in one line, without needless blanks. */
export function plainName(typed: string): string {
  return typed
    .normalize('NFC')
    .replace(/\p{Cc}/gu, ' ')
    .trim()
    .replace(/\s+/g, ' ')
}

/** By what a tag is found, whatever the case. */
export function tagKey(name: string): string {
  return name.toLowerCase()
}

/** The tags of each of these tickets, by id, in the order of the alphabet. */
export async function tagsOf(q: Query, ticketIds: string[]): Promise<Map<string, string[]>> {
  const tags = new Map<string, string[]>()
  if (!ticketIds.length) return tags
  const rows = await selectTagsOf(q, ticketIds)
  for (const { ticket_id, name } of rows) tags.set(ticket_id, [...(tags.get(ticket_id) ?? []), name])
  return tags
}

const selectTagsOf = preparedFor((q, ids) =>
  q
    .selectFrom('ticket_tags as tt')
    .innerJoin('tags as t', 't.id', 'tt.tag_id')
    .select(['tt.ticket_id', 't.name'])
    .where('tt.ticket_id', 'in', ids)
    .orderBy('t.key'),
)

/** Afterwards a ticket has these tags and no others; those that are new are made. Throws a Problem under `tags`. */
export function setTags(tx: Tx, ticketId: string, names: string[], actor: Actor): Promise<void> {
  return changeTags(tx, ticketId, () => names, actor)
}

/** Adds a tag, which is made where there is none of the name. One that the ticket has changes nothing. */
export function addTag(tx: Tx, ticketId: string, name: string, actor: Actor): Promise<void> {
  return changeTags(tx, ticketId, before => [...before, name], actor)
}

/** Takes a tag off. One that the ticket has not changes nothing. */
export function removeTag(tx: Tx, ticketId: string, name: string, actor: Actor): Promise<void> {
  const key = tagKey(readTag(name))
  return changeTags(tx, ticketId, before => before.filter(tag => tagKey(tag) !== key), actor)
}

/** Adds tags; those that there are not are made. */
export function addTags(tx: Tx, ticketId: string, names: string[], actor: Actor): Promise<void> {
  return changeTags(tx, ticketId, before => [...before, ...names], actor)
}

/** Takes tags off. Those that the ticket has not change nothing. */
export function removeTags(tx: Tx, ticketId: string, names: string[], actor: Actor): Promise<void> {
  const off = new Set(names.map(tagKey))
  return changeTags(tx, ticketId, before => before.filter(tag => !off.has(tagKey(tag))), actor)
}

async function changeTags(tx: Tx, ticketId: string, wish: (before: string[]) => string[], actor: Actor): Promise<void> {
  await lockTicket(tx, ticketId, actor)
  const before = (await tagsOf(tx.q, [ticketId])).get(ticketId) ?? []
  const wanted = new Map(
    wish(before)
      .map(readTag)
      .map(name => [tagKey(name), name]),
  )
  if (wanted.size > MOST_TAGS) throw new Problem('limited', `A ticket has at most ${MOST_TAGS} tags.`, 'tags')
  if (before.length === wanted.size && before.every(name => wanted.has(tagKey(name)))) return
  const ids = await tagIds(tx, [...wanted.values()])
  await tx.q.deleteFrom('ticket_tags').where('ticket_id', '=', ticketId).execute()
  if (ids.length)
    await tx.q
      .insertInto('ticket_tags')
      .values(ids.map(tag_id => ({ ticket_id: ticketId, tag_id })))
      .execute()
  const after = (await tagsOf(tx.q, [ticketId])).get(ticketId) ?? []
  await tx.q.updateTable('tickets').set({ updated_at: tx.now }).where('id', '=', ticketId).execute()
  await record(tx, ticketId, 'tags_changed', actor, { tags: before }, { tags: after })
  await redrawCard(tx, ticketId)
}

/** The ids of tags by name; two who make the same one at once make one. */
async function tagIds(tx: Tx, names: string[]): Promise<string[]> {
  if (!names.length) return []
  const rows = names.map(name => ({ id: newId(), name, key: tagKey(name), group_id: null, created_at: tx.now }))
  await tx.q
    .insertInto('tags')
    .values(rows)
    .onConflict(c => c.column('key').doNothing())
    .execute()
  const keys = rows.map(r => r.key)
  const found = await tx.q.selectFrom('tags').select('id').where('key', 'in', keys).execute()
  return found.map(t => t.id)
}

/**
 * Up to `limit` tags whose name, or whose group's, contains what was typed: first what is just that, then what begins with
 * it. Thousands are looked through in a moment.
 */
export async function findTags(q: Query, typed: string, limit = 100): Promise<Tag[]> {
  const text = tagKey(typed.normalize('NFC').trim().replace(/\s+/g, ' '))
  const begins = containing(text).slice(1)
  const rows = await q
    .selectFrom('tags as t')
    .leftJoin('tag_groups as g', 'g.id', 't.group_id')
    .select(['t.id', 't.name', 'g.name as group'])
    .$if(text !== '', b =>
      b.where(e => e.or([e('t.key', 'like', containing(text)), e('g.key', 'like', containing(text))])),
    )
    .orderBy(e => e.case().when('t.key', '=', text).then(0).when('t.key', 'like', begins).then(1).else(2).end())
    .orderBy('t.key')
    .limit(limit)
    .execute()
  return rows
}
