import type { App, BlockAction } from '@slack/bolt'
import { afterEach, expect, test } from 'vitest'
import { boltOn, closeAll, slackFor } from './support.ts'

afterEach(closeAll)

const card = [
  { type: 'section', text: { type: 'mrkdwn', text: 'SUP-1' } },
  {
    type: 'actions',
    block_id: 'buttons',
    elements: [
      { type: 'button', action_id: 'take', text: { type: 'plain_text', text: 'Take' }, value: 'ticket-1' },
      { type: 'users_select', action_id: 'assign', placeholder: { type: 'plain_text', text: 'Assign' } },
    ],
  },
]

async function withCard(listen: (app: App) => void) {
  const slack = await slackFor()
  const app = await boltOn(slack, listen)
  const channel = slack.channel('support')
  const { ts = '' } = await app.client.chat.postMessage({ channel: channel.id, text: 'SUP-1', blocks: card as never })
  return { slack, app, channel, ann: slack.as('Ann'), message: { channel: channel.id, ts } }
}

test('a button tells who pressed it where, and its message can be answered and replaced', async () => {
  const seen: BlockAction[] = []
  const { slack, channel, ann, message } = await withCard(app => {
    app.action<BlockAction>('take', async ({ ack, body, respond }) => {
      await ack()
      seen.push(body)
      await respond({ text: 'Taken by Ann', replace_original: true })
      await respond({ text: 'Only for you', replace_original: false })
    })
  })
  await ann.click({ message }, 'take')
  await slack.until(() => ann.ephemerals().length)
  expect(seen[0]).toMatchObject({
    type: 'block_actions',
    user: { id: ann.id },
    channel: { id: channel.id, name: 'support' },
    container: { type: 'message', message_ts: message.ts, is_ephemeral: false },
    message: { ts: message.ts },
    actions: [{ action_id: 'take', block_id: 'buttons', value: 'ticket-1', type: 'button' }],
    trigger_id: expect.any(String),
  })
  expect(channel.message(message.ts).text).toBe('Taken by Ann')
  expect(ann.ephemerals()).toMatchObject([{ text: 'Only for you' }])
  expect(slack.as('Ben').ephemerals()).toEqual([])
})

test('a select in a message tells what was picked', async () => {
  const { slack, ann, message } = await withCard(app => {
    app.action('assign', async ({ ack }) => ack())
  })
  await ann.click({ message }, 'assign', 'Ben')
  const { actions, state } = slack.sent('interaction').at(-1)?.payload ?? {}
  expect(actions).toMatchObject([{ type: 'users_select', selected_user: slack.user('Ben').id }])
  expect(state.values.buttons.assign).toEqual({ type: 'users_select', selected_user: slack.user('Ben').id })
  await expect(ann.click({ message }, 'nothing')).rejects.toMatchObject({ code: 'no_such_element' })
})

test('an ephemeral is seen by one, in its thread, and can be taken away', async () => {
  const { slack, app, channel, ann, message } = await withCard(bolt => {
    bolt.action<BlockAction>('take', async ({ ack, respond }) => {
      await ack()
      await respond({ delete_original: true })
    })
  })
  const user = ann.id
  await app.client.chat.postEphemeral({
    channel: channel.id,
    user,
    thread_ts: message.ts,
    text: 'Send?',
    blocks: card as never,
  })
  const [ephemeral] = ann.ephemerals()
  expect(ephemeral).toMatchObject({ thread_ts: message.ts, text: 'Send?' })
  await ann.click({ ephemeral: ephemeral?.id as string }, 'take')
  await slack.until(() => ann.ephemerals().length === 0)
  const { container, ...payload } = slack.sent('interaction').at(-1)?.payload ?? {}
  expect(container).toMatchObject({ is_ephemeral: true, thread_ts: message.ts })
  expect(payload).not.toHaveProperty('message')
  const carla = slack.user('Carla').id
  await expect(app.client.chat.postEphemeral({ channel: channel.id, user: carla, text: 'x' })).rejects.toThrow(
    'user_not_in_channel',
  )
})

test('an answer to an interaction may be given five times within half an hour', async () => {
  let now = Date.now()
  const slack = await slackFor({ clock: () => now })
  await boltOn(slack, app => app.command('/ticket', async ({ ack }) => ack()))
  const post = async (url: string) =>
    fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ text: 'x' }) })
  const respond = async () => {
    await slack.as('Ann').command('/ticket', { channel: 'support' })
    return slack.sent('command').at(-1)?.payload.response_url as string
  }
  const often = await respond()
  const statuses = []
  for (let i = 0; i < 6; i += 1) statuses.push((await post(often)).status)
  expect(statuses).toEqual([200, 200, 200, 200, 200, 404])
  const late = await respond()
  now += 31 * 60_000
  expect((await post(late)).status).toBe(404)
})

test('App Home is published for one person, and its buttons work', async () => {
  const slack = await slackFor()
  const seen: string[] = []
  await boltOn(slack, app => {
    app.event('app_home_opened', async ({ event, client }) => {
      if (event.tab === 'home')
        await client.views.publish({ user_id: event.user, view: { type: 'home', blocks: card as never } })
    })
    app.action('take', async ({ ack, body }) => {
      await ack()
      seen.push(body.user.id)
    })
  })
  const ann = slack.as('Ann')
  expect(await ann.openHome()).toBeNull()
  const home = await slack.until(() => ann.home())
  await ann.click({ view: home.id }, 'take')
  await slack.until(() => seen.length)
  expect(seen).toEqual([ann.id])
  expect(slack.as('Ben').home()).toBeNull()
  await expect(slack.as('Ben').click({ view: home.id }, 'take')).rejects.toMatchObject({ code: 'no_such_element' })
})

test('a message shortcut carries the message', async () => {
  const slack = await slackFor()
  await boltOn(slack, app => app.shortcut('new_ticket_about', async ({ ack }) => ack()))
  const { ts } = await slack.as('Ben').say({ channel: 'general', text: 'Jane called' })
  await slack.as('Ann').messageShortcut('new_ticket_about', { channel: slack.channel('general').id, ts })
  expect(slack.sent('interaction').at(-1)?.payload).toMatchObject({
    type: 'message_action',
    callback_id: 'new_ticket_about',
    message_ts: ts,
    message: { text: 'Jane called' },
    channel: { id: slack.channel('general').id },
  })
})
