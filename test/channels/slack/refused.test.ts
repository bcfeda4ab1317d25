import { afterEach, expect, it } from 'vitest'
import { startWorld, type World } from '../../support/world.ts'

let world: World
afterEach(() => world?.close())

const inChannel = (text: string) =>
  world.slack
    .channel('support')
    .messages()
    .filter(m => m.text.includes(text))

it.each(['invalid_blocks', 'thread_not_found'])(
  'an answer that Slack refuses to show (%s) is seen all the same, once, as plain words',
  async error => {
    world = await startWorld()
    await world.openTicket()
    const mail = await world.slack.until(() => world.jane.inbox[0])
    await world.settle()
    world.slack.faults.next('chat.postMessage', { kind: 'error', error })
    await world.jane.reply(mail, { text: 'Where is <!channel> my order?' })
    await world.slack.until(() => inChannel('my order?').length)
    await world.settle()
    const [post, ...others] = inChannel('my order?')
    expect(others).toEqual([])
    expect(post?.text).toContain('SUP-1')
    expect(post?.text).not.toContain('<!channel>')
  },
)
