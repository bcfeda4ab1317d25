import { WebAPIPlatformError, WebAPIRateLimitedError, WebClient } from '@slack/web-api'
import { afterEach, expect, test } from 'vitest'
import type { SlackSandbox } from '../../../src/sandbox/slack/types.ts'
import { closeAll, manifest, silent, slackFor } from './support.ts'

afterEach(closeAll)

function clientOf(slack: SlackSandbox, token: string | undefined = slack.botToken): WebClient {
  return new WebClient(token, {
    slackApiUrl: slack.apiUrl,
    logger: silent,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
  })
}

// biome-ignore lint/suspicious/noExplicitAny: what Slack says in an error has no one shape
async function refusal(call: Promise<unknown>): Promise<any> {
  const error = await call.then(
    () => undefined,
    e => e,
  )
  expect(error).toBeInstanceOf(WebAPIPlatformError)
  return error.data
}

test('a token says who we are and what we may', async () => {
  const slack = await slackFor()
  const me = await clientOf(slack).auth.test()
  expect(me).toMatchObject({ user_id: slack.app.botUser, bot_id: slack.app.botId, team_id: slack.team.id })
  expect(me.response_metadata?.scopes).toContain('chat:write.customize')
  expect(await refusal(clientOf(slack, 'xoxb-wrong').auth.test())).toMatchObject({ error: 'invalid_auth' })
  expect(await refusal(clientOf(slack, '').auth.test())).toMatchObject({ error: 'not_authed' })
  expect(await refusal(clientOf(slack, slack.appToken).auth.test())).toMatchObject({ error: 'not_allowed_token_type' })
})

test('what the manifest does not ask for is refused by name', async () => {
  const slack = await slackFor({
    manifest: manifest.replace('      - chat:write.customize\n', '').replace('      - files:read\n', ''),
  })
  const client = clientOf(slack)
  const channel = slack.channel('support').id
  const asSomebody = client.chat.postMessage({ channel, text: 'Hi', username: 'Jane (customer)' })
  expect(await refusal(asSomebody)).toMatchObject({ error: 'missing_scope', needed: 'chat:write.customize' })
  expect(await refusal(client.files.info({ file: 'F1' }))).toMatchObject({ needed: 'files:read' })
  expect(await refusal(client.team.info())).toMatchObject({ needed: 'team:read' })
})

test('posting needs a channel that is there, that we are in and that is not archived', async () => {
  const slack = await slackFor()
  const client = clientOf(slack)
  const post = (channel: string) => client.chat.postMessage({ channel, text: 'Hi' })
  expect(await refusal(post('C0NOWHERE'))).toMatchObject({ error: 'channel_not_found' })
  expect(await refusal(post('#support'))).toMatchObject({ error: 'channel_not_found' })
  expect(await refusal(post(slack.channel('escalations').id))).toMatchObject({ error: 'channel_not_found' })
  expect(await refusal(post(slack.channel('general').id))).toMatchObject({ error: 'not_in_channel' })
  slack.channel('support').archive()
  expect(await refusal(post(slack.channel('support').id))).toMatchObject({ error: 'is_archived' })
  await client.conversations.join({ channel: slack.channel('general').id })
  expect((await post(slack.channel('general').id)).ok).toBe(true)
})

test('a post under another name belongs to nobody, and one under ours has rich text', async () => {
  const slack = await slackFor()
  const client = clientOf(slack)
  const channel = slack.channel('support').id
  const jane = await client.chat.postMessage({ channel, text: 'Hello', username: 'Jane (customer)' })
  expect(jane.message).toMatchObject({ subtype: 'bot_message', username: 'Jane (customer)', bot_id: slack.app.botId })
  expect(jane.message).not.toHaveProperty('user')
  const ours = await client.chat.postMessage({ channel, text: 'Hello *you* &amp; me' })
  expect(ours.message).toMatchObject({
    user: slack.app.botUser,
    blocks: [
      {
        type: 'rich_text',
        elements: [
          {
            elements: [
              { type: 'text', text: 'Hello ' },
              { type: 'text', text: 'you', style: { bold: true } },
              { type: 'text', text: ' & me' },
            ],
          },
        ],
      },
    ],
  })
})

