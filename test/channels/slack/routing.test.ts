import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { agents } from '../../../src/core/agents.ts'
import { routeTicket } from '../../../src/core/routing/assign.ts'
import { rulesOf } from '../../../src/core/routing/rules.ts'
import { changeRouting, type Routing, rosterOf, routingOf } from '../../../src/core/routing/settings.ts'
import { teams } from '../../../src/core/teams.ts'
import { atDesk, wordsOf } from '../../support/desk.ts'
import { startWorld, type World } from '../../support/world.ts'

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world.close())

const outreach = async (line: string, says: string) => {
  await world.ann.command(`/outreach ${line}`, { channel: 'support' })
  return told(says)
}
const { cardSays, told, modal } = atDesk(() => world)
const team = async () => (await world.overture.store.read(teams))[0]!
const ann = async () => (await world.overture.store.read(agents)).find(a => a.name === 'Ann')!
const route = async () => {
  const t = await world.overture.store.read(q => q.selectFrom('tickets').selectAll().executeTakeFirstOrThrow())
  await world.overture.store.write(tx => routeTicket(tx, t, { lastSenderId: null }))
  await world.settle()
  return world.overture.store.read(q => q.selectFrom('tickets').selectAll().executeTakeFirstOrThrow())
}
const usual: Routing = {
  strategy: 'round_robin',
  lastSenderFirst: true,
  capacity: null,
  fallbackTeamId: null,
  fallbackMinutes: 15,
  followPresence: false,
  followHours: false,
}

describe('/outreach', () => {
  it('says that somebody is away for a while, or until they are back', async () => {
    await outreach('away 30m', 'You are away until')
    const { availability, available_at } = await ann()
    expect(availability).toBe('away')
    expect(Math.abs((available_at ?? 0) - Date.now() - 30 * 60_000)).toBeLessThan(60_000)
    await outreach('offline', 'You are offline until you write `/outreach back`')
    expect(await ann()).toMatchObject({ availability: 'offline', available_at: null })
    await outreach('back', 'You are back')
    expect((await ann()).availability).toBe('online')
  })

  it('knows what time it is where somebody is', async () => {
    await outreach('away until 14:00', 'You are away until')
    const at = new Date((await ann()).available_at ?? 0)
    expect(at.toLocaleTimeString('en-GB', { timeZone: 'Europe/Amsterdam' })).toBe('14:00:00')
    expect(at.getTime() - Date.now()).toBeLessThanOrEqual(86_400_000)
  })

  it('says how a time is written, and what it can do', async () => {
    await outreach('away a little', 'Write it as 30m, 2h, 1d, or until 14:00.')
    await outreach('away 25:00', 'Write it as 30m, 2h, 1d, or until 14:00.')
    await outreach('dance', 'I do not know `dance`.')
    await outreach('constructor', 'I do not know `constructor`.')
    await outreach('stats constructor', 'There is no such team.')
    await outreach('', '/outreach who')
    expect((await world.overture.store.read(agents)).every(a => a.availability === 'online')).toBe(true)
  })

  it('shows who is free, and how many tickets they have', async () => {
    await outreach('limit 3', 'while you have 3 open ones or more')
    const me = await ann()
    const { id } = await team()
    await world.overture.store.write(tx => changeRouting(tx, id, usual, { takers: [me.id], leads: [] }))
    await outreach('who', '🟢 free: *Ann* · 0 open tickets of at most 3')
    await outreach('away', 'You are away until you write')
    await outreach('who', '🟡 away: *Ann*')
  })

  it('is only for members of the workspace', async () => {
    const carla = world.slack.as('Carla')
    await expect(carla.command('/outreach away', { channel: 'acme-and-tulip' })).rejects.toThrow()
  })
})

describe('a ticket that waits', () => {
  it('says so on its card and in its thread, and whoever presses Claim has it', async () => {
    const card = await world.openTicket()
    await route()
    await cardSays(card, 'Waits for somebody to be free')
    expect(world.thread(card.ts).map(m => m.text)).toEqual([
      expect.stringContaining('SUP-1 waits for somebody to claim it.'),
    ])
    await world.ann.click({ message: { channel: world.slack.channel('support').id, ts: card.ts } }, 'claim')
    await world.slack.until(() => !wordsOf(world.card(card.ts)).includes('Waits for somebody'))
    await world.ann.click({ message: { channel: world.slack.channel('support').id, ts: card.ts } }, 'details')
    expect(wordsOf(await modal('Why it has this assignee'))).toContain('Ann took it.')
  })

  it('is given to who comes back, who is called in the thread', async () => {
    const card = await world.openTicket()
    const { id } = await team()
    const me = await ann()
    await world.overture.store.write(tx => changeRouting(tx, id, usual, { takers: [me.id], leads: [] }))
    await outreach('away', 'You are away')
    await route()
    await cardSays(card, 'Waits for somebody to be free')
    await outreach('back', 'You are back')
    await world.slack.until(() => world.thread(card.ts).length === 2)
    const call = world.thread(card.ts)[1]
    expect(call?.text).toContain("SUP-1 goes to Ann. Round robin: Ann's turn.")
    expect(wordsOf(call)).toContain(`<@${world.ann.id}>`)
    await cardSays(card, `Assigned to <@${world.ann.id}>`)
  })

  it('goes to who is there in Slack and may be disturbed, where the team follows that', async () => {
    await world.openTicket()
    await world.ben.command('/outreach back', { channel: 'support' })
    await world.slack.until(async () => (await world.overture.store.read(agents)).length === 2)
    const takers = (await world.overture.store.read(agents)).map(a => a.id)
    const { id } = await team()
    await world.overture.store.write(tx =>
      changeRouting(tx, id, { ...usual, followPresence: true }, { takers, leads: [] }),
    )
    world.slack.setPresence('Ann', { quietUntil: Date.now() / 1_000 + 3_600 })
    const asked = () => world.slack.calls('users.getPresence').length
    expect(asked()).toBe(0)
    await route()
    await world.slack.until(async () => (await route()).assigned_by === "Round robin: Ben's turn.")
    expect(asked()).toBe(2)
  })

  it('is not held up when Slack does not say who is there', async () => {
    await world.openTicket()
    const { id } = await team()
    const me = await ann()
    await world.overture.store.write(tx =>
      changeRouting(tx, id, { ...usual, followPresence: true }, { takers: [me.id], leads: [] }),
    )
    world.slack.faults.next('dnd.info', { kind: 'error', error: 'internal_error' })
    await route()
    await world.slack.until(async () => (await route()).assigned_by === "Round robin: Ann's turn.")
  })
})

