import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { actorOf } from '../../src/core/agents.ts'
import { factsOf } from '../../src/core/routing/facts.ts'
import { changeTag, dropTag, tagPage } from '../../src/core/tags/change.ts'
import { findGroups, groupNamed, removeGroup, renameGroup, tagGroups } from '../../src/core/tags/groups.ts'
import { addTag, findTags, removeTag, setTags, tagsOf } from '../../src/core/tags/tags.ts'
import type { TicketRow } from '../../src/db/schema.ts'
import { newId } from '../../src/lib/id.ts'
import { startTown, type Town } from '../support/town.ts'

let town: Town
let ticket: TicketRow
beforeAll(async () => {
  town = await startTown()
  ticket = await town.open()
})
afterAll(() => town.close())

const ann = () => actorOf(town.ann)
const tags = async (id = ticket.id) => (await town.store.read(q => tagsOf(q, [id]))).get(id) ?? []
const set = (...names: string[]) => town.store.write(tx => setTags(tx, ticket.id, names, ann()))
const found = async (typed: string) => (await town.store.read(q => findTags(q, typed))).map(t => t.name)
const idOf = async (name: string) => (await town.store.read(q => findTags(q, name)))[0]!.id
const events = () =>
  town.store.read(q =>
    q
      .selectFrom('events')
      .selectAll()
      .where('ticket_id', '=', ticket.id)
      .where('kind', '=', 'tags_changed')
      .orderBy('id')
      .execute(),
  )

describe('tags of a ticket', () => {
  it('are made by using them, whatever the case and the blanks, and each change is told of once', async () => {
    await set(' VIP ', 'late   payer')
    await set('vip', 'LATE payer')
    expect(await tags()).toEqual(['late payer', 'VIP'])
    expect(await events()).toMatchObject([
      { actor_name: 'Ann', before: '{"tags":[]}', after: '{"tags":["late payer","VIP"]}' },
    ])
  })

  it('are added and taken off one by one; twice changes nothing', async () => {
    for (const _ of [1, 2]) await town.store.write(tx => addTag(tx, ticket.id, 'Urgent', ann()))
    expect(await tags()).toEqual(['late payer', 'Urgent', 'VIP'])
    for (const _ of [1, 2]) await town.store.write(tx => removeTag(tx, ticket.id, 'late PAYER', ann()))
    expect(await tags()).toEqual(['Urgent', 'VIP'])
    expect(await events()).toHaveLength(3)
  })

  it('have a name of at most 60 characters, and are at most 50', async () => {
    await expect(set('x'.repeat(61))).rejects.toThrow('A tag has at most 60 characters.')
    await expect(set(' ')).rejects.toThrow('Give the tag a name.')
    await expect(set(...Array.from({ length: 51 }, (_, i) => `t${i}`))).rejects.toThrow('A ticket has at most 50 tags.')
    expect(await tags()).toEqual(['Urgent', 'VIP'])
  })

  it('are made once by two who make them at the same time', async () => {
    const other = await town.open()
    await Promise.all([
      town.store.write(tx => addTag(tx, ticket.id, 'Twins', ann())),
      town.store.write(tx => addTag(tx, other.id, 'twins', ann())),
    ])
    expect(await found('twins')).toHaveLength(1)
    expect(await tags(other.id)).toEqual(await found('twins'))
    const before = (await events()).length
    await Promise.all(['a', 'b', 'a'].map(name => town.store.write(tx => addTag(tx, ticket.id, name, ann()))))
    expect(await tags()).toEqual(expect.arrayContaining(['a', 'b']))
    expect((await events()).length).toBe(before + 2)
    for (const name of ['Twins', 'a', 'b']) await town.store.write(tx => removeTag(tx, ticket.id, name, ann()))
  })

  it('count in the conditions of rules, beside those of the customer', async () => {
    const { customer_id } = ticket
    await town.store.write(tx => tx.q.insertInto('customer_tags').values({ customer_id, tag: 'gold' }).execute())
    expect((await town.store.read(q => factsOf(q, [ticket.id]))).get(ticket.id)?.tag).toEqual(['Urgent', 'VIP', 'gold'])
  })
})

