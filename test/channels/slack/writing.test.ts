import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { releaseScheduled } from '../../../src/core/schedule/release.ts'
import { sayReminders } from '../../../src/core/tickets/remind.ts'
import type { MessageView } from '../../../src/sandbox/slack/types.ts'
import { atDesk, wordsOf } from '../../support/desk.ts'
import { startWorld, type World } from '../../support/world.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

let world: World
beforeAll(async () => {
  world = await startWorld({ env: { PUBLIC_URL: 'https://desk.tulip.test' } })
  await world.openTicket({ customer_typed: 'Jane Doe <jane@acme.test>' })
})
afterAll(() => world?.close())

const { place, cardSays, postWith, modalSays, mailWith } = atDesk(() => world)
const isMailed = (text: string) => world.jane.inbox.some(m => m.text.includes(text))
const reply = async (card: MessageView, who = world.ann) => {
  await who.click(place(card), 'reply')
  await world.slack.until(() => who.modals().some(m => m.title.startsWith('Reply on')))
}
const inDays = (n: number) => new Date(Date.now() + n * DAY).toISOString().slice(0, 10)
const release = async () => {
  await world.overture.store.write(releaseScheduled)
  await world.settle()
}
const direct = (text: string) =>
  world.slack.until(() =>
    world.slack
      .direct('Ann')
      .messages()
      .find(m => wordsOf(m).includes(text)),
  )

describe('a mail for later', () => {
  it("is chosen by the customer's clock, shown with the way back, and sent at its moment after a restart", async () => {
    const { ann, overture, openTicket } = world
    const card = await openTicket({ subject: 'For later' })
    await overture.store.write(tx => tx.q.updateTable('customers').set({ zone: 'Asia/Tokyo' }).execute())
    await reply(card)
    await ann.choose('message', 'Good morning Jane.')
    await ann.choose('send_when', 'at')
    await modalSays('By the customer')
    expect(wordsOf(ann.modal())).toContain('Asia/Tokyo')
    const late = await ann.submit({ date: '2020-01-01', time: '09:00' })
    expect(late.errors.date).toContain('This moment is over')
    await ann.submit({ date: inDays(3), time: '09:00' }, { twice: true })
    await cardSays(card, '09:00, Asia/Tokyo), unless they write first')
    await postWith(card, '09:00, Asia/Tokyo')
    await world.restart()
    await release()
    expect(isMailed('Good morning Jane.')).toBe(false)
    world.wait(4 * DAY)
    await release()
    await mailWith('Good morning Jane.')
    expect(world.jane.inbox.filter(m => m.text.includes('Good morning Jane.'))).toHaveLength(1)
    await world.slack.until(() => !wordsOf(world.card(card.ts)).includes('Asia/Tokyo'))
  })

  it('opens a ticket that is scheduled, which goes now from its card, or never', async () => {
    const { ann } = world
    const later = async (subject: string, copies = '') => {
      await ann.command('/ticket jane@acme.test', { channel: 'support' })
      await ann.choose('send_when', 'at')
      await world.slack.until(() => wordsOf(ann.modal()).includes('"date"'))
      const date = new Date(Date.now() + 10 * DAY).toISOString().slice(0, 10)
      const answer = await ann.submit({ subject, message: `${subject}, Jane.`, copies, date, time: '09:00' })
      expect(answer.errors).toEqual({})
      return world.slack.until(() =>
        world.slack
          .channel('support')
          .messages()
          .find(m => wordsOf(m).includes(subject) && wordsOf(m).includes('Scheduled')),
      )
    }
    const now = await later('At once')
    await ann.click(place(now), 'send_now')
    await mailWith('At once, Jane.')
    await cardSays(now, 'Waiting for the customer')
    const never = await later('Never mind', 'carol@acme.test')
    await ann.click(place(never), 'undo_send')
    await cardSays(never, 'Internal')
    expect(wordsOf(world.card(never.ts)).match(/copy to [^"]*/gi)).toEqual(['copy to carol@acme.test'])
    expect(isMailed('Never mind, Jane.')).toBe(false)
  })

  it('is not sent when they write first, and the thread says so', async () => {
    const { ann, openTicket, jane } = world
    const card = await openTicket({ subject: 'Any news', message: 'Tell me, Jane.' })
    await reply(card)
    await ann.choose('send_when', 'at')
    await ann.submit({ message: 'Still waiting.', date: inDays(20), time: '09:00' })
    await cardSays(card, 'unless they write first')
    await jane.reply(await mailWith('Tell me, Jane.'), { text: 'Here is the news.' })
    await postWith(card, 'wrote first, so the mail that was to go')
    await postWith(card, '🔒 Note by Ann')
    await world.slack.until(() => !wordsOf(world.card(card.ts)).includes('unless they write first'))
  })
})

describe('a reminder', () => {
  it('is told in the thread and to the agent alone, unless it is cancelled or they answer', async () => {
    const { ann, openTicket } = world
    const card = await openTicket({ subject: 'Remind', message: 'Answer me, Jane.' })
    const remind = async (entries: Record<string, string>) => {
      await ann.click(place(card), 'more')
      await modalSays('Remind me')
      await ann.click({ view: ann.modal().id }, 'remind_me')
      await world.slack.until(() => ann.modal().title === 'Remind me')
      return ann.submit(entries)
    }
    await remind({ days: 'In 2 days', words: 'call her' })
    await modalSays('call her')
    await ann.click({ view: ann.modal().id }, 'cancel_reminder')
    await modalSays('Nobody is reminded')
    await remind({ days: 'In 2 days', words: 'write to her' })
    await modalSays('write to her')
    expect((await remind({ date: '2020-01-01' })).errors.date).toContain('This moment is over')
    world.wait(3 * DAY)
    for (const _ of [1, 2]) await world.overture.store.write(sayReminders)
    await postWith(card, 'wanted to hear of it. “write to her”')
    await direct('has not answered')
    await world.settle()
    expect(world.thread(card.ts).filter(m => wordsOf(m).includes('wanted to hear of it'))).toHaveLength(1)
  })
})

describe('two who write to the same customer', () => {
  it('is held and its author asked when a colleague wrote meanwhile', async () => {
    const { ann, ben, openTicket } = world
    const card = await openTicket({ subject: 'Held', message: 'The first, Jane.' })
    await mailWith('The first, Jane.')
    await reply(card)
    await ann.choose('send_when', 'at')
    await ann.submit({ message: 'The second, Jane.', date: inDays(20), time: '09:00' })
    await cardSays(card, 'unless they write first')
    await reply(card, ben)
    await ben.submit({ message: 'From me, Jane.' })
    await mailWith('From me, Jane.')
    world.wait(20 * DAY)
    await release()
    await postWith(card, 'is held. Ben wrote to')
    await cardSays(card, 'Send it all the same')
    expect(isMailed('The second, Jane.')).toBe(false)
    await ann.click(place(card), 'send_now')
    await mailWith('The second, Jane.')
  })
})