test('a post is refused for what Slack does not show, with where it is', async () => {
  const slack = await slackFor()
  const client = clientOf(slack)
  const channel = slack.channel('support').id
  const post = (args: object) => refusal(client.chat.postMessage({ channel, ...args } as never))
  expect(await post({})).toMatchObject({ error: 'no_text' })
  expect(await post({ text: 'x', thread_ts: '1.000001' })).toMatchObject({ error: 'thread_not_found' })
  expect(await post({ text: 'x', metadata: { event_type: 'x' } })).toMatchObject({ error: 'invalid_metadata_format' })
  const long = { type: 'section', text: { type: 'mrkdwn', text: 'x'.repeat(3001) } }
  expect(await post({ text: 'x', blocks: [long] })).toMatchObject({
    error: 'invalid_blocks',
    response_metadata: {
      messages: ['[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]'],
    },
  })
  const full = { type: 'section', text: { type: 'mrkdwn', text: 'x'.repeat(3000) } }
  expect(await post({ text: 'x', blocks: [full, full, full, full] })).toMatchObject({ error: 'msg_blocks_too_long' })
})

test('only our own posts can be changed, and gone ones not at all', async () => {
  const slack = await slackFor()
  const client = clientOf(slack)
  const channel = slack.channel('support').id
  const anns = await slack.as('Ann').say({ channel, text: 'mine' })
  expect(await refusal(client.chat.update({ channel, ts: anns.ts, text: 'x' }))).toMatchObject({
    error: 'cant_update_message',
  })
  const { ts } = await client.chat.postMessage({ channel, text: 'ours' })
  await client.chat.update({ channel, ts: ts as string, text: 'ours, better' })
  expect(slack.channel('support').message(ts as string).text).toBe('ours, better')
  await client.chat.delete({ channel, ts: ts as string })
  expect(await refusal(client.chat.update({ channel, ts: ts as string, text: 'x' }))).toMatchObject({
    error: 'message_not_found',
  })
})

test('an update keeps the blocks and metadata that it does not mention, and removes empty ones', async () => {
  const slack = await slackFor()
  const client = clientOf(slack)
  const support = slack.channel('support')
  const channel = support.id
  const blocks = [{ type: 'divider' as const }]
  const metadata = { event_type: 'card', event_payload: { id: '1' } }
  const { ts = '' } = await client.chat.postMessage({ channel, text: 'one', blocks, metadata })
  await client.chat.update({ channel, ts, text: 'two' })
  expect(support.message(ts)).toMatchObject({ text: 'two', blocks: [{ type: 'divider' }] })
  expect(support.metadata(ts)).toEqual(metadata)
  await client.chat.update({ channel, ts, text: 'three', blocks: [] })
  expect(support.message(ts)).toMatchObject({ text: 'three', blocks: [{ type: 'rich_text' }] })
  await client.chat.update({ channel, ts, text: 'four' })
  expect(JSON.stringify(support.message(ts).blocks)).toContain('four')
  expect(await refusal(client.chat.update({ channel, ts, text: 'x'.repeat(4001) }))).toMatchObject({
    error: 'msg_too_long',
  })
})

test('reactions are there once', async () => {
  const slack = await slackFor()
  const client = clientOf(slack)
  const channel = slack.channel('support').id
  const { ts } = await slack.as('Ann').say({ channel, text: 'mine' })
  const reaction = { channel, timestamp: ts, name: 'white_check_mark' }
  await client.reactions.add(reaction)
  expect(await refusal(client.reactions.add(reaction))).toMatchObject({ error: 'already_reacted' })
  expect(slack.channel('support').message(ts).reactions).toEqual([
    { name: 'white_check_mark', users: [slack.app.botUser], count: 1 },
  ])
  await client.reactions.remove(reaction)
  expect(await refusal(client.reactions.remove(reaction))).toMatchObject({ error: 'no_reaction' })
})

test('more than a post a second in one channel is told to wait; other channels are not', async () => {
  let now = Date.now()
  const slack = await slackFor({ clock: () => now })
  const client = clientOf(slack)
  const channel = slack.channel('support').id
  const post = (where: string) => client.chat.postMessage({ channel: where, text: 'Hi' })
  for (let i = 0; i < 5; i += 1) await post(channel)
  const error = await post(channel).catch(e => e)
  expect(error).toBeInstanceOf(WebAPIRateLimitedError)
  expect(error.retryAfter).toBe(1)
  await post(slack.channel('acme-and-tulip').id)
  now += 1_000
  await post(channel)
  expect(slack.calls('chat.postMessage').filter(c => c.error === 'ratelimited')).toHaveLength(1)
})

test('limits can be switched off', async () => {
  const slack = await slackFor({ limits: false })
  const client = clientOf(slack)
  for (let i = 0; i < 20; i += 1) await client.chat.postMessage({ channel: slack.channel('support').id, text: `${i}` })
  expect(slack.channel('support').messages()).toHaveLength(20)
})

