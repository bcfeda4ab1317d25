import { afterEach, expect, it } from 'vitest'
import { atDesk } from '../../support/desk.ts'
import { startWorld, type World } from '../../support/world.ts'

let world: World
afterEach(() => world?.close())

const { told } = atDesk(() => world)

it('who calls a colleague is told that the message is a note, and may send it after all', async () => {
  world = await startWorld()
  const { ann, ben, jane, slack } = world
  const card = await world.openTicket()
  await slack.until(() => jane.inbox.length === 1)
  await world.settle()
  await ann.say({ channel: 'support', thread_ts: card.ts, text: `<@${ben.id}> comes on Friday` })
  const kept = await told('Kept as a note')
  await ann.click({ ephemeral: kept.id }, 'send_message')
  const mail = await slack.until(() => jane.inbox.find(m => m.text.includes('comes on Friday')))
  expect(mail.text).toContain('Ben comes on Friday')
})

it('who writes a note by name is left alone', async () => {
  world = await startWorld()
  const card = await world.openTicket()
  await world.slack.until(() => world.jane.inbox.length === 1)
  await world.settle()
  await world.ann.say({ channel: 'support', thread_ts: card.ts, text: 'Note: she pays late' })
  await world.ann.say({ channel: 'support', thread_ts: card.ts, text: 'Thank you, Jane' })
  await told('Send this to')
  expect(world.ann.ephemerals()).toHaveLength(1)
})
