import type { Expression } from 'kysely'
import { containing } from '../../db/like.ts'
import type { Query, Store, Tx } from '../../db/store.ts'
import { newId } from '../../lib/id.ts'
import { Problem, underField } from '../../lib/problem.ts'
import { redrawCardsIn } from '../deliveries/redraw.ts'
import { type Actor, record } from '../events.ts'
import { refuseUnlessChangesSome } from '../permissions/may.ts'
import { refuseUnlessLead } from '../permissions/roles.ts'
import { readTag, tagKey, tagsOf } from './tags.ts'

/** A tag as the set-up shows it. */
export interface TagPage {
  tags: { id: string; name: string; group: string | null; tickets: number }[]
  next: string | null // give it back as `after` for the page that follows
}

/** A page of all tags, or of those whose name contains what was typed, by name; with how many tickets each is on. */
export async function tagPage(q: Query, typed: string, limit: number, after: string | null = null): Promise<TagPage> {
  const rows = await q
    .selectFrom('tags as t')
    .leftJoin('tag_groups as g', 'g.id', 't.group_id')
    .select(['t.id', 't.name', 't.key', 'g.name as group'])
    .$if(typed.trim() !== '', b => b.where('t.key', 'like', containing(typed.trim())))
    .$if(after !== null, b => b.where('t.key', '>', after as string))
    .orderBy('t.key')
    .limit(limit + 1)
    .execute()
  const page = rows.slice(0, limit)
  const tags = []
  for (const { id, name, group } of page) tags.push({ id, name, group, tickets: await countTickets(q, id) })
  return { tags, next: rows.length > limit ? (page.at(-1)?.key ?? null) : null }
}

const MOST_COUNTED = 1_000

/** On how many tickets a tag is; not counted beyond 1,000. */
export async function countTickets(q: Query, tagId: string): Promise<number> {
  const { n } = await q
    .selectFrom(
      q.selectFrom('ticket_tags').select('ticket_id').where('tag_id', '=', tagId).limit(MOST_COUNTED).as('some'),
    )
    .select(e => e.fn.countAll().as('n'))
    .executeTakeFirstOrThrow()
  return Number(n)
}

/** The tag with its group's name. Throws a Problem when there is none. */
export async function tagById(q: Query, id: string): Promise<{ id: string; name: string; group: string | null }> {
  const tag = await q
    .selectFrom('tags as t')
    .leftJoin('tag_groups as g', 'g.id', 't.group_id')
    .select(['t.id', 't.name', 'g.name as group'])
    .where('t.id', '=', id)
    .executeTakeFirst()
  if (!tag) throw new Problem('not_found', 'This tag is no more.', 'name')
  return tag
}

/** Makes a tag that is on no ticket yet. Returns its id. Throws a Problem under `name` for one that there is. */
export async function createTag(tx: Tx, form: { name: string; groupId: string | null }, actor: Actor): Promise<string> {
  await refuseUnlessChangesSome(tx.q, actor)
  const name = await underField('name', () => readTag(form.name))
  const row = { id: newId(), name, key: tagKey(name), group_id: form.groupId, created_at: tx.now }
  const made = await tx.q
    .insertInto('tags')
    .values(row)
    .onConflict(c => c.column('key').doNothing())
    .executeTakeFirst()
  if (!made.numInsertedOrUpdatedRows) throw new Problem('conflict', `There is a tag ${name} already.`, 'name')
  return row.id
}

/** Calls a tag otherwise, on all tickets, and puts it into a group, or into none. Throws a Problem under `name`. */
export async function changeTag(tx: Tx, id: string, to: { name: string; groupId: string | null }): Promise<void> {
  const tag = await tagById(tx.q, id)
  const name = await underField('name', () => readTag(to.name))
  const twin = await tx.q.selectFrom('tags').select('id').where('key', '=', tagKey(name)).executeTakeFirst()
  if (twin && twin.id !== id)
    throw new Problem('conflict', `There is a tag ${name} already. Merge this one into it instead.`, 'name')
  await tx.q
    .updateTable('tags')
    .set({ name, key: tagKey(name), group_id: to.groupId })
    .where('id', '=', id)
    .execute()
  if (tag.name === name) return
  const having = tx.q.selectFrom('ticket_tags').select('ticket_id').where('tag_id', '=', id)
  await redrawOpen(tx, having)
}

/** Throws a Problem under `into` where a tag cannot be merged into another one. */
export async function checkMerge(q: Query, id: string, intoId: string): Promise<void> {
  if (intoId === id) throw new Problem('invalid', 'Choose another tag than this one.', 'into')
  const into = await q.selectFrom('tags').select('id').where('id', '=', intoId).executeTakeFirst()
  if (!into) throw new Problem('not_found', 'This tag is no more.', 'into')
}

const AT_ONCE = 100

/**
 * Takes a tag off all tickets, with another one in its place if one is named, and then removes it. A few tickets at a time,
 * so that nobody waits meanwhile; what is left after a crash is still there, to be removed once more. Throws a Problem for
 * an agent who leads no team.
 */
export async function dropTag(store: Store, id: string, intoId: string | null, actor: Actor): Promise<void> {
  const by = actor.kind === 'agent' ? actor.id : null
  if (by) await store.read(q => refuseUnlessLead(q, by))
  let isDone = false
  while (!isDone) isDone = await store.write(tx => dropSome(tx, id, intoId, actor))
}

/** True when it is on no ticket any more, and gone. */
async function dropSome(tx: Tx, id: string, intoId: string | null, actor: Actor): Promise<boolean> {
  if (intoId) await checkMerge(tx.q, id, intoId)
  const some = await tx.q
    .selectFrom('ticket_tags')
    .select('ticket_id')
    .where('tag_id', '=', id)
    .orderBy('ticket_id')
    .limit(AT_ONCE)
    .execute()
  const tickets = some.map(t => t.ticket_id)
  if (!tickets.length) {
    await tx.q.deleteFrom('tags').where('id', '=', id).execute()
    return true
  }
  await tx.q
    .updateTable('tickets')
    .set(e => ({ number: e.ref('number') })) // nobody else changes their tags meanwhile
    .where('id', 'in', tickets)
    .execute()
  const before = await tagsOf(tx.q, tickets)
  await tx.q.deleteFrom('ticket_tags').where('tag_id', '=', id).where('ticket_id', 'in', tickets).execute()
  if (intoId)
    await tx.q
      .insertInto('ticket_tags')
      .values(tickets.map(ticket_id => ({ ticket_id, tag_id: intoId })))
      .onConflict(c => c.doNothing())
      .execute()
  const after = await tagsOf(tx.q, tickets)
  for (const ticketId of tickets)
    await record(
      tx,
      ticketId,
      'tags_changed',
      actor,
      { tags: before.get(ticketId) },
      { tags: after.get(ticketId) ?? [] },
    )
  await redrawOpen(tx, tickets)
  return false
}

/** Cards of closed tickets, of which there may be any number, are drawn when something else happens to them. */
async function redrawOpen(tx: Tx, ticketIds: string[] | Expression<{ ticket_id: string }>): Promise<void> {
  const open = tx.q.selectFrom('tickets').select('id').where('closed_at', 'is', null)
  await redrawCardsIn(tx, open.where('id', 'in', ticketIds as string[]))
}