describe('all tags', () => {
  it('have another name everywhere once they are renamed, which is nobody else’s', async () => {
    const id = await idOf('vip')
    await town.store.write(tx => changeTag(tx, id, { name: 'Very important', groupId: null }))
    expect(await tags()).toEqual(['Urgent', 'Very important'])
    await expect(town.store.write(tx => changeTag(tx, id, { name: 'URGENT', groupId: null }))).rejects.toThrow(
      'There is a tag URGENT already. Merge this one into it instead.',
    )
  })

  it('stand in groups, which are made by naming them', async () => {
    const groupId = await town.store.write(tx => groupNamed(tx, 'Rank'))
    expect(await town.store.write(tx => groupNamed(tx, ' RANK '))).toBe(groupId)
    await town.store.write(async tx => changeTag(tx, await tagId(tx.q), { name: 'Very important', groupId }))
    expect(await town.store.read(tagGroups)).toEqual([{ id: groupId, name: 'Rank', tags: 1 }])
    expect(await found('rank')).toEqual(['Very important'])
    expect(await town.store.read(q => findTags(q, 'very'))).toMatchObject([{ group: 'Rank' }])
    await town.store.write(tx => renameGroup(tx, groupId, 'Standing'))
    expect((await town.store.read(q => findGroups(q, 'stand'))).map(g => g.name)).toEqual(['Standing'])
    await town.store.write(tx => removeGroup(tx, groupId))
    expect(await town.store.read(q => findTags(q, 'very'))).toMatchObject([{ group: null }])
  })

  it('are merged: each ticket has the other one in its place, once, and its history says so', async () => {
    const [from, into] = [await idOf('urgent'), await idOf('very')]
    const before = (await events()).length
    await dropTag(town.store, from, into, ann())
    expect(await tags()).toEqual(['Very important'])
    expect(await found('urgent')).toEqual([])
    expect((await events()).length).toBe(before + 1)
    await dropTag(town.store, from, into, ann()) // once more is harmless
    await expect(dropTag(town.store, into, into, ann())).rejects.toThrow('Choose another tag than this one.')
  })

  it('are removed from many tickets, some at a time', async () => {
    const rare = await idOf('very')
    const ids: string[] = []
    while (ids.length < 110) ids.push((await town.open()).id)
    await town.store.write(tx =>
      tx.q
        .insertInto('ticket_tags')
        .values(ids.map(ticket_id => ({ ticket_id, tag_id: rare })))
        .execute(),
    )
    await dropTag(town.store, rare, null, ann())
    expect((await town.store.read(q => tagsOf(q, [ticket.id, ...ids]))).size).toBe(0)
    expect((await events()).at(-1)).toMatchObject({ before: '{"tags":["Very important"]}', after: '{"tags":[]}' })
  })

  it('are found among five thousand in a moment: first what is just that, then what begins with it', async () => {
    const rows = Array.from({ length: 5_000 }, (_, i) => ({ name: `Tag ${i}`, key: `tag ${i}` }))
    for (let at = 0; at < rows.length; at += 500)
      await town.store.write(tx =>
        tx.q
          .insertInto('tags')
          .values(rows.slice(at, at + 500).map(r => ({ ...r, id: newId(), group_id: null, created_at: 0 })))
          .execute(),
      )
    await set('my tag 7')
    const offered = await found('tag 7')
    expect(offered.slice(0, 3)).toEqual(['Tag 7', 'Tag 70', 'Tag 700'])
    expect(offered).toHaveLength(100)
    expect(await found('tag 4999')).toEqual(['Tag 4999'])
    let after: string | null = null
    const seen = new Set<string>()
    do {
      const page = await town.store.read(q => tagPage(q, 'TAG 49', 20, after))
      for (const t of page.tags) seen.add(t.name)
      after = page.next
    } while (after)
    expect(seen.size).toBe(111) // 49, 490 to 499, 4900 to 4999
    expect((await town.store.read(q => tagPage(q, 'my tag', 5))).tags).toMatchObject([{ name: 'my tag 7', tickets: 1 }])
  })
})

async function tagId(q: Parameters<typeof findTags>[0]): Promise<string> {
  return (await findTags(q, 'very'))[0]!.id
}
