import { DateTime } from 'luxon'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { actorOf, joinTeam } from '../../../src/core/agents.ts'
import { fromText } from '../../../src/core/document.ts'
import { setFields } from '../../../src/core/fields/values.ts'
import { changeTag } from '../../../src/core/tags/change.ts'
import { groupNamed } from '../../../src/core/tags/groups.ts'
import { setTags } from '../../../src/core/tags/tags.ts'
import { assignTicket } from '../../../src/core/tickets/assign.ts'
import { openTicket } from '../../../src/core/tickets/open.ts'
import type { AgentRow, FieldKind, TicketRow } from '../../../src/db/schema.ts'
import type { Block, ModalView } from '../../../src/sandbox/slack/types.ts'
import { startWorld, type World } from '../../support/world.ts'

let world: World
let me: AgentRow
beforeAll(async () => {
  world = await startWorld({ slack: { limits: false } })
  await world.openTicket() // SUP-1, to Jane
  const { store } = world.overture
  me = await store.read(q =>
    q.selectFrom('agents').selectAll().where('handle', '=', world.ann.id).executeTakeFirstOrThrow(),
  )
  const { team_id: teamId } = await ticket(1)
  await store.write(tx => joinTeam(tx, me.id, teamId))
  for (let n = 2; n <= 13; n++)
    await store.write(tx =>
      openTicket(tx, {
        teamId,
        customer: { typed: `Customer ${n} <c${n}@globex.test>` },
        subject: `Shipment ${n}`,
        body: fromText(`Parcel number ${n * 1111}.`),
        priority: n === 2 ? 'urgent' : 'medium',
        email: false,
        agent: me,
      }),
    )
})
afterAll(() => world?.close())

const wordsOf = (shown: { blocks?: Block[] } | null | undefined) => JSON.stringify(shown?.blocks ?? [])
const top = (text: string): Promise<ModalView> =>
  world.slack.until(() => {
    const view = world.ann.modals().at(-1)
    return view && `${view.title} ${wordsOf(view)}`.includes(text) ? view : undefined
  })
const find = async (typed: string, says: string) => {
  await world.ann.command(`/ticket find ${typed}`, { channel: 'support' })
  return top(says)
}
/** The identifiers in a list, as they stand. */
const listed = (view: ModalView) =>
  view.blocks
    .filter(b => b.type === 'input' && b.element.type === 'checkboxes' && b.block_id?.startsWith('tickets:'))
    .flatMap(b => b.element.options.map((o: { text: { text: string } }) => o.text.text.match(/SUP-\d+/)?.[0]))
const ticket = (n: number): Promise<TicketRow> =>
  world.overture.store.read(q => q.selectFrom('tickets').selectAll().where('number', '=', n).executeTakeFirstOrThrow())