test('an answer can be lost after the call was done', async () => {
  const slack = await slackFor()
  const client = clientOf(slack)
  slack.faults.next('chat.postMessage', { kind: 'drop_response' })
  await expect(client.chat.postMessage({ channel: slack.channel('support').id, text: 'Hi' })).rejects.toThrow()
  expect(slack.channel('support').messages()).toHaveLength(1)
  slack.faults.next('chat.postMessage', { kind: 'drop_request' })
  await expect(client.chat.postMessage({ channel: slack.channel('support').id, text: 'Hi' })).rejects.toThrow()
  expect(slack.channel('support').messages()).toHaveLength(1)
})

test('faults come as ordered, and an outage ends', async () => {
  const slack = await slackFor()
  const client = clientOf(slack)
  slack.faults.next('auth.test', { kind: 'error', error: 'fatal_error' })
  expect(await refusal(client.auth.test())).toMatchObject({ error: 'fatal_error' })
  slack.faults.next('*', { kind: 'rate_limited', retryAfterS: 7 })
  expect(await client.auth.test().catch(e => e.retryAfter)).toBe(7)
  slack.faults.next('auth.test', { kind: 'http_500' })
  await expect(client.auth.test()).rejects.toThrow('500')
  slack.outage(true)
  await expect(client.auth.test()).rejects.toThrow()
  slack.outage(false)
  expect((await client.auth.test()).ok).toBe(true)
})

test('threads and history come in pages, metadata only when asked for', async () => {
  const slack = await slackFor({ limits: false })
  const client = clientOf(slack)
  const channel = slack.channel('support').id
  const { ts: root = '' } = await client.chat.postMessage({ channel, text: 'card' })
  for (const n of [1, 2, 3])
    await client.chat.postMessage({
      channel,
      thread_ts: root,
      text: `reply ${n}`,
      metadata: { event_type: 'overture', event_payload: { delivery: `d${n}` } },
    })
  const first = await client.conversations.replies({ channel, ts: root, limit: 2 })
  expect(first.messages?.map(m => m.text)).toEqual(['card', 'reply 1', 'reply 2'])
  expect(first.messages?.[1]).not.toHaveProperty('metadata')
  const cursor = first.response_metadata?.next_cursor as string
  const second = await client.conversations.replies({ channel, ts: root, limit: 2, cursor, include_all_metadata: true })
  expect(second.messages).toMatchObject([{ text: 'reply 3', metadata: { event_payload: { delivery: 'd3' } } }])
  const history = await client.conversations.history({ channel })
  expect(history.messages).toMatchObject([{ text: 'card', reply_count: 3, thread_ts: root }])
  const later = await client.conversations.replies({ channel, ts: root, oldest: first.messages?.[2]?.ts as string })
  expect(later.messages?.map(m => m.text)).toEqual(['card', 'reply 3'])
})

test('people have addresses only where we may read them, and strangers none', async () => {
  const slack = await slackFor()
  const ann = await clientOf(slack).users.info({ user: slack.user('Ann').id })
  expect(ann.user).toMatchObject({ name: 'ann', profile: { email: 'ann@tulip.test' } })
  const carla = await clientOf(slack).users.info({ user: slack.user('Carla').id })
  expect(carla.user).toMatchObject({ is_stranger: true })
  expect(carla.user?.profile).not.toHaveProperty('email')
  const found = await clientOf(slack).users.lookupByEmail({ email: 'Ben@tulip.test' })
  expect(found.user?.id).toBe(slack.user('Ben').id)
  const blind = await slackFor({ manifest: manifest.replace('      - users:read.email\n', '') })
  const hidden = await clientOf(blind).users.info({ user: blind.user('Ann').id })
  expect(hidden.user?.profile).not.toHaveProperty('email')
})

test('an external channel says so, and a list holds only what we may see', async () => {
  const slack = await slackFor()
  const client = clientOf(slack)
  const { channel } = await client.conversations.info({ channel: slack.channel('acme-and-tulip').id })
  expect(channel).toMatchObject({ is_ext_shared: true, is_member: true })
  const { channels } = await client.conversations.list({ types: 'public_channel,private_channel' })
  expect(channels?.map(c => c.name)).toEqual(['general', 'support', 'acme-and-tulip'])
  const mine = await client.users.conversations({ types: 'public_channel' })
  expect(mine.channels?.map(c => c.name)).toEqual(['support', 'acme-and-tulip'])
})

