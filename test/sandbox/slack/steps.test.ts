import { WebAPIPlatformError, WebClient } from '@slack/web-api'
import { afterEach, expect, test } from 'vitest'
import { closeAll, manifest, silent, slackFor } from './support.ts'

afterEach(closeAll)

const inputs = { agent: 'U0ANN', ticket: 'SUP-1', note: { type: 'rich_text', elements: [] } }
const error = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    e => (e instanceof WebAPIPlatformError ? e.data.error : e),
  )
const clientOf = (slack: { apiUrl: string }, token?: string) =>
  new WebClient(token, { slackApiUrl: slack.apiUrl, logger: silent, retryConfig: { retries: 0 } })

test('a step of a workflow is run with typed inputs, and ends once, with the token of the app or of the run', async () => {
  const slack = await slackFor()
  expect(() => slack.runStep('nothing', inputs)).toThrow('no step nothing')
  expect(() => slack.runStep('add_note', { ...inputs, ticket: '' })).toThrow('ticket is required.')
  expect(() => slack.runStep('add_note', { ...inputs, agent: 'Ann' })).toThrow('agent must be of type')
  const run = slack.runStep('add_note', inputs)
  const { event } = slack.sent('event').at(-1)?.payload ?? {}
  expect(event).toMatchObject({ type: 'function_executed', function: { callback_id: 'add_note' }, inputs })
  const about = { function_execution_id: run.id }
  const own = clientOf(slack, event.bot_access_token)
  expect(await error(own.auth.test())).toBe('not_allowed_token_type')
  expect(await error(own.functions.completeSuccess({ ...about, outputs: {} }))).toBe('parameter_validation_failed')
  await own.functions.completeSuccess({ ...about, outputs: { ticket: 'SUP-1' } })
  expect(slack.stepRun(run.id)).toMatchObject({ state: 'completed', outputs: { ticket: 'SUP-1' } })
  const ours = clientOf(slack, slack.botToken)
  expect(await error(ours.functions.completeError({ ...about, error: 'No.' }))).toBe('execution_not_in_running_state')
  const none = { function_execution_id: 'Fx0', error: 'No.' }
  expect(await error(ours.functions.completeError(none))).toBe('function_execution_not_found')
})

test('only links to the app’s own domains are told to it, and only what stands in the message is unfurled', async () => {
  const slack = await slackFor({
    manifest: manifest.replace('features:\n', 'features:\n  unfurl_domains: [tulip.test]\n'),
  })
  const client = clientOf(slack, slack.botToken)
  const url = 'https://desk.tulip.test/t/SUP-1'
  const said = await slack.as('Ann').say({ channel: 'general', text: `<${url}> <https://example.com/>` })
  const { event } = slack.sent('event').at(-1)?.payload ?? {}
  expect(event).toMatchObject({
    type: 'link_shared',
    is_bot_user_member: false,
    links: [{ domain: 'tulip.test', url }],
  })
  const at = { channel: said.channel, ts: said.ts }
  const shown = { blocks: [{ type: 'section' as const, text: { type: 'plain_text' as const, text: 'SUP-1' } }] }
  expect(await error(client.chat.unfurl({ ...at, unfurls: { 'https://evil.test/': shown } }))).toBe('cannot_unfurl_url')
  expect(await error(client.chat.unfurl({ ...at, unfurls: { [`${url}9`]: shown } }))).toBe('cannot_unfurl_message')
  expect(await error(client.chat.unfurl({ ...at, ts: '1.000001', unfurls: {} }))).toBe('cannot_find_message')
  await client.chat.unfurl({ ...at, unfurls: { [url]: shown } })
  const { attachments } = slack.channel('general').message(said.ts)
  expect(attachments?.map(a => a.from_url)).toEqual(['https://example.com/', url])
})

test('the names of emoji are told, the standard ones only when they are asked for', async () => {
  const client = clientOf(await slackFor(), undefined)
  expect(await error(client.emoji.list())).toBe('not_authed')
  const slack = await slackFor()
  const all = await clientOf(slack, slack.botToken).emoji.list({ include_categories: true })
  expect([Object.keys(all.emoji ?? {}), all.categories?.[0]?.emoji_names?.includes('eyes')]).toEqual([
    ['overture'],
    true,
  ])
  expect((await clientOf(slack, slack.botToken).emoji.list()).categories).toBeUndefined()
})

test('a channel that is shared, or has another id, is told of', async () => {
  const slack = await slackFor()
  const support = slack.channel('support')
  const old = support.id
  support.share()
  support.unshare()
  support.changeId()
  expect(slack.sent('event').map(s => s.payload.event)).toMatchObject([
    { type: 'channel_shared', channel: old, connected_team_id: expect.stringMatching(/^T/) },
    { type: 'channel_unshared', channel: old, is_ext_shared: false },
    { type: 'channel_id_changed', old_channel_id: old, new_channel_id: support.id },
  ])
})
