import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { figuresOf } from '../../src/core/stats/figures.ts'
import { teams } from '../../src/core/teams.ts'
import { type Demo, startDemo } from '../../src/sandbox/demo.ts'
import type { MessageView } from '../../src/sandbox/slack/types.ts'

const DAY_MS = 86_400_000

/** What a visitor of the demo finds: all through Slack, as they do. */
describe('the demo, before anybody touches it', { timeout: 60_000 }, () => {
  let demo: Demo
  beforeAll(async () => {
    demo = await startDemo({ holdSeconds: 1, customers: 5 })
  }, 60_000)
  afterAll(() => demo?.close())

  const json = JSON.stringify
  const messages = (channel: string) => demo.slack.channel(channel).messages()
  const card = (channel: string, subject: string): MessageView =>
    messages(channel).findLast(m => m.text.includes(subject)) as MessageView

  it('shows the main job first: the newest card of #support is a ticket under way', () => {
    const newest = messages('support').at(-1) as MessageView
    expect(newest.text).toContain('Your tulip bulbs are delayed')
    const thread = demo.slack.channel('support').thread(newest.ts)
    expect(thread.map(m => m.text).join('\n')).toContain('The red ones tomorrow')
    expect(demo.slack.as('Ann').ephemerals()).toEqual([])
  })

  it('has a key to try the API with', async () => {
    const { overture, key } = demo
    const answered = await fetch(`${overture.url}/v1/tickets/SUP-1`, { headers: { 'x-api-key': key } })
    expect(await answered.json()).toMatchObject({ status: true, data: { ticketIdentifier: 'SUP-1' } })
  })

  it('has a ticket in each state', () => {
    const shows = (subject: string, ...words: string[]) => {
      const blocks = json(card('support', subject)?.blocks)
      for (const word of words) expect(blocks, subject).toContain(word)
    }
    shows('Your bulbs are packed', 'Waiting for the customer')
    shows('Which colours for your windows?', 'New reply')
    shows('Bulbs do not sprout', 'In progress', 'Lot 88-B')
    shows('Shall we reserve the black tulips?', 'Snoozed')
    shows('Flowers for your gala', 'Scheduled', 'Send now', 'Cancel')
    shows('Still no lorry', 'Merged into')
    shows('Your autumn order is complete', 'Closed')
    expect(json(card('dispatch', 'Lorry 2 is in the workshop').blocks)).toContain('Sub-tickets (0 of 2 closed)')
  })

  it('has promises, one of which is broken, and one nearly', () => {
    expect(json(card('dispatch', 'Can the driver ring').blocks)).toContain('🟠')
    const late = messages('dispatch').find(
      m => m.text.startsWith('DIS-') && m.text.includes('No flowers'),
    ) as MessageView
    expect(json(late.blocks)).toContain('*Overdue*')
  })

  it('has a chat of two weeks ago with what became of it', () => {
    const blocks = json(card('sales', 'Chat 1 ·').blocks)
    for (const count of ['sent *19*', 'bounced *1*', 'answered *5*', 'out of office *1*', 'unsubscribed *1*'])
      expect(blocks).toContain(count)
  })

  it('has weeks behind it that figures are made of, on days that are over', async () => {
    const { store } = demo.overture
    const support = (await store.read(teams)).find(t => t.name === 'Support')
    const now = store.now()
    const figures = await figuresOf(store, support?.id ?? null, now - 28 * DAY_MS, now)
    expect(figures.sent).toBeGreaterThan(30)
    expect(figures.answered).toBeGreaterThan(8)
    expect(figures.slaMet).toBeGreaterThan(8)
    expect(figures.days.filter(d => d.sent > 0).length).toBeGreaterThan(12)
    expect(Math.abs(now - Date.now())).toBeLessThan(1_000)
  })

  it('has views, templates, a tray, and roles that say who may do what', async () => {
    const { slack } = demo
    const ann = slack.as('Ann')
    await ann.openHome()
    const home = await slack.until(() => ann.home())
    await slack.until(() => json(ann.home()).includes('Waiting for us'))
    await ann.click({ view: home.id }, 'home_tab:setup')
    await slack.until(() => json(ann.home()).includes('2 mails'))
    await slack.as('Emil').command('/ticket jane@acme.test', { channel: 'support' })
    const form = await slack.until(() => slack.as('Emil').modals()[0])
    const answer = await slack.as('Emil').submit({ subject: 'Hello', message: 'Hello Jane' }, { view: form.id })
    expect(json(answer.errors)).toContain('Ask Ann')
  })
})
