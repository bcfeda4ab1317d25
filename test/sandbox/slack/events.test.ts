import type { App } from '@slack/bolt'
import { afterEach, describe, expect, test } from 'vitest'
import type { Json, SlackSandbox } from '../../../src/sandbox/slack/types.ts'
import { boltBehind, boltOn, closeAll, manifest, slackFor } from './support.ts'

afterEach(closeAll)

/** Every event that the app gets, whoever it is from. */
function listener() {
  const events: Json[] = []
  const listen = (app: App) => {
    app.use(async ({ body, context, next }) => {
      const { type, event }: Json = body
      if (type === 'event_callback') events.push({ ...event, retry: context.retryNum, body })
      await next()
    })
  }
  return { events, listen }
}

async function support(slack: SlackSandbox) {
  const { events, listen } = listener()
  await boltOn(slack, listen)
  return { events, channel: slack.channel('support'), ann: slack.as('Ann') }
}

const texts = (events: Json[]) => events.map(e => e.text ?? e.message?.text)

describe.each([
  ['Socket Mode', boltOn],
  ['signed HTTP', boltBehind],
])('over %s', (_name, bolt) => {
  test('what people say where the app is comes as Slack writes it, and what is said elsewhere does not come', async () => {
    const slack = await slackFor()
    const { events, listen } = listener()
    await bolt(slack, listen)
    const ann = slack.as('Ann')
    await ann.say({ channel: 'general', text: 'not here' })
    await ann.say({ channel: 'support', text: 'Hello @ben, see a < b' })
    await slack.until(() => events.length > 0)
    expect(events).toHaveLength(1)
    expect(events[0]).toMatchObject({
      type: 'message',
      channel: slack.channel('support').id,
      channel_type: 'channel',
      user: ann.id,
      text: `Hello <@${slack.user('Ben').id}>, see a &lt; b`,
      client_msg_id: expect.any(String),
      blocks: [
        {
          type: 'rich_text',
          elements: [
            {
              type: 'rich_text_section',
              elements: [
                { type: 'text', text: 'Hello ' },
                { type: 'user', user_id: slack.user('Ben').id },
                { type: 'text', text: ', see a < b' },
              ],
            },
          ],
        },
      ],
    })
    expect(events[0]).not.toHaveProperty('subtype')
    expect(events[0].body).toMatchObject({ is_ext_shared_channel: false, event_id: expect.stringMatching(/^Ev/) })
  })

  test('an event that is not acknowledged comes again, and again after a redelivery on order', async () => {
    const slack = await slackFor({ ackMs: 100, retryDelaysMs: [0, 20, 20] })
    const seen: Json[] = []
    let deaf = 2
    await bolt(slack, app => {
      const receive = app.processEvent.bind(app)
      app.processEvent = async event => {
        if (event.body.type === 'event_callback') seen.push(event.retryNum)
        if (deaf-- > 0) throw new Error('The database is away.')
        await receive(event)
      }
    })
    await slack.as('Ann').say({ channel: 'support', text: 'Hello' })
    const sent = await slack.until(() => slack.sent('event').find(s => s.ackedAt !== undefined))
    expect(sent.attempts).toBe(3)
    expect(seen.map(n => n || undefined)).toEqual([undefined, 1, 2])
    await slack.redeliver(sent.id)
    expect(seen).toHaveLength(4)
  })
})

test('our own posts come back to us', async () => {
  const slack = await slackFor()
  const { events, listen } = listener()
  const app = await boltOn(slack, listen)
  await app.client.chat.postMessage({ channel: slack.channel('support').id, text: 'ours' })
  await slack.until(() => events.length > 0)
  expect(events[0]).toMatchObject({ text: 'ours', bot_id: slack.app.botId, user: slack.app.botUser })
})

test('an event that the manifest does not name is not sent, nor one that a scope forbids', async () => {
  for (const line of ['      - message.channels\n', '      - channels:history\n']) {
    const slack = await slackFor({ manifest: manifest.replace(line, '') })
    const { events, ann } = await support(slack)
    await ann.say({ channel: 'support', text: 'unheard' })
    await ann.openHome()
    await slack.until(() => events.length > 0)
    expect(events.map(e => e.type)).toEqual(['app_home_opened'])
  }
})

test('an edit is a hidden message_changed with both versions, a preview one that nobody made', async () => {
  const slack = await slackFor()
  const { events, channel, ann } = await support(slack)
  const { ts } = await ann.say({ channel: 'support', text: 'Look at https://acme.test/order' })
  await slack.until(() => events.length === 2)
  expect(events[0].text).toBe('Look at <https://acme.test/order>')
  expect(events[1]).toMatchObject({ subtype: 'message_changed', message: { text: events[0].text, ts } })
  expect(events[1].message).not.toHaveProperty('edited')
  await ann.edit({ channel: channel.id, ts }, 'Never mind')
  await slack.until(() => events.length === 3)
  expect(events[2]).toMatchObject({
    subtype: 'message_changed',
    hidden: true,
    message: { text: 'Never mind', user: ann.id, edited: { user: ann.id } },
    previous_message: { text: 'Look at <https://acme.test/order>' },
  })
  expect(events[2]).not.toHaveProperty('user')
})

