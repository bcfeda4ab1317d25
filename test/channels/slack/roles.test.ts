import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addPolicy } from '../../../src/core/sla/policies.ts'
import { teams } from '../../../src/core/teams.ts'
import type { TeamRow } from '../../../src/db/schema.ts'
import type { MessageView, Person } from '../../../src/sandbox/slack/types.ts'
import { wordsOf } from '../../support/desk.ts'
import { startWorld, type World } from '../../support/world.ts'

/** What agents may do, as they are told of it in Slack. One story: each part goes on where the one before ended. */
let world: World
let card: MessageView
beforeAll(async () => {
  world = await startWorld()
  card = await world.openTicket()
})
afterAll(() => world.close())

const place = (ts: string) => ({ message: { channel: world.slack.channel('support').id, ts } })
const formOf = (who: Person, title: string) => world.slack.until(() => who.modals().find(m => m.title === title))
const whisperTo = (who: Person, text: string) =>
  world.slack.until(() => who.ephemerals().find(e => JSON.stringify(e).includes(text)))
const openRoles = async (who: Person) => {
  await who.openHome()
  const home = await world.slack.until(() => who.home())
  await who.click({ view: home.id }, 'home_tab:setup')
  await world.slack.until(() => wordsOf(who.home()).includes('Add a team'))
  await who.click({ view: home.id }, 'open_roles')
  return formOf(who, 'Roles')
}
/** Sets what somebody is, in all teams. */
const make = async (who: Person, whom: Person, role: string) => {
  await openRoles(who)
  await who.choose('person', whom.name)
  const field = await world.slack.until(() =>
    Object.keys(who.modals().at(-1)?.values ?? {}).find(name => name.startsWith('base:')),
  )
  const answer = await who.submit({ [field]: role })
  if (!Object.keys(answer.errors).length)
    await world.slack.until(() => wordsOf(who.home()).includes(`${whom.name.split(' ')[0]}`))
  return answer
}

/** What leads set up. */
const setUp = () =>
  world.overture.store.read(async q => [
    await q.selectFrom('teams').selectAll().execute(),
    await q.selectFrom('sla_policies').selectAll().execute(),
    await q.selectFrom('assignment_rules').selectAll().execute(),
    await q.selectFrom('fields').selectAll().execute(),
  ])

