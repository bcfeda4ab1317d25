import { afterAll, beforeAll, expect, it } from 'vitest'
import { actorOf } from '../../../src/core/agents.ts'
import { setPriority } from '../../../src/core/tickets/change.ts'
import { atDesk, wordsOf } from '../../support/desk.ts'
import { startWorld, type World } from '../../support/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.close())

const { told, modal } = atDesk(() => world)
const outreach = (line: string) => world.ann.command(`/outreach ${line}`, { channel: 'support' })

it('a word of thanks is folded with the reason, and one click makes it an answer', async () => {
  const { ann, jane, slack } = world
  const card = await world.openTicket()
  const mail = await slack.until(() => jane.inbox.find(m => m.subject.includes('Your order')))
  await jane.reply(mail, { text: 'Thank you, Ann!\n\nBest regards\nJane', quote: 'gmail' })
  const post = await slack.until(() => world.thread(card.ts).find(m => m.text.includes('Only thanks')))
  expect(wordsOf(world.card(card.ts))).toContain('Waiting for the customer')
  await ann.click({ message: { channel: slack.channel('support').id, ts: post.ts } }, 'treat_as_answer')
  await slack.until(() => wordsOf(world.card(card.ts)).includes('New reply'))
  await slack.until(() => wordsOf(world.thread(card.ts)[0]).includes('Best regards'))
})

it('/outreach stats tells what a team did, of the channel, or by name', async () => {
  await outreach('stats')
  const shown = await told('Figures of Support')
  expect(wordsOf(shown)).toContain('*Sent*: 1 to single customers, 1 of them to begin a ticket')
  expect(wordsOf(shown)).toContain('Open now: 1 (nobody 1)')
  await world.ann.click({ ephemeral: shown.id }, 'stats_chart')
  const isThere = () => world.ann.ephemerals().some(e => e.text.includes('The chart is in your direct messages.'))
  await world.slack.until(isThere, { timeoutMs: 25_000 }) // the thread that draws it is compiled first
  expect(
    world.slack
      .direct('Ann')
      .messages()
      .flatMap(m => m.files ?? []),
  ).toMatchObject([{ name: 'figures.png' }])
  expect(world.slack.direct('Ann').messages().at(-1)?.text).toContain('Figures of Support, ')
  await outreach('stats month all')
  await told('Figures of all teams')
  await outreach('stats 14d sup')
  await outreach('stats nobody')
  expect(wordsOf(await told('There is no such team.'))).not.toContain('`')
  await outreach('stats 9999d')
  await told('Name 1 to 366 days')
})

it('/outreach history shows all that happened, page by page, and gives it as a file', async () => {
  const { ann, slack, overture } = world
  const { id, agent } = await overture.store.read(async q => ({
    id: (await q.selectFrom('tickets').select('id').executeTakeFirstOrThrow()).id,
    agent: await q.selectFrom('agents').selectAll().where('name', '=', 'Ann').executeTakeFirstOrThrow(),
  }))
  for (let n = 0; n < 60; n++)
    await overture.store.write(tx => setPriority(tx, id, n % 2 ? 'low' : 'high', actorOf(agent)))
  await outreach('history sup-1')
  await modal('History of SUP-1')
  expect(wordsOf(ann.modal())).toContain('changed the priority (priority: 🔼 High → 🔽 Low)')
  expect(wordsOf(ann.modal())).not.toContain('opened the ticket')
  const press = (actionId: string) => ann.click({ view: ann.modal().id }, actionId)
  await press('history_turn:older')
  await slack.until(() => wordsOf(ann.modal()).includes('Newer'))
  await press('history_turn:older')
  await modal('opened the ticket')
  expect(wordsOf(ann.modal())).not.toContain('"Older"')
  await press('history_turn:newer')
  await slack.until(() => wordsOf(ann.modal()).includes('Older'))
  await press('history_file')
  await modal('It is in your direct messages')
  const file = await slack.until(() =>
    slack
      .direct('Ann')
      .messages()
      .flatMap(m => m.files ?? [])
      .find(f => f.name === 'history-SUP-1.txt'),
  )
  expect(file).toBeDefined()
  await outreach('history')
  await told('Name the ticket')
  await outreach('history SUP-999')
  await told('There is no ticket SUP-999.')
})
