import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addField } from '../../../src/core/fields/define.ts'
import { changeForm } from '../../../src/core/fields/forms.ts'
import { formsOf } from '../../../src/core/teams.ts'
import type { EphemeralView, MessageView, Person } from '../../../src/sandbox/slack/types.ts'
import { atDesk, wordsOf } from '../../support/desk.ts'
import { startWorld, type World } from '../../support/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.close())

const at = (m: MessageView) => ({ channel: world.slack.channel('support').id, ts: m.ts })
const { cardSays } = atDesk(() => world)
const told = (who: Person, text: string): Promise<EphemeralView> =>
  world.slack.until(() => who.ephemerals().find(e => e.text.includes(text)))
const ticketOf = async (card: MessageView) => {
  const identifier = /SUP-\d+/.exec(wordsOf(world.card(card.ts)))?.[0] ?? ''
  const { store } = world.overture
  return store.read(q =>
    q.selectFrom('tickets').selectAll().where('identifier', '=', identifier).executeTakeFirstOrThrow(),
  )
}
const begun = async () => {
  const card = await world.openTicket()
  await world.settle()
  return { card, name: (await ticketOf(card)).identifier }
}
const lastReaction = () => world.slack.sent('event').findLast(e => e.payload.event.type === 'reaction_added')?.id ?? ''

