import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addField, type FieldForm, fieldsFor } from '../../../src/core/fields/define.ts'
import { addForm, askedBy, changeForm } from '../../../src/core/fields/forms.ts'
import { fieldsOf } from '../../../src/core/fields/values.ts'
import { createTeam, formsOf, teams } from '../../../src/core/teams.ts'
import type { FieldKind, Required } from '../../../src/db/schema.ts'
import type { MessageView } from '../../../src/sandbox/slack/types.ts'
import { atDesk, wordsOf } from '../../support/desk.ts'
import { startWorld, type World } from '../../support/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.close())

const cardPlace = (card: MessageView) => ({ message: { channel: world.slack.channel('support').id, ts: card.ts } })
const { cardSays, modal, press } = atDesk(() => world)
const menu = (id: string, actionId: string, choice: string) =>
  world.ann.click({ view: world.ann.modal().id }, actionId, choice, { block: `row:${id}` })
const read = <T>(ask: Parameters<typeof world.overture.store.read<T>>[0]) => world.overture.store.read(ask)
const support = async () => (await read(teams))[0]!
const forms = async () => read(async q => formsOf(q, (await teams(q))[0]!.id))
const fields = async () => read(async q => fieldsFor(q, { owner: 'ticket', teamId: (await teams(q))[0]!.id }))
const newest = () => read(q => q.selectFrom('tickets').selectAll().orderBy('id', 'desc').executeTakeFirst())

const define = async (name: string, kind: FieldKind, more: Partial<FieldForm> = {}) => {
  const { id } = await support()
  const form = { name, kind, hint: '', options: [], initial: [], visible: false, ...more }
  return world.overture.store.write(tx => addField(tx, { owner: 'ticket', teamId: id }, form))
}
const form = async (name: string, asks: [id: string, required: Required | null][]) => {
  const { id } = await support()
  const given = { name, priority: 'high' as const, fields: asks.map(([id, required]) => ({ id, required })) }
  return world.overture.store.write(tx => addForm(tx, id, given))
}

