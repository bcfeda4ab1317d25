import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { MessageView } from '../../../src/sandbox/slack/types.ts'
import { atDesk, wordsOf } from '../../support/desk.ts'
import { startWorld, type World } from '../../support/world.ts'

let world: World
let card: MessageView
beforeAll(async () => {
  world = await startWorld({ env: { REPLY_MODE: 'direct' } })
  card = await world.openTicket()
  await world.slack.until(() => world.jane.inbox.length === 1)
  await world.settle()
  await say('note: she is new')
  await team(async () => (await members()).length === 1)
})
afterAll(() => world.close())

const say = (text: string) => world.ann.say({ channel: 'support', thread_ts: card.ts, text })
const { told } = atDesk(() => world)
const members = () => world.overture.store.read(q => q.selectFrom('team_members').selectAll().execute())
const row = () => world.overture.store.read(q => q.selectFrom('teams').selectAll().executeTakeFirstOrThrow())
const team = (is: (t: Awaited<ReturnType<typeof row>>) => unknown) => world.slack.until(async () => is(await row()))
const setUp = async () => {
  const { ann, slack } = world
  if (!ann.home()) await ann.openHome()
  const home = await slack.until(() => ann.home())
  await ann.click({ view: home.id }, 'home_tab:setup')
  await slack.until(() => wordsOf(ann.home()).includes('Add a team'))
  return { view: home.id }
}

describe("a team's channel", () => {
  it('that becomes shared is warned of, and what is written there is mailed to nobody until a lead agrees', async () => {
    const { ann, jane, slack } = world
    slack.channel('support').share()
    const warned = await slack.until(() =>
      slack
        .direct('Ann')
        .messages()
        .find(m => wordsOf(m).includes('another organisation')),
    )
    expect(warned.bot_id).toBe(slack.app.botId)
    await say('Hello Jane, one more thing.')
    const kept = await told('not mailed until a lead agrees')
    await world.settle()
    expect(jane.inbox).toHaveLength(1)
    await slack.until(() => wordsOf(world.card(card.ts)).includes('neither sent nor kept'))
    await ann.click({ message: { channel: slack.channel('support').id, ts: card.ts } }, 'settle_messages')
    await slack.until(() => ann.modals().some(m => wordsOf(m).includes('one more thing')))
    await ann.click({ view: ann.modal().id }, 'send_message')
    await slack.until(() => ann.modals().some(m => wordsOf(m).includes('not mailed until a lead agrees')))
    await ann.close({ all: true })
    expect((await row()).shared_agreed_at).toBeNull()

    await ann.click(await setUp(), 'agree_to_shared')
    await slack.until(() => wordsOf(ann.home()).includes('mailed all the same'))
    await say('This goes out.')
    await slack.until(() => jane.inbox.find(m => m.text.includes('This goes out.')))
    await ann.click({ ephemeral: kept.id }, 'keep_note')
    await slack.until(() => !ann.ephemerals().some(e => wordsOf(e).includes('not mailed until')))

    slack.channel('support').unshare()
    await team(t => t.shared_at === null && t.shared_agreed_at === null)
    slack.channel('support').share()
    await team(t => t.shared_at !== null)
    await say('And this does not.')
    await told('not mailed until a lead agrees')
    slack.channel('support').unshare()
    await team(t => t.shared_at === null)
    expect(jane.inbox.map(m => m.text).join()).not.toContain('does not')
    expect(
      slack
        .direct('Ann')
        .messages()
        .filter(m => wordsOf(m).includes('another organisation')),
    ).toHaveLength(2)
  })

  it('is found shared at a start, too', async () => {
    const { slack, overture } = world
    slack.channel('support').share()
    await team(t => t.shared_at !== null)
    await overture.store.write(tx => tx.q.updateTable('teams').set({ shared_at: null }).execute())
    await world.restart()
    await team(t => t.shared_at !== null)
    slack.channel('support').unshare()
    await team(t => t.shared_at === null)
  })

  it('that is archived is waited for, and what waited is shown when it is there again', async () => {
    const { ann, slack } = world
    slack.channel('support').archive()
    await team(t => t.place_problem?.includes('archived'))
    await ann.command('/ticket jane@acme.test Meanwhile', { channel: 'general' })
    await ann.submit({ message: 'Written while the channel was away.' })
    await slack.until(() => world.jane.inbox.find(m => m.text.includes('channel was away')))
    slack.channel('support').unarchive()
    await team(t => t.place_problem === null)
    await slack.until(() =>
      slack
        .channel('support')
        .messages()
        .some(m => wordsOf(m).includes('Meanwhile')),
    )
  })

  it('that has another id keeps its tickets, and what is known of their messages', async () => {
    const { ann, jane, slack } = world
    const said = await say('note: she pays late')
    await slack.until(async () => (await messages()).some(m => m.text.includes('pays late')))
    slack.channel('support').changeId()
    await team(t => t.place === slack.channel('support').id)
    await say('From the channel with the new id.')
    await slack.until(() => jane.inbox.find(m => m.text.includes('with the new id')))
    await ann.edit({ channel: slack.channel('support').id, ts: said.ts }, 'note: she pays early')
    await slack.until(async () => (await messages()).some(m => m.text.includes('pays early')))
  })
})

const messages = () => world.overture.store.read(q => q.selectFrom('messages').selectAll().execute())