test('a deleted root with replies is a tombstone until its last reply is gone', async () => {
  const slack = await slackFor()
  const { events, channel, ann } = await support(slack)
  const root = await ann.say({ channel: 'support', text: 'root' })
  const reply = await slack.as('Ben').say({ channel: 'support', text: 'reply', thread_ts: root.ts })
  await ann.remove({ channel: channel.id, ts: root.ts })
  expect(channel.thread(root.ts)).toMatchObject([{ subtype: 'tombstone', user: 'USLACKBOT' }, { text: 'reply' }])
  await slack.until(() => events.length === 3)
  expect(events[2]).toMatchObject({
    subtype: 'message_changed',
    message: { subtype: 'tombstone', reply_count: 1 },
    previous_message: { text: 'root' },
  })
  await slack.as('Ben').remove({ channel: channel.id, ts: reply.ts })
  await slack.until(() => events.length === 5)
  expect(events.slice(3).map(e => [e.subtype, e.deleted_ts])).toEqual([
    ['message_deleted', reply.ts],
    ['message_deleted', root.ts],
  ])
  expect(channel.messages()).toEqual([])
})

test('replies, files and replies sent to the channel too have their own marks', async () => {
  const slack = await slackFor()
  const { events, channel, ann } = await support(slack)
  const root = await ann.say({ channel: 'support', text: 'root' })
  await ann.say({ channel: 'support', thread_ts: root.ts, text: 'to all', broadcast: true })
  await ann.say({ channel: 'support', thread_ts: root.ts, files: [{ name: 'order.pdf', bytes: 'pdf' }] })
  await slack.until(() => events.length === 3)
  expect(events[1]).toMatchObject({ subtype: 'thread_broadcast', thread_ts: root.ts, root: { text: 'root' } })
  expect(events[2]).toMatchObject({
    subtype: 'file_share',
    thread_ts: root.ts,
    files: [{ name: 'order.pdf', mimetype: 'application/pdf', url_private: expect.any(String) }],
  })
  expect(channel.messages().map(m => m.text)).toEqual(['root', 'to all'])
})

test('an invitation is heard, and of our own removal we hear channel_left only', async () => {
  const slack = await slackFor({
    manifest: manifest.replace('      - user_change\n', '      - user_change\n      - channel_left\n'),
  })
  const { events, ann } = await support(slack)
  await ann.invite('general')
  await slack.until(() => events.length === 2)
  expect(events).toMatchObject([
    { type: 'member_joined_channel', user: slack.app.botUser, inviter: ann.id },
    { type: 'message', subtype: 'channel_join' },
  ])
  await ann.kick('general')
  await slack.until(() => events.length === 3)
  expect(events[2]).toMatchObject({ type: 'channel_left', channel: slack.channel('general').id })
})

test('what somebody from another company writes says so, and a stranger has no commands', async () => {
  const slack = await slackFor()
  const { events } = await support(slack)
  const carla = slack.as('Carla')
  await carla.say({ channel: 'acme-and-tulip', text: 'Hello', files: [{ name: 'a.txt', bytes: 'a' }] })
  await slack.until(() => events.length === 1)
  expect(events[0]).toMatchObject({ user_team: expect.stringMatching(/^T/), files: [{ mode: 'file_access' }] })
  expect(events[0].body.is_ext_shared_channel).toBe(true)
  await expect(carla.command('/ticket', { channel: 'acme-and-tulip' })).rejects.toThrow('not a valid command')
})

test('several connections share the envelopes, and one that Slack ends is replaced', async () => {
  const slack = await slackFor()
  const counts: number[] = []
  for (const i of [0, 1]) {
    counts[i] = 0
    await boltOn(slack, app => {
      app.message(async () => {
        counts[i] = (counts[i] ?? 0) + 1
      })
    })
  }
  expect(slack.connections).toBe(2)
  for (let i = 0; i < 6; i += 1) await slack.as('Ann').say({ channel: 'support', text: `${i}` })
  await slack.until(() => counts[0] === 3 && counts[1] === 3)
  slack.disconnect('refresh_requested')
  await slack.until(() => slack.connections === 0)
  await slack.until(() => slack.connections === 2)
})

test('an address that does not answer the challenge is refused', async () => {
  const slack = await slackFor()
  await expect(slack.sendEventsTo('http://127.0.0.1:9/slack/events')).rejects.toThrow()
})

test('a timestamp belongs to its channel alone', async () => {
  const now = Date.now()
  const slack = await slackFor({ clock: () => now })
  const one = await slack.as('Ann').say({ channel: 'support', text: 'one' })
  const other = await slack.as('Ann').say({ channel: 'general', text: 'other' })
  const next = await slack.as('Ann').say({ channel: 'support', text: 'next' })
  expect(other.ts).toBe(one.ts)
  expect(next.ts > one.ts).toBe(true)
  expect(texts(slack.channel('support').messages())).toEqual(['one', 'next'])
})
