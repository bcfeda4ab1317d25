import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tagGroups } from '../../../src/core/tags/groups.ts'
import { findTags } from '../../../src/core/tags/tags.ts'
import { newId } from '../../../src/lib/id.ts'
import type { Block, MessageView } from '../../../src/sandbox/slack/types.ts'
import { atDesk, wordsOf } from '../../support/desk.ts'
import { startWorld, type World } from '../../support/world.ts'

let world: World
let card: MessageView
beforeAll(async () => {
  world = await startWorld()
  card = await world.openTicket()
})
afterAll(() => world.close())

const { modal, press } = atDesk(() => world)
const cardSays = (text: string) => world.slack.until(() => wordsOf(world.card(card.ts)).includes(text))
const editDetails = async () => {
  await world.ann.click({ message: { channel: world.slack.channel('support').id, ts: card.ts } }, 'more')
  await modal('What is known of it')
  await press('edit_details')
  return modal('Details of SUP-1')
}
const offered = async (typed: string) => {
  const { options, groups } = await world.ann.suggest({ view: world.ann.modal().id }, 'tags', typed)
  return groups.length ? groups.map(g => [g.label, ...g.options.map(o => o.text.text)]) : options.map(o => o.text.text)
}
const tagId = async (name: string) => (await world.overture.store.read(q => findTags(q, name)))[0]!.id

describe('tags in the details of a ticket', () => {
  it('are searched as somebody types, and made where there is none', async () => {
    await editDetails()
    expect(await offered('urgent-vip')).toEqual(['＋ add urgent-vip'])
    await world.ann.submit({ tags: ['urgent-vip', 'Refund'] })
    await cardSays('Refund · urgent-vip')
    await editDetails()
    expect(JSON.stringify(world.ann.modal().values.tags)).toMatch(/Refund.*urgent-vip/)
    expect(await offered('URGENT-VIP')).toEqual(['urgent-vip'])
    expect(await offered('vip')).toEqual(['＋ add vip', 'urgent-vip'])
    expect(await offered('x'.repeat(61))).toEqual([])
  })

  it('are offered by their groups, and among five thousand', async () => {
    const rows = Array.from({ length: 5_000 }, (_, i) => ({ name: `case ${i}`, key: `case ${i}` }))
    for (let at = 0; at < rows.length; at += 500)
      await world.overture.store.write(async tx => {
        const values = rows.slice(at, at + 500).map(r => ({ ...r, id: newId(), group_id: null, created_at: 0 }))
        await tx.q.insertInto('tags').values(values).execute()
      })
    expect(await offered('')).toHaveLength(99)
    expect(await offered('case 4999')).toEqual(['case 4999'])
    await world.ann.close({ all: true })
  })
})

describe('the set-up of tags', () => {
  const open = async () => {
    if (!world.ann.home()) await world.ann.openHome()
    const home = await world.slack.until(() => world.ann.home())
    await world.ann.click({ view: home.id }, 'home_tab:setup')
    await world.slack.until(() => wordsOf(world.ann.home()).includes('how tickets are sorted'))
    await world.ann.click({ view: home.id }, 'edit_tags')
    return modal('case 0')
  }

  it('lists them by pages and searches them', async () => {
    await open()
    expect(wordsOf(world.ann.modal())).not.toContain('Refund')
    await press('page_tags:next')
    await modal('First page')
    await world.ann.submit({ search: 'refund' })
    const one = await modal('Refund · on 1 ticket')
    expect(wordsOf(one)).not.toContain('case 1')
  })

  it('renames a tag and puts it into a group, which the search shows from then on', async () => {
    await press('edit_tag', await tagId('refund'))
    await modal('It is on 1 ticket.')
    const taken = await world.ann.submit({ name: 'URGENT-vip' })
    expect(taken.errors).toEqual({ name: 'There is a tag URGENT-vip already. Merge this one into it instead.' })
    expect((await world.ann.submit({ name: 'Refunds', group: ['Money'] }, { twice: true })).again).toEqual({})
    expect(await world.overture.store.read(tagGroups)).toMatchObject([{ name: 'Money' }])
    await modal('Refunds · Money · on 1 ticket')
    await cardSays('Refunds · urgent-vip')
    await editDetails()
    expect(await offered('refunds')).toEqual([['Money', 'Refunds']])
    expect(await offered('u')).toEqual([
      ['New', '＋ add u'],
      ['Other tags', 'urgent-vip'],
      ['Money', 'Refunds'],
    ])
  })

  it('renames and removes groups, whose tags stay', async () => {
    await open()
    await press('edit_tag_groups')
    const page = await modal('Money · 1 tag')
    const row = (page.blocks as Block[])[0]?.block_id as string
    const id = row.slice('row:'.length)
    await world.ann.click({ view: page.id }, 'tag_group_menu', `rename:${id}`, { block: row })
    await modal('Group of tags')
    await world.ann.submit({ name: 'Payments' })
    await modal('Payments · 1 tag')
    await world.ann.click({ view: page.id }, 'tag_group_menu', `remove:${id}`, { block: row })
    await modal('There is no group yet.')
    await cardSays('Refunds · urgent-vip')
  })

  it('merges a tag into another one, and removes one', async () => {
    await open()
    await world.ann.submit({ search: 'refunds' })
    await modal('Refunds · on 1 ticket')
    await press('edit_tag', await tagId('refunds'))
    await modal('It is on 1 ticket.')
    const itself = await world.ann.submit({ into: ['Refunds'] })
    expect(itself.errors).toEqual({ into: 'Choose another tag than this one.' })
    await world.ann.submit({ into: ['urgent-vip'] })
    await modal('No tag is called so.')
    await cardSays('🏷️ urgent-vip')
    await world.ann.submit({ search: 'urgent' })
    await modal('urgent-vip · on 1 ticket')
    await press('edit_tag', await tagId('urgent-vip'))
    await modal('It is on 1 ticket.')
    await press('remove_tag')
    await modal('urgent-vip is removed.')
    await world.slack.until(() => !wordsOf(world.card(card.ts)).includes('🏷️'))
  })
})