describe('the form with all filters', () => {
  it('finds with each filter what the same words find, also what has nothing there', async () => {
    const { store } = world.overture
    const groupId = await store.write(tx => groupNamed(tx, 'Worth'))
    const [two, three, four] = [await ticket(2), await ticket(3), await ticket(4)]
    await store.write(async tx => {
      await setTags(tx, two.id, ['VIP'], actorOf(me))
      await setTags(tx, three.id, ['Late'], actorOf(me))
      const vip = await tx.q.selectFrom('tags').select('id').where('name', '=', 'VIP').executeTakeFirstOrThrow()
      await changeTag(tx, vip.id, { name: 'VIP', groupId })
      await assignTicket(tx, four.id, me.id, actorOf(me))
    })
    const today = DateTime.fromMillis(store.now(), { zone: me.zone ?? 'UTC' }).toISODate() as string
    const cases: [string, Record<string, unknown>, number][] = [
      ['status:internal', { status: ['Internal'] }, 12],
      ['status:awaiting_customer,closed', { status: ['Waiting for the customer', 'Closed'] }, 1],
      ['priority:urgent', { priority: ['Urgent'] }, 1],
      ['priority:high', { priority: ['High'] }, 0],
      ['assignee:me', { assignee: ['Me'] }, 1],
      ['assignee:none', { assignee: ['None'] }, 12],
      ['assignee:me,none', { assignee: ['Me', 'None'] }, 13],
      ['team:Support', { team: ['Support'] }, 13],
      ['tag:VIP,Late', { tag: ['VIP', 'Late'] }, 2],
      ['tag:none', { tag: ['None'] }, 11],
      ['group:Worth', { group: ['Worth'] }, 1],
      ['group:none', { group: ['None'] }, 12],
      ['by:Ann', { by: ['Ann'] }, 13],
      ['by:none', { by: ['None'] }, 0],
      ['channel:email', { channel: ['Email'] }, 1],
      ['channel:none', { channel: ['None: internal'] }, 12],
      ['source:agent', { source: ['We wrote first'] }, 13],
      ['source:customer,chat', { source: ['The customer wrote first', 'A chat'] }, 0],
      ['created:1d', { created: 'In the last day' }, 13],
      [`updated:${today}`, { updated_from: today, updated_to: today }, 13],
      [`created:..2026-01-01`, { created_to: '2026-01-01' }, 0],
      ['answered:none', { answered: 'Never' }, 13],
      ['answered:3m', { answered: 'In the last 3 months' }, 0],
      ['is:archived', { away: 'Archived' }, 0],
    ]
    for (const [words, entries, count] of cases) {
      await world.ann.command('/ticket find', { channel: 'support' })
      await top('Find tickets')
      expect((await world.ann.submit(entries as never)).errors).toEqual({})
      const says = count === 0 ? 'No ticket is like that.' : count === 1 ? '1 ticket' : `${count} tickets`
      const inForm = await world.slack.until(() => world.ann.modals().find(m => wordsOf(m).includes(says)))
      expect(wordsOf(inForm)).toContain(`🔎 ${words}"`)
      await world.ann.close()
      const inWords = await find(words, says)
      expect(listed(inWords)).toEqual(listed(inForm))
      await world.ann.close()
    }
    await store.write(async tx => {
      await assignTicket(tx, four.id, null, actorOf(me))
      for (const { id } of [two, three]) await setTags(tx, id, [], actorOf(me))
    })
  })

  it('asks for any of 200 custom fields in the way of its kind, several at once, and loses nothing on the way', async () => {
    const { store } = world.overture
    const team = (await ticket(1)).team_id
    const define = (name: string, kind: FieldKind, options: string[] = []) => ({
      ...{
        id: `${name.toLowerCase()}-id`,
        owner: 'ticket' as const,
        team_id: team,
        key: name.toLowerCase(),
        name,
        kind,
      },
      ...{ hint: '', options: JSON.stringify(options), initial: '[]', visible: 0 as const, position: 1 },
      ...{ created_at: store.now(), archived_at: null },
    })
    const cities = Array.from({ length: 60 }, (_, n) => `City ${n}`)
    const fields = [
      ...Array.from({ length: 193 }, (_, n) => define(`Spare_${n}`, 'line')),
      ...[define('Plan', 'select', ['Gold', 'Silver']), define('City', 'multi', cities), define('Seats', 'number')],
      ...[define('Until', 'date'), define('Gift', 'checkbox'), define('Owner', 'user'), define('Order', 'line')],
    ]
    const filled = {
      'plan-id': ['Gold'],
      'city-id': ['City 42', 'City 7'],
      'seats-id': ['12.5'],
      'until-id': ['2026-03-01'],
      'gift-id': ['yes'],
      'owner-id': [me.id],
      'order-id': ['A-1001'],
    }
    const [five, six] = [await ticket(5), await ticket(6)]
    await store.write(async tx => {
      await tx.q.insertInto('fields').values(fields).execute()
      await setFields(tx, five.id, filled, actorOf(me))
      await setFields(tx, six.id, { 'plan-id': ['Silver'], 'seats-id': ['13'] }, actorOf(me))
    })
    const open = async () => {
      await world.ann.command('/ticket find', { channel: 'support' })
      await top('Find tickets')
    }
    const add = async (name: string, key = name.toLowerCase()) => {
      const chooser = world.ann.modal().blocks.find(b => b.block_id?.startsWith('more_field:'))?.block_id as string
      await world.ann.choose(chooser, name)
      await world.slack.until(() => world.ann.modal().blocks.some(b => b.block_id === `is:${key}`))
    }
    const finds = async (entries: Record<string, unknown>, ...wanted: string[]) => {
      await world.ann.submit(entries as never)
      const says = wanted.length ? (wanted.length === 1 ? '1 ticket' : `${wanted.length} tickets`) : 'No ticket is like'
      const list = await world.slack.until(() => world.ann.modals().find(m => wordsOf(m).includes(says)))
      expect(listed(list).slice(0, 10)).toEqual(wanted.slice(0, 10))
      return wordsOf(list)
    }
    await open()
    const { id, blocks } = world.ann.modal()
    const chooser = blocks.find(b => b.block_id?.startsWith('more_field:'))?.block_id as string
    expect((await world.ann.suggest({ view: id }, chooser, 'are_19')).options.map(o => o.text.text)).toEqual([
      ...['Spare_19', 'Spare_190', 'Spare_191', 'Spare_192'],
    ])
    // what is chosen and typed before a field is added is there after it
    await world.ann.choose('text', 'shipment')
    await world.ann.choose('assignee', 'None')
    await world.ann.choose('created_from', '2026-01-01')
    for (const name of ['Plan', 'City', 'Seats', 'Until', 'Gift', 'Owner', 'Order']) await add(name)
    await world.ann.choose('is:plan', ['Gold', 'None'])
    await world.ann.choose('from:seats', '12')
    await add('Spare_7')
    await add('Plan') // it is there already
    expect(world.ann.modal().blocks.filter(b => b.block_id === 'is:plan')).toHaveLength(1)
    expect((await world.ann.suggest({ view: id }, 'is:city', 'city 4')).options).toHaveLength(11)
    expect((await world.ann.suggest({ view: id }, 'is:owner', '')).options.map(o => o.text.text)).toContain('None')
    const wrong = await world.ann.submit({ 'to:seats': '3', 'has:order': '--' })
    expect(wrong.errors).toEqual({
      'to:seats': 'It ends before it begins: 12 to 3.',
      'has:order': 'Write a word that stands in it.',
    })
    const asked = await finds(
      {
        ...{
          'to:seats': '12.9',
          'is:city': ['City 42', 'City 1'],
          'from:until': '2026-02-28',
          'to:until': '2026-03-01',
        },
        ...{ 'is:gift': ['Yes'], 'is:owner': ['Me'], 'has:order': 'a 1001' },
      },
      'SUP-5',
    )
    for (const said of ['Plan=Gold', 'Plan=none', 'Seats=12..12.9', 'Until=2026-02-28..2026-03-01', 'Order~a 1001'])
      expect(asked).toContain(said)
    expect(asked).toContain('shipment assignee:none')
    expect(asked).toContain('created:2026-01-01..')
    await world.ann.click({ view: world.ann.modal().id }, 'find_change')
    const again = await top('Find tickets')
    expect(again.values['from:seats']).toMatchObject({ value: { value: '12' } })
    expect(again.values['has:order']).toMatchObject({ value: { value: 'a 1001' } })
    expect(JSON.stringify(again.values['is:plan'])).toMatch(/Gold.*None/)
    expect(JSON.stringify(again.values['is:owner'])).toContain('Me')
    expect(again.blocks.some(b => b.block_id === 'is:spare_7')).toBe(false) // nothing was looked for in it
    await world.ann.close({ all: true })
    const cases: [string, Record<string, unknown>, string[]][] = [
      ['Plan', { 'is:plan': ['Gold', 'Silver'] }, ['SUP-6', 'SUP-5']],
      ['City', { 'is:city': ['City 7'] }, ['SUP-5']],
      ['Seats', { 'from:seats': '12.6' }, ['SUP-6']],
      ['Seats', { 'to:seats': '12.5' }, ['SUP-5']],
      ['Until', { 'from:until': '2026-03-02' }, []],
      ['Gift', { 'is:gift': ['Yes'] }, ['SUP-5']],
      ['Owner', { 'is:owner': ['Ann'] }, ['SUP-5']],
      ['Order', { 'has:order': '1001' }, ['SUP-5']],
    ]
    for (const [name, entries, wanted] of cases) {
      await open()
      await add(name)
      await finds(entries, ...wanted)
      await world.ann.close({ all: true })
    }
    const others = (...but: number[]) => Array.from({ length: 13 }, (_, n) => 13 - n).filter(n => !but.includes(n))
    for (const [name, none] of [
      ...['City', 'Until', 'Owner', 'Order'].map(field => [field, 'None']),
      ['Gift', 'No'],
    ] as [string, string][]) {
      await open()
      await add(name)
      await finds({ [`is:${name.toLowerCase()}`]: [none] }, ...others(5).map(n => `SUP-${n}`))
      await world.ann.close({ all: true })
    }
  })
})