describe('the set-up of forms and fields', () => {
  const open = async () => {
    if (!world.ann.home()) await world.ann.openHome()
    const home = await world.slack.until(() => world.ann.home())
    await world.ann.click({ view: home.id }, 'home_tab:setup')
    await world.slack.until(() => wordsOf(world.ann.home()).includes('Forms and fields'))
    await world.ann.click({ view: home.id }, 'edit_fields')
    return modal('Forms for new tickets of Support')
  }

  it('adds a field, with each fault under what it is about', async () => {
    expect(wordsOf(await open())).toContain('There is no field yet.')
    await press('add_field')
    await modal('New field')
    const unnamed = await world.ann.submit({ name: ' ', kind: 'Choice of one' })
    expect(unnamed.errors).toEqual({
      name: 'Give the field a name.',
      options: 'Write what can be chosen, one a line.',
    })
    const wrong = await world.ann.submit({ name: 'Plan', options: 'Gold\nSilver', initial: 'Bronze' })
    expect(wrong.errors).toEqual({ initial: '“Bronze” cannot be chosen.' })
    const plan = { initial: 'gold', hint: 'What they pay for.', visible: ['yes'] }
    expect((await world.ann.submit(plan, { twice: true })).again).toEqual({})
    expect(wordsOf(await modal('Plan · Choice of one'))).toContain('customers see it')
    expect(await fields()).toMatchObject([
      { name: 'Plan', key: 'plan', options: ['Gold', 'Silver'], initial: ['Gold'] },
    ])
  })

  it('changes, orders, archives and brings back fields', async () => {
    await press('add_field')
    await modal('New field')
    await world.ann.submit({ name: 'Order number', kind: 'Number' })
    await modal('Order number · Number')
    const [plan, order] = await fields()
    await menu(order!.id, 'field_menu', `up:${order!.id}`)
    await world.slack.until(async () => (await fields())[0]?.name === 'Order number')
    await menu(plan!.id, 'field_menu', `edit:${plan!.id}`)
    expect((await modal('lists and templates call it plan')).values.options).toMatchObject({
      value: { value: 'Gold\nSilver' },
    })
    const taken = await world.ann.submit({ name: 'order NUMBER' })
    expect(taken.errors).toEqual({ name: 'There is a field Order number already.' })
    await world.ann.submit({ name: 'Tariff' })
    await modal('Tariff · Choice of one')
    await menu(order!.id, 'field_menu', `archive:${order!.id}`)
    await modal('Archived fields')
    await menu(order!.id, 'field_menu', `restore:${order!.id}`)
    await world.slack.until(() => !wordsOf(world.ann.modal()).includes('Archived fields'))
    expect((await fields()).map(f => [f.name, f.key])).toEqual([
      ['Order number', 'order_number'],
      ['Tariff', 'plan'],
    ])
  })

  it('has forms that ask for fields in an order, and say when each is needed', async () => {
    const [order, tariff] = await fields()
    await press('add_form')
    await modal('New form')
    const wrong = await world.ann.submit({ name: 'general', fields: ['Tariff'], on_close: ['Order number'] })
    expect(wrong.errors).toEqual({ on_close: 'Let the form ask for Order number above, too.' })
    const twin = await world.ann.submit({ on_close: [], on_creation: [] })
    expect(twin.errors).toEqual({ name: 'There is a form General already.' })
    const asking = { name: 'Returns', priority: '🔴 Urgent', fields: ['Tariff', 'Order number'] }
    expect((await world.ann.submit(asking, { twice: true })).again).toEqual({})
    await modal('Returns · 🔴 Urgent · asks for 2 fields')
    expect(await forms()).toHaveLength(2)
    const returns = (await forms())[1]!
    expect((await read(q => askedBy(q, returns.id))).map(f => f.id)).toEqual([tariff!.id, order!.id])
    await menu(returns.id, 'form_menu', `edit:${returns.id}`)
    await modal('It asks for')
    await world.ann.submit({ on_creation: ['Order number'], on_close: ['Order number'] })
    await modal('Returns · 🔴 Urgent · asks for 2 fields')
    expect((await read(q => askedBy(q, returns.id))).map(f => f.required)).toEqual([null, 'creation'])
    await menu(returns.id, 'form_menu', `up:${returns.id}`)
    await world.slack.until(async () => (await forms())[0]?.name === 'Returns')
    await menu(returns.id, 'form_menu', `archive:${returns.id}`)
    await modal('Archived: Returns')
    expect((await forms()).map(f => f.name)).toEqual(['General'])
    await world.ann.close()
  })
})

