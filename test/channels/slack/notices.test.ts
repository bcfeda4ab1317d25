import { afterEach, describe, expect, it } from 'vitest'
import { alert, liftAlert } from '../../../src/core/alerts.ts'
import { startWorld, type World } from '../../support/world.ts'

let world: World
afterEach(() => world?.close())

describe('a word to operators', () => {
  it("is posted once in the team's channel, and its end below it and in the channel", async () => {
    world = await startWorld()
    const { store } = world.overture
    const support = world.slack.channel('support')
    const hostile = 'The mailbox <!channel> cannot be read.'
    await store.write(tx => alert(tx, 'mailbox', hostile))
    await store.write(tx => alert(tx, 'mailbox', hostile))
    const post = await world.slack.until(() => support.messages().find(m => m.text.includes('cannot be read')))
    expect(post.text).toBe('⚠️ The mailbox &lt;!channel&gt; cannot be read.')
    await store.write(tx => liftAlert(tx, 'mailbox', 'The mailbox can be read again.'))
    await world.slack.until(() => support.message(post.ts).text.startsWith('✅'))
    await world.settle()
    expect(world.thread(post.ts).map(m => m.text)).toEqual(['✅ The mailbox can be read again.'])
    expect(support.messages().filter(m => m.text.includes('cannot be read'))).toHaveLength(1)
  })
})
