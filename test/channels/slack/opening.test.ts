import { afterEach, expect, it } from 'vitest'
import { startWorld, type World } from '../../support/world.ts'

let world: World
afterEach(() => world?.close())

it('the card of a ticket that a customer began has the way to what was left out of their mail', async () => {
  world = await startWorld()
  const { ann, jane, slack } = world
  await jane.write({
    to: 'support@tulip.test',
    subject: 'Daffodils',
    text: 'Do you sell them?\n\nOn Mon, 2 Mar 2026 at 10:00, Bob <bob@acme.test> wrote:\n> Ask Tulip, they have all',
  })
  const card = await slack.until(() =>
    slack
      .channel('support')
      .messages()
      .find(m => m.text.includes('Daffodils')),
  )
  expect(JSON.stringify(card.blocks)).not.toContain('Ask Tulip')
  await ann.click({ message: { channel: slack.channel('support').id, ts: card.ts } }, 'show_full')
  await slack.until(() => JSON.stringify(ann.modals()).includes('Ask Tulip'))
})