describe('the form for a new ticket', () => {
  it('asks for what the chosen form wants, and loses nothing that was typed when another one is chosen', async () => {
    const ids: Record<string, string> = {}
    const add = async (name: string, kind: FieldKind, more: Partial<FieldForm> = {}) => {
      ids[name] = await define(name, kind, more)
      return `field:${ids[name]}`
    }
    const line = await add('Reference', 'line', { hint: 'As on the invoice.', visible: true })
    const text = await add('Complaint', 'text')
    const number = await add('Pieces', 'number')
    const date = await add('Bought on', 'date', { initial: ['2026-01-31'] })
    const multi = await add('Colours', 'multi', { options: ['Red', 'Blue', 'Green'] })
    const box = await add('Insured', 'checkbox', { initial: ['yes'] })
    const user = await add('Expert', 'user')
    const url = await add('Tracking', 'url')
    await form('Damage', [
      [ids.Reference!, 'creation'],
      [ids.Complaint!, null],
      [ids.Pieces!, null],
      [ids['Bought on']!, null],
      [ids.Colours!, null],
      [ids.Insured!, null],
      [ids.Expert!, null],
      [ids.Tracking!, 'close'],
    ])
    const general = (await forms()).find(f => f.name === 'General')!
    await world.overture.store.write(tx =>
      changeForm(tx, general.id, { ...general, fields: [{ id: ids.Reference!, required: null }] }),
    )
    const { ann } = world
    await ann.command('/ticket jane@acme.test', { channel: 'support' })
    await modal('Reference')
    await ann.choose('subject', 'A broken vase')
    await ann.choose('message', 'We are *sorry*.')
    await ann.choose(line, 'INV-7')
    await ann.choose('pick_form', 'Damage')
    const drawn = await modal('Complaint')
    expect(wordsOf(drawn)).toContain('As on the invoice.')
    expect(drawn.values.subject).toMatchObject({ subject: { value: 'A broken vase' } })
    expect(JSON.stringify(drawn.values.message)).toContain('sorry')
    expect(drawn.values[line]).toMatchObject({ value: { value: 'INV-7' } })
    expect(drawn.values[date]).toMatchObject({ value: { selected_date: '2026-01-31' } })
    await ann.choose(text, 'It was broken when it came.')
    await ann.choose(multi, ['Red', 'Green'])
    await ann.choose(box, [])
    await ann.choose(user, ['Ben'])

    await ann.choose('pick_form', 'General')
    await world.slack.until(() => !wordsOf(ann.modal()).includes('Complaint'))
    await ann.choose('pick_form', 'Damage')
    const again = await modal('Complaint')
    expect(again.values[text]).toMatchObject({ value: { value: 'It was broken when it came.' } })
    expect(JSON.stringify(again.values[multi])).toMatch(/Red.*Green/)
    expect(JSON.stringify(again.values[box])).not.toContain('yes')
    expect(JSON.stringify(again.values[user])).toContain(world.ben.id)
    expect(JSON.stringify(again.values)).toContain('🔼 High')

    const bad = await ann.submit({ [line]: null, [number]: '1e3', [url]: 'ftp://tulip.test' })
    expect(Object.keys(bad.errors)).toEqual([line])
    const worse = await ann.submit({ [line]: ' ' })
    expect(worse.errors).toEqual({
      [line]: 'Reference must be filled in.',
      [number]: 'Write a number, such as 12 or 12.5.',
      [url]: 'Write a whole web address, such as https://example.com/.',
    })
    await ann.submit({ [line]: 'INV-7', [number]: '2.50', [url]: null }, { twice: true })
    const card = await world.slack.until(() =>
      world.slack
        .channel('support')
        .messages()
        .find(m => m.bot_id),
    )
    await cardSays(
      card,
      'Reference: INV-7 · Complaint: It was broken when it came. · Pieces: 2.5 · Bought on: 2026-01-31',
    )
    await cardSays(card, 'Colours: Red, Green · Expert: Ben')
    const ticket = (await newest())!
    expect(await read(q => q.selectFrom('tickets').select('id').execute())).toHaveLength(1)
    const filled = (await read(q => fieldsOf(q, [ticket.id]))).get(ticket.id)!
    expect(filled.find(f => f.name === 'Colours')?.values).toEqual(['Red', 'Green'])
    expect(ticket.priority).toBe('high')
    const mail = await world.slack.until(() => world.jane.inbox.find(m => m.text.includes('We are sorry')))
    expect(mail.text).toContain('SUP-1\nReference: INV-7')
    expect(mail.html).toContain('Reference: INV-7')
    expect(mail.text).not.toContain('Complaint')
  })

  it('asks for what another team wants, and has what the first one wants there again when one goes back', async () => {
    const { ann } = world
    const { id: teamId } = await support()
    const sales = await world.overture.store.write(async tx => {
      const place = world.slack.channel('general').id
      const id = await createTeam(tx, {
        name: 'Sales',
        prefix: 'SAL',
        place,
        replyMode: 'ask',
        holdMs: 0,
        signature: '',
      })
      const field = { name: 'Budget', kind: 'number' as const, hint: '', options: [], initial: [], visible: false }
      const budget = await addField(tx, { owner: 'ticket', teamId: id }, field)
      const [general] = await formsOf(tx.q, id)
      await changeForm(tx, general!.id, { ...general!, fields: [{ id: budget, required: 'creation' }] })
      return { id, budget: `field:${budget}` }
    })
    const reference = `field:${(await fields()).find(f => f.name === 'Reference')!.id}`
    await ann.command('/ticket jane@acme.test', { channel: 'support' })
    await modal('Reference')
    await ann.choose(reference, 'INV-9')
    await ann.choose('priority', '🔴 Urgent')
    await ann.choose('team', sales.id)
    const drawn = await modal('Budget')
    expect(wordsOf(drawn)).not.toContain('Reference')
    expect(JSON.stringify(drawn.values.priority)).toContain('🔴 Urgent')
    await ann.choose(sales.budget, '100')
    await ann.choose('team', teamId)
    const back = await modal('Reference')
    expect(back.values[reference]).toMatchObject({ value: { value: 'INV-9' } })
    expect(JSON.stringify(back.values.priority)).toContain('🔴 Urgent')
    await ann.choose('team', sales.id)
    expect((await modal('Budget')).values[sales.budget]).toMatchObject({ value: { value: '100' } })
    await ann.close({ all: true })
  })

  it('keeps a long text in sight that another form does not ask for, and does not save it there', async () => {
    const { ann } = world
    const [reference, complaint] = await fields().then(all =>
      ['Reference', 'Complaint'].map(name => `field:${all.find(f => f.name === name)!.id}`),
    )
    await ann.command('/ticket jane@acme.test', { channel: 'support' })
    await modal('Reference')
    await ann.choose('pick_form', 'Damage')
    await modal('Complaint')
    await ann.choose(complaint!, 'word '.repeat(500))
    await ann.choose('pick_form', 'General')
    const drawn = await modal('This form does not ask for it')
    expect(JSON.stringify(drawn.values[complaint!])).toContain('word word')
    await ann.submit({ subject: 'Short', message: 'Hello.', [reference!]: 'INV-8' })
    await world.slack.until(async () => (await newest())?.identifier === 'SUP-2')
    const { id } = (await newest())!
    expect((await read(q => fieldsOf(q, [id]))).get(id)?.map(f => f.name)).toEqual(['Reference'])
  })
})