describe("a team's routing in Set-up", () => {
  const open = async () => {
    await world.ann.openHome()
    const home = await world.slack.until(() => world.ann.home())
    await world.ann.click({ view: home.id }, 'home_tab:setup')
    await world.slack.until(() => wordsOf(world.ann.home()).includes('Add a team'))
    await world.ann.click({ view: home.id }, 'edit_routing')
    return modal('Who takes the tickets of Support')
  }
  const press = (actionId: string, value?: string) =>
    world.ann.click({ view: world.ann.modal().id }, actionId, undefined, value === undefined ? {} : { value })

  it('is saved, and each fault is shown under its field', async () => {
    await open()
    const wrong = await world.ann.submit({ capacity: '0', fallback_minutes: 'soon' })
    expect(Object.keys(wrong.errors)).toEqual(['capacity', 'fallback_minutes'])
    await world.ann.submit({
      strategy: 'least_open',
      takers: ['Ann', 'Ben'],
      leads: ['Ben'],
      last_sender: null,
      capacity: '5',
      fallback_minutes: '30',
      presence: ['yes'],
    })
    await world.slack.until(() => wordsOf(world.ann.home()).includes('Tickets go to who has the fewest'))
    const support = await team()
    expect(routingOf(support)).toEqual({
      strategy: 'least_open',
      lastSenderFirst: false,
      capacity: 5,
      fallbackTeamId: null,
      fallbackMinutes: 30,
      followPresence: true,
      followHours: false,
    })
    expect(await world.overture.store.read(q => rosterOf(q, support.id))).toMatchObject({
      takers: [{ name: 'Ann' }, { name: 'Ben' }],
      leads: [{ name: 'Ben' }],
    })
    const { values } = await open()
    expect(JSON.stringify(values)).toContain(world.ben.id)
    expect(values.capacity).toMatchObject({ value: { value: '5' } })
  })

  it('has rules that are added, tried on what came before, moved, changed and deleted', async () => {
    await world.openTicket()
    await open()
    await press('add_rule')
    await modal('New rule')
    const wrong = await world.ann.submit({ name: 'Acme' })
    expect(wrong.errors).toMatchObject({
      'condition:1': 'Give at least one condition.',
      agent: 'Choose who takes these tickets: an agent or a team.',
    })
    await world.ann.choose('condition:1', '@acme.test')
    await press('add_condition')
    await modal('Condition 3')
    expect(world.ann.modal().values['condition:1']).toMatchObject({ value: { value: '@acme.test' } })
    const unnamed = await world.ann.submit({
      'what:1': 'address.ends',
      'what:3': 'field.is',
      'condition:3': 'gold',
      agent: 'Ben',
    })
    expect(unnamed.errors).toEqual({
      'condition:3': 'Name the field: write it as plan = gold.',
    })
    await world.ann.submit({ 'condition:3': null })
    await modal('1. Acme: customer')
    await press('try_rule')
    expect(wordsOf(await modal('would have taken'))).toContain('SUP-1 · Your order')
    await world.ann.close()
    await press('add_rule')
    await modal('New rule')
    const orders = { name: 'Orders', 'what:1': 'subject.contains', 'condition:1': 'order', agent: 'Ann' }
    await world.ann.submit(orders, { twice: true })
    await modal('2. Orders')
    const { id } = await team()
    const rules = () => world.overture.store.read(q => rulesOf(q, id))
    expect(await rules()).toHaveLength(2)
    await press('move_rule_up', (await rules())[1]!.id)
    await modal('1. Orders')
    await press('edit_rule', (await rules())[0]!.id)
    expect((await modal('Condition 2')).values['condition:1']).toMatchObject({ value: { value: 'order' } })
    await world.ann.submit({ name: 'All orders' })
    await modal('1. All orders')
    await press('remove_rule', (await rules())[1]!.id)
    await world.slack.until(async () => (await rules()).length === 1)
    expect((await route()).assigned_by).toBe('The rule "All orders" gives it to Ann.')
  })
})