test('a file goes up in three steps, raw or as a form, and comes down only with a token', async () => {
  const slack = await slackFor()
  const client = clientOf(slack)
  const channel = slack.channel('support')
  await client.filesUploadV2({ channel_id: channel.id, filename: 'a.txt', file: Buffer.from('as a form') })
  const { upload_url, file_id } = await client.files.getUploadURLExternal({ filename: 'b.txt', length: 3 })
  await fetch(upload_url as string, { method: 'POST', body: 'raw' })
  await client.files.completeUploadExternal({
    files: [{ id: file_id as string, title: 'B' }],
    channel_id: channel.id,
    thread_ts: channel.messages()[0]?.ts as string,
  })
  expect(channel.messages()[0]).toMatchObject({ subtype: 'file_share', files: [{ name: 'a.txt', size: 9 }] })
  expect(channel.thread(channel.messages()[0]?.ts as string)[1]).toMatchObject({ files: [{ title: 'B' }] })

  const { file } = await client.files.info({ file: file_id as string })
  const url = file?.url_private_download as string
  const bytes = await fetch(url, { headers: { authorization: `Bearer ${slack.botToken}` } })
  expect(await bytes.text()).toBe('raw')
  const page = await fetch(url)
  expect(page.status).toBe(200)
  expect(page.headers.get('content-type')).toContain('text/html')
})

test('a view opens for a trigger once, and not after three seconds', async () => {
  let now = Date.now()
  const slack = await slackFor({ clock: () => now, ackMs: 20 })
  const client = clientOf(slack)
  const view = { type: 'modal', title: { type: 'plain_text', text: 'Hi' }, blocks: [] } as const
  const trigger = async () => {
    await slack
      .as('Ann')
      .shortcut('new_ticket')
      .catch(() => {}) // nobody listens
    return slack.sent('interaction').at(-1)?.payload.trigger_id as string
  }
  const one = await trigger()
  await client.views.open({ trigger_id: one, view: { ...view, blocks: [] } })
  expect(await refusal(client.views.open({ trigger_id: one, view: { ...view, blocks: [] } }))).toMatchObject({
    error: 'exchanged_trigger_id',
  })
  const late = await trigger()
  now += 3_001
  expect(await refusal(client.views.open({ trigger_id: late, view: { ...view, blocks: [] } }))).toMatchObject({
    error: 'expired_trigger_id',
  })
  expect(await refusal(client.views.open({ trigger_id: '1.2.abc', view: { ...view, blocks: [] } }))).toMatchObject({
    error: 'invalid_trigger_id',
  })
})

test('three modals lie on each other, and an update by an old hash is refused', async () => {
  const slack = await slackFor({ ackMs: 20 })
  const client = clientOf(slack)
  const ann = slack.as('Ann')
  const plain = (text: string) => ({ type: 'plain_text' as const, text })
  const more = {
    type: 'actions' as const,
    elements: [{ type: 'button' as const, action_id: 'more', text: plain('More') }],
  }
  const view = (text: string) => ({ type: 'modal' as const, title: plain(text), blocks: [more] })
  const trigger = async () => {
    const top = ann.modals().at(-1)
    await (top ? ann.click({ view: top.id }, 'more') : ann.shortcut('new_ticket')).catch(() => {})
    return slack.sent('interaction').at(-1)?.payload.trigger_id as string
  }
  const opened = await client.views.open({ trigger_id: await trigger(), view: view('One') })
  await client.views.push({ trigger_id: await trigger(), view: view('Two') })
  await client.views.push({ trigger_id: await trigger(), view: view('Three') })
  expect(await refusal(client.views.push({ trigger_id: await trigger(), view: view('Four') }))).toMatchObject({
    error: 'push_limit_reached',
  })
  expect(ann.modals().map(m => m.title)).toEqual(['One', 'Two', 'Three'])
  const { id: view_id = '', hash = '' } = opened.view ?? {}
  await client.views.update({ view_id, hash, view: view('One, again') })
  expect(await refusal(client.views.update({ view_id, hash, view: view('Late') }))).toMatchObject({
    error: 'hash_conflict',
  })
  const long = { ...view('x'.repeat(25)) }
  expect(await refusal(client.views.update({ view_id, view: long }))).toMatchObject({
    error: 'invalid_arguments',
    response_metadata: { messages: ['[ERROR] must be less than 25 characters [json-pointer:/view/title/text]'] },
  })
  await ann.close({ all: true })
  expect(await refusal(client.views.update({ view_id, view: view('Gone') }))).toMatchObject({ error: 'not_found' })
})