describe('a ticket', () => {
  const card = () =>
    world.slack
      .channel('support')
      .messages()
      .find(m => m.bot_id)!

  it('is given a description, a due date, tags and fields in its details, each told of in its history', async () => {
    const { ann } = world
    const number = `field:${(await fields()).find(f => f.name === 'Pieces')!.id}`
    await ann.click(cardPlace(card()), 'more')
    await modal('What is known of it')
    await press('edit_details')
    await modal('Details of SUP-1')
    const fault = await ann.submit({ [number]: '12345678901234567890', description: 'She collects vases.' })
    expect(fault.errors).toEqual({ [number]: 'A number has at most 15 digits.' })
    const due = Math.floor(Date.now() / 1000) - 60
    await ann.submit({ [number]: '3', due, tags: ['urgent-vip'] }, { twice: true })
    for (const text of ['Overdue', '🏷️ urgent-vip', 'Pieces: 3', '📝 She collects vases.']) await cardSays(card(), text)
    await modal('What is known of it')
    await ann.click(cardPlace(card()), 'details')
    const history = wordsOf(await modal('History'))
    expect(history).toContain('description: She collects vases.')
    expect(history).toContain('tags: none → urgent-vip')
    expect(history).toContain('Pieces: 2.5 → 3')
    expect(
      await read(q => q.selectFrom('events').select('id').where('kind', '=', 'tags_changed').execute()),
    ).toHaveLength(1)
  })

  it('is due no longer when somebody says so', async () => {
    const { ann } = world
    await ann.click(cardPlace(card()), 'more')
    await modal('What is known of it')
    await press('edit_details')
    await modal('Details of SUP-1')
    await ann.submit({ no_due: ['yes'] })
    await world.slack.until(() => !wordsOf(world.card(card().ts)).includes('Overdue'))
    expect(wordsOf(world.card(card().ts))).toContain('Pieces: 3')
  })

  it('is closed once its form has what it needs by then', async () => {
    const { ann } = world
    const url = `field:${(await fields()).find(f => f.name === 'Tracking')!.id}`
    await ann.click(cardPlace(card()), 'close')
    await modal('Close SUP-1')
    const empty = await ann.submit({ reason: 'Solved' })
    expect(Object.keys(empty.errors)).toEqual([url])
    const wrong = await ann.submit({ [url]: 'mailto:jane@acme.test' })
    expect(wrong.errors).toEqual({ [url]: 'Write a whole web address, such as https://example.com/.' })
    await ann.submit({ [url]: 'https://track.test/7' }, { twice: true })
    await cardSays(card(), 'Closed: Solved')
    await cardSays(card(), 'Tracking: https://track.test/7')
  })
})