describe('an emoji on the card', () => {
  it('takes a ticket, once, but not from somebody else', async () => {
    const { ann, ben, slack } = world
    const { card, name } = await begun()
    await ann.react(at(card), 'eyes')
    await told(ann, `${name} is yours now.`)
    await cardSays(card, `Assigned to <@${ann.id}>`)
    await slack.redeliver(lastReaction())
    await world.settle()
    expect(ann.ephemerals().filter(e => e.text.includes(name))).toHaveLength(1)
    await ben.react(at(card), 'eyes')
    const asked = await told(ben, `has ${name}.`)
    expect((await ticketOf(card)).assignee_id).toBe(
      (
        await world.overture.store.read(q =>
          q.selectFrom('agents').select('id').where('handle', '=', ann.id).executeTakeFirstOrThrow(),
        )
      ).id,
    )
    await ben.click({ ephemeral: asked.id }, 'take')
    await cardSays(card, `Assigned to <@${ben.id}>`)
  })

  it('closes it, and taking the emoji off again does nothing', async () => {
    const { ann } = world
    const { card, name } = await begun()
    await ann.react(at(card), 'white_check_mark')
    const closed = await told(ann, `You closed ${name}.`)
    await cardSays(card, 'Closed')
    await ann.unreact(at(card), 'white_check_mark')
    await world.settle()
    expect((await ticketOf(card)).closed_at).not.toBeNull()
    await ann.click({ ephemeral: closed.id }, 'reopen')
    await cardSays(card, 'Reply')
    await world.slack.until(async () => (await ticketOf(card)).closed_at === null)
  })

  it('closes none whose form asks for something more, and offers the form', async () => {
    const { ann, overture } = world
    const { card, name } = await begun()
    const { team_id } = await ticketOf(card)
    const forms = await overture.store.read(q => formsOf(q, team_id))
    const [form] = forms
    const cause = { name: 'Cause', kind: 'line' as const, hint: '', options: [], initial: [], visible: false }
    await overture.store.write(async tx => {
      const id = await addField(tx, { owner: 'ticket', teamId: team_id }, cause)
      const asked = {
        name: form?.name ?? '',
        priority: 'medium' as const,
        fields: [{ id, required: 'close' as const }],
      }
      await changeForm(tx, form?.id ?? '', asked)
    })
    const said = [
      () => ann.react(at(card), 'white_check_mark'),
      () => ann.say({ channel: 'support', thread_ts: card.ts, text: `<@${world.slack.app.botUser}> close` }),
    ]
    for (const [i, close] of said.entries()) {
      await close()
      await world.slack.until(
        () => ann.ephemerals().filter(e => e.text.includes('Cause must be filled in')).length === i + 1,
      )
    }
    expect((await ticketOf(card)).closed_at).toBeNull()
    const asked = await told(ann, 'Cause must be filled in')
    await ann.click({ ephemeral: asked.id }, 'close')
    await world.slack.until(() => ann.modals().length === 1)
    expect(ann.modal().title).toBe(`Close ${name}`)
    await ann.close({ all: true })
    await overture.store.write(tx =>
      changeForm(tx, form?.id ?? '', { name: form?.name ?? '', priority: 'medium', fields: [] }),
    )
  })

  it('of no meaning, or put there by ourselves, changes nothing', async () => {
    const { ann, slack } = world
    const { card, name } = await begun()
    await ann.react(at(card), 'tada')
    await ann.react(at(card), 'lock')
    const before = slack.sent('event').length
    await fetch(`${slack.apiUrl}reactions.add`, {
      method: 'POST',
      headers: { authorization: `Bearer ${slack.botToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ channel: at(card).channel, timestamp: card.ts, name: 'white_check_mark' }),
    })
    await slack.until(() => slack.sent('event').length > before)
    await world.settle()
    expect(await ticketOf(card)).toMatchObject({ closed_at: null, assignee_id: null })
    expect(ann.ephemerals().filter(e => e.text.includes(name))).toEqual([])
  })
})

it('an emoji on the card of a ticket that was deleted changes nothing, and is not tried again', async () => {
  const { ann, overture, slack } = world
  const { card, name } = await begun()
  await overture.store.write(tx =>
    tx.q.updateTable('tickets').set({ deleted_at: tx.now }).where('identifier', '=', name).execute(),
  )
  await ann.react(at(card), 'white_check_mark')
  await slack.until(() => slack.sent('event').find(e => e.id === lastReaction())?.ackedAt)
  await world.settle()
  const { store } = overture
  const event = await store.read(q =>
    q.selectFrom('inbound').selectAll().where('key', '=', lastReaction()).executeTakeFirstOrThrow(),
  )
  expect(event).toMatchObject({ state: 'recorded', attempts: 1 })
})

describe('an emoji on a message', () => {
  it('keeps what is undecided as a note, also when it is put there before the message is known', async () => {
    const { ann, jane } = world
    const { card } = await begun()
    const said = await ann.say({ channel: 'support', thread_ts: card.ts, text: 'She pays late, beware.' })
    await ann.react(at(said), 'lock')
    const kept = await told(ann, 'Kept as a note')
    expect(kept.thread_ts).toBe(card.ts)
    const { store } = world.overture
    const row = await store.read(q =>
      q.selectFrom('messages').selectAll().where('text', 'like', 'She pays late%').executeTakeFirstOrThrow(),
    )
    expect(row.visibility).toBe('note')
    expect(jane.inbox.map(m => m.text).join()).not.toContain('beware')
  })

  it('closes nothing there, and says so when the customer has it already', async () => {
    const { ann, jane, slack } = world
    const { card } = await begun()
    const said = await ann.say({ channel: 'support', thread_ts: card.ts, text: 'It left our house today.' })
    const asked = await slack.until(() =>
      ann.ephemerals().find(e => e.thread_ts === card.ts && e.text.includes('Send this to')),
    )
    await ann.click({ ephemeral: asked.id }, 'send_message')
    await slack.until(() => jane.inbox.find(m => m.text.includes('It left our house')))
    await world.settle()
    await ann.react(at(said), 'white_check_mark')
    await ann.react(at(said), 'lock')
    await told(ann, 'Too late to undo')
    expect((await ticketOf(card)).closed_at).toBeNull()
  })

  it('on what we posted ourselves, such as an answer of the customer, is answered', async () => {
    const { ann, jane, slack } = world
    const { card } = await begun()
    await jane.reply(await slack.until(() => jane.latest()), { text: 'Where is it?' })
    const answer = await slack.until(() => world.thread(card.ts).find(m => wordsOf(m).includes('Where is it?')))
    await world.settle()
    await ann.react(at(answer), 'lock')
    await told(ann, 'Only what we wrote ourselves')
  })
})

describe('the form for the emoji of a team', () => {
  it('refuses names that Slack has no emoji for, and saves the others', async () => {
    const { ann, ben, slack } = world
    const { card, name } = await begun()
    await ann.openHome()
    const home = await slack.until(() => ann.home())
    await ann.click({ view: home.id }, 'home_tab:setup')
    await slack.until(() => wordsOf(ann.home()).includes('Add a team'))
    await ann.click({ view: home.id }, 'edit_team')
    await slack.until(() => ann.modals().length === 1)
    await ann.click({ view: ann.modal().id }, 'team_reactions')
    await slack.until(() => ann.modal().title === 'Emoji of the team')
    expect((await ann.submit({ take: ':eyess:', urgent: ':lock:' })).errors).toEqual({
      urgent: ':lock: is used above already.',
    })
    expect((await ann.submit({ take: ':eyess:', urgent: '' })).errors).toEqual({
      take: 'Slack has no emoji that is called :eyess: here.',
    })
    await ann.submit({ take: ':rocket:', urgent: 'rotating_light' })
    await slack.until(() => ann.modal().title === 'Team')
    await ann.close({ all: true })
    await ben.react(at(card), 'rotating_light')
    await told(ben, `The priority of ${name} is`)
    await cardSays(card, 'Urgent')
    await ben.react(at(card), 'eyes')
    await ben.react(at(card), 'rocket')
    await told(ben, `${name} is yours now.`)
  })
})