describe('roles', () => {
  it('are nobody’s at first, so anybody can make themselves admin', async () => {
    await make(world.ann, world.ann, 'admin')
    await world.slack.until(() => wordsOf(world.ann.home()).includes('Ann (admin)'))
  })

  it('are an admin’s to give from then on', async () => {
    const answer = await make(world.ben, world.ben, 'admin')
    expect(JSON.stringify(answer.errors)).toContain('Only an admin may do this. Ask Ann.')
    await world.ben.close({ all: true })
  })

  it('of a viewer let them look at a ticket, and not change it', async () => {
    const { ann, ben } = world
    await ben.command('/ticket jane@acme.test', { channel: 'support' })
    await formOf(ben, 'New ticket')
    await make(ann, ben, 'viewer')
    await world.slack.until(() => wordsOf(ann.home()).includes('Ben (viewer)'))
    const answer = await ben.submit({ subject: 'Hello', message: 'Hello Jane' })
    expect(JSON.stringify(answer.errors)).toContain('You may not open tickets in this team. Ask Ann.')
    await ben.close({ all: true })
    await ben.click(place(card.ts), 'take')
    await whisperTo(ben, 'You may look at, but not change, SUP-1. Ask Ann.')
    await ben.click(place(card.ts), 'details')
    await formOf(ben, 'SUP-1')
    await ben.close({ all: true })
  })

  it('of a viewer have nobody write what they could not send', async () => {
    const { ben } = world
    for (const button of ['reply', 'note', 'close', 'status']) {
      const before = ben.ephemerals().length
      await ben.click(place(card.ts), button)
      await world.slack.until(() => ben.ephemerals().length > before)
      expect(wordsOf(ben.ephemerals().at(-1))).toContain('You may look at, but not change, SUP-1. Ask Ann.')
    }
    for (const command of ['/ticket jane@acme.test', '/chat']) {
      const before = ben.ephemerals().length
      await ben.command(command, { channel: 'support' })
      await world.slack.until(() => ben.ephemerals().length > before)
      expect(wordsOf(ben.ephemerals().at(-1))).toContain('You may look, but not change anything. Ask Ann.')
    }
    expect(ben.modals()).toEqual([])
  })

  it('say who may change what stands in Set-up to those who may not', async () => {
    const { ann, ben } = world
    await ben.openHome()
    const home = await world.slack.until(() => ben.home())
    await ben.click({ view: home.id }, 'home_tab:setup')
    await world.slack.until(() => wordsOf(ben.home()).includes('You may look at all of this. Ask Ann to change it.'))
    expect(wordsOf(ann.home())).not.toContain('You may look at all of this')
  })

  it('of a drafter have what they write wait for a colleague', async () => {
    await make(world.ann, world.ben, 'drafter')
    await world.slack.until(() => wordsOf(world.ann.home()).includes('Ben (drafter)'))
    await world.ben.say({ channel: 'support', thread_ts: card.ts, text: 'We have them in red as well.' })
    await whisperTo(world.ben, 'A draft: a colleague sends it to jane@acme.test')
    await world.slack.until(() => wordsOf(world.card(card.ts)).includes('settle_messages'))
    await world.ann.click(place(card.ts), 'settle_messages')
    await world.slack.until(() => world.ann.modals().find(m => wordsOf(m).includes('in red as well')))
    await world.ann.click({ view: world.ann.modal().id }, 'send_message')
    await world.slack.until(() => world.jane.inbox.find(m => m.text.includes('in red as well')))
    await world.ann.close({ all: true })
  })

  it('of a drafter have a new ticket wait, which a colleague publishes', async () => {
    const before = new Set(
      world.slack
        .channel('support')
        .messages()
        .map(m => m.ts),
    )
    await world.ben.command('/ticket jane@acme.test', { channel: 'support' })
    await formOf(world.ben, 'New ticket')
    await world.ben.submit({ subject: 'The blue ones', message: 'Hello Jane, they are here.' })
    const draft = await world.slack.until(() =>
      world.slack
        .channel('support')
        .messages()
        .find(m => !before.has(m.ts) && wordsOf(m).includes('Draft')),
    )
    await world.ben.click(place(draft.ts), 'publish')
    await whisperTo(world.ben, 'What you write waits for somebody else to send it. Ask Ann.')
    expect(world.jane.inbox.some(m => m.subject.includes('blue'))).toBe(false)
    await world.ann.click(place(draft.ts), 'publish')
    await world.slack.until(() => world.jane.inbox.find(m => m.subject.includes('The blue ones')))
  })

  it('may do what an admin grants them, also see no more than their own', async () => {
    const { id } = await openRoles(world.ann)
    await world.ann.click({ view: id }, 'open_grants')
    await formOf(world.ann, 'What roles may do')
    await world.ann.choose('role', 'Drafter: writes what others send')
    await world.slack.until(() => 'view:drafter' in world.ann.modal().values)
    await world.ann.submit({ 'view:drafter': 'own' })
    await world.ann.close({ all: true })
    await world.ben.command('/ticket SUP-1', { channel: 'support' })
    await whisperTo(world.ben, 'You may not see SUP-1. Ask Ann.')
    await world.ben.command('/outreach history SUP-1', { channel: 'support' })
    await world.slack.until(
      () => world.ben.ephemerals().filter(e => wordsOf(e).includes('You may not see SUP-1. Ask Ann.')).length === 2,
    )
    await world.ben.command('/ticket SUP-2', { channel: 'support' })
    await whisperTo(world.ben, 'The blue ones')
    await world.ben.openHome()
    const home = await world.slack.until(() => world.ben.home())
    await world.ben.click({ view: home.id }, 'home_tab:inbox')
    await world.slack.until(() => wordsOf(world.ben.home()).includes('home_list:all'))
    await world.ben.click({ view: home.id }, 'home_list:all')
    await world.slack.until(() => wordsOf(world.ben.home()).includes('SUP-2'))
    expect(wordsOf(world.ben.home())).not.toContain('SUP-1')
  })

  it('leave teams, senders and routing to those who run them', async () => {
    const home = await world.slack.until(() => world.ben.home())
    await world.ben.click({ view: home.id }, 'home_tab:setup')
    await world.slack.until(() => wordsOf(world.ben.home()).includes('Add a team'))
    await world.ben.click({ view: home.id }, 'edit_team')
    await formOf(world.ben, 'Team')
    const answer = await world.ben.submit({ name: 'Mine now' })
    expect(JSON.stringify(answer.errors)).toContain('Only a lead may do this. Ask Ann.')
    await world.ben.close({ all: true })
  })

  it.each<[buttons: string, entries?: Record<string, string>]>([
    ['hours_page edit_hours'],
    ['hours_page add_policy', { name: 'Mine', next_response: '2h' }],
    ['hours_page edit_auto_close'],
    ['hours_page edit_digest'],
    ['edit_team chat_rules'],
    ['edit_team team_reactions'],
    ['edit_routing'],
    ['edit_routing add_rule', { name: 'Mine' }],
    ['edit_fields add_field', { name: 'Mine' }],
  ])('leave %s to leads', async (buttons, entries = {}) => {
    const { ben } = world
    const before = await setUp()
    if (ben.modals().length) await ben.close({ all: true })
    let { id } = await world.slack.until(() => ben.home())
    for (const [depth, button] of buttons.split(' ').entries()) {
      await ben.click({ view: id }, button)
      id = (await world.slack.until(() => ben.modals()[depth])).id
    }
    const { errors } = await ben.submit(entries)
    expect(JSON.stringify(errors)).toContain('Only a lead may do this. Ask Ann.')
    expect(await setUp()).toEqual(before)
    await ben.close({ all: true })
  })

  it('leave the templates of a team to leads, and have agents keep their own', async () => {
    const { ben } = world
    const add = async (scope: string) => {
      await ben.command('/outreach template add', { channel: 'support' })
      await formOf(ben, 'New template')
      return ben.submit({ name: 'Hello', scope, message: 'Hello there' })
    }
    expect(JSON.stringify((await add('Team Support')).errors)).toContain('Only a lead may do this. Ask Ann.')
    expect((await add('Me alone')).errors).toEqual({})
    const kept = await world.overture.store.read(q => q.selectFrom('templates').select('team_id').execute())
    expect(kept).toEqual([{ team_id: null }])
  })

  it('let nobody else remove what a lead set up', async () => {
    const { ben, overture } = world
    const [team] = await overture.store.read(teams)
    const targets = { next_response: 3_600_000, update: null, resolution: null }
    const promise = { teamId: (team as TeamRow).id, name: 'An hour', meets: 'all' as const, conditions: [], targets }
    await overture.store.write(tx => addPolicy(tx, promise))
    const home = await world.slack.until(() => ben.home())
    await ben.click({ view: home.id }, 'hours_page')
    await ben.click({ view: (await formOf(ben, 'Hours and SLA')).id }, 'remove_policy')
    await world.slack.until(() => wordsOf(ben.modals().at(-1)).includes('Only a lead may do this. Ask Ann.'))
    expect(await overture.store.read(q => q.selectFrom('sla_policies').select('name').execute())).toEqual([
      { name: 'An hour' },
    ])
  })
})