describe("what is known of a ticket's customer", () => {
  const card = () =>
    world.slack
      .channel('support')
      .messages()
      .find(m => m.bot_id)!

  it('is filled in from the ticket, of the company, too, with tags that are made by typing them', async () => {
    const { ann } = world
    if (!world.ann.home()) await world.ann.openHome()
    const home = await world.slack.until(() => world.ann.home())
    await ann.click({ view: home.id }, 'home_tab:setup')
    await world.slack.until(() => wordsOf(ann.home()).includes('Fields of customers'))
    for (const [button, name, kind] of [
      ['edit_fields', 'Since', 'Date'],
      ['edit_fields:account', 'Account owner', 'Person of the team'],
    ] as const) {
      await ann.click({ view: home.id }, button, undefined, {
        value: button === 'edit_fields' ? 'customer' : 'account',
      })
      await modal('There is no field yet.')
      await press('add_field')
      await modal('New field')
      await ann.submit({ name, kind })
      await modal(`${name} · ${kind}`)
      await ann.close({ all: true })
    }
    const [since, owner] = await read(async q => [
      `field:${(await fieldsFor(q, { owner: 'customer', teamId: null }))[0]!.id}`,
      `field:${(await fieldsFor(q, { owner: 'account', teamId: null }))[0]!.id}`,
    ])
    const open = async () => {
      await ann.click(cardPlace(card()), 'more')
      await modal('What is known of it')
      await press('customer_fields')
      return modal('Account owner')
    }
    await open()
    await ann.submit({ tags: ['Early Bird'], [since!]: '2020-02-29', [owner!]: ['Ben'] }, { twice: true })
    const { values } = await open()
    expect(JSON.stringify(values.tags)).toContain('early bird')
    expect(values[since!]).toMatchObject({ value: { selected_date: '2020-02-29' } })
    expect(JSON.stringify(values[owner!])).toContain(world.ben.id)
    const { fields } = await read(q => q.selectFrom('accounts').select('fields').executeTakeFirstOrThrow())
    expect(JSON.parse(fields ?? '{}')).toMatchObject({ account_owner: 'Ben' })
    await ann.close({ all: true })
  })
})

describe('a choice among many', () => {
  it('is searched as somebody types', async () => {
    const { ann } = world
    const id = await define('Country', 'select', { options: Array.from({ length: 100 }, (_, i) => `Country ${i}`) })
    await form('Abroad', [[id, 'creation']])
    await ann.command('/ticket jane@acme.test', { channel: 'support' })
    await modal('Reference')
    await ann.choose('pick_form', 'Abroad')
    await modal('Country')
    const { options } = await ann.suggest({ view: ann.modal().id }, `field:${id}`, 'country 9')
    expect(options.map(o => o.value)).toContain('Country 99')
    expect(options).toHaveLength(11)
    await ann.submit({ subject: 'Abroad', message: 'Bon voyage.', [`field:${id}`]: ['Country 42'] })
    const ticket = await world.slack.until(async () => {
      const last = await newest()
      return last?.subject === 'Abroad' ? last : undefined
    })
    expect((await read(q => fieldsOf(q, [ticket.id]))).get(ticket.id)).toMatchObject([{ text: 'Country 42' }])
  })
})
