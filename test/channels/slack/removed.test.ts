import { afterEach, expect, it } from 'vitest'
import { startWorld, type World } from '../../support/world.ts'

let world: World
afterEach(() => world?.close())

it('a ticket opened while Overture is missing in the channel is shown there as soon as it is back', async () => {
  world = await startWorld()
  const { ann, jane, slack } = world
  await ann.kick('support')
  await world.settle()
  await ann.command('/ticket jane@acme.test', { channel: 'general' })
  await slack.until(() => ann.modals().length > 0)
  await ann.submit({ subject: 'Your order', message: 'It is ready.' })
  await slack.until(() => jane.inbox.length === 1)
  await world.settle()
  await ann.command('/invite @Overture', { channel: 'support' })
  const card = await slack.until(() =>
    slack
      .channel('support')
      .messages()
      .find(m => m.text.includes('Your order')),
  )
  expect(card.text).toContain('SUP-1')
})
