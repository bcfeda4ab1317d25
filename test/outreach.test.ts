import { afterEach, describe, expect, it } from 'vitest'
import { startWorld, type World, type WorldOptions } from './support/world.ts'

/** The story of the product: what a newcomer should read first. */
let world: World
const begin = async (options?: WorldOptions) => {
  world = await startWorld(options)
  return world
}
afterEach(() => world?.close())

const said = (text: string) => world.slack.until(() => world.ann.ephemerals().find(e => e.text.includes(text)))
const mailWith = (text: string) => world.slack.until(() => world.jane.inbox.find(m => m.text.includes(text)))
const postWith = (root: string, text: string) =>
  world.slack.until(() => world.thread(root).find(m => m.text.includes(text)))
const cardSays = (ts: string, text: string) => world.slack.until(() => JSON.stringify(world.card(ts)).includes(text))

describe.each([
  ['over Socket Mode', {}],
  ['over signed HTTP', { http: true }],
])('a ticket, %s', (_, options: WorldOptions) => {
  it('goes to the customer, comes back into its thread, and goes on from there', async () => {
    const { ann, jane, slack, thread } = await begin(options)
    const card = await world.openTicket({
      subject: 'Your order is late',
      message: 'Hello Jane, it comes on *Thursday*.',
    })
    expect(card.text).toContain('SUP-1')

    const first = await mailWith('it comes on')
    expect(first).toMatchObject({
      subject: 'Your order is late',
      from: { name: 'Ann (Support)', address: 'support@tulip.test' },
    })
    expect(first.html).toMatch(/<(strong|b)[^>]*>Thursday<\/(strong|b)>/)
    expect(first.text).toContain('SUP-1')
    await cardSays(card.ts, 'Sent')

    await jane.reply(first, { text: 'Thursday is fine.\n\n- for me\n- for us', quote: 'gmail' })
    const answer = await postWith(card.ts, 'Thursday is fine.')
    expect(answer.username).toBe('Jane Doe (customer, by email)')
    expect(JSON.stringify(answer.blocks)).not.toContain('it comes on')

    const words = await ann.say({ channel: 'support', thread_ts: card.ts, text: 'Wonderful, *thank you*!' })
    const ask = await said('Send this to')
    expect(jane.inbox).toHaveLength(1)
    await ann.click({ ephemeral: ask.id }, 'send_message')
    const second = await mailWith('Wonderful')
    expect(second.subject).toBe('Re: Your order is late')
    expect(second.headers.find(h => h.name.toLowerCase() === 'references')?.value).toContain(first.messageId)
    await slack.until(() =>
      slack
        .channel('support')
        .message(words.ts)
        .reactions?.some(r => r.name === 'white_check_mark'),
    )
    expect(thread(card.ts).filter(m => m.text.includes('Wonderful'))).toHaveLength(1)
  })
})

describe('what stays inside', () => {
  it('a note, a colleague called, or a message nobody decided about never reaches the customer', async () => {
    const { ann, ben, jane } = await begin({ env: { REPLY_MODE: 'direct' } })
    const card = await world.openTicket()
    await mailWith('your order is ready')
    await ann.say({ channel: 'support', thread_ts: card.ts, text: 'NOTE: she is angry' })
    await ann.say({ channel: 'support', thread_ts: card.ts, text: `<@${ben.id}> can you look?` })
    await ann.say({
      channel: 'support',
      thread_ts: card.ts,
      text: 'See <#C0GENERAL|general> and :tulip:, good morning',
    })
    const mail = await mailWith('good morning')
    await world.settle()
    const all = world.mail.accepted.map(m => m.raw.toString()).join('\n')
    expect(all).not.toMatch(/angry|can you look|general|slack/i)
    expect(all).not.toMatch(/\b[CUT]0[A-Z0-9]{6,}/)
    expect(mail.messageId).toBeTruthy()
    expect(jane.inbox).toHaveLength(2)
  })

  it('internal only sends nothing, until it is published', async () => {
    const { ann, jane, slack } = await begin({ env: { REPLY_MODE: 'direct' } })
    const card = await world.openTicket({ audience: 'internal' })
    await ann.say({ channel: 'support', thread_ts: card.ts, text: 'We should tell her.' })
    await world.settle()
    expect(jane.inbox).toHaveLength(0)
    await ann.click({ message: { channel: slack.channel('support').id, ts: card.ts } }, 'publish')
    await mailWith('your order is ready')
    expect(jane.inbox).toHaveLength(1)
    await cardSays(card.ts, 'Sent')
  })
})
