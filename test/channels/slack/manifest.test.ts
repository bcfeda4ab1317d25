import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { events } from '../../../src/channels/slack/listen/events.ts'
import { steps } from '../../../src/channels/slack/listen/steps/run.ts'
import { subcommands } from '../../../src/channels/slack/listen/team/outreach.ts'
import { ids } from '../../../src/channels/slack/views/ids.ts'
import { outreachUsage } from '../../../src/channels/slack/views/team/outreach.ts'

interface Step {
  title: string
  input_parameters: Record<string, { type: string }>
  output_parameters: Record<string, { type: string }>
}

const manifest = parse(readFileSync('manifest.yml', 'utf8'))
const folder = 'src/channels/slack'
const source = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.ts'))
  .map(name => readFileSync(join(folder, name), 'utf8'))
  .join('\n')

/** What each method of the Web API wants of a bot token: https://docs.slack.dev/reference/methods */
const SCOPES_OF_METHODS: Record<string, string[]> = {
  'apps.connections.open': [],
  'auth.test': [],
  'chat.postEphemeral': ['chat:write'],
  'chat.postMessage': ['chat:write', 'im:write'], // im:write: to a person, by their id
  'chat.unfurl': ['links:read', 'links:write'], // links:read: to hear of links at all
  'chat.update': ['chat:write'],
  'chat.delete': ['chat:write'],
  'conversations.history': ['channels:history', 'groups:history', 'im:history'], // im: what an earlier try left with a person
  'conversations.info': ['channels:read', 'groups:read'],
  'conversations.join': ['channels:join'],
  'conversations.open': ['im:write'],
  'conversations.replies': ['channels:history', 'groups:history'],
  'dnd.info': ['dnd:read'],
  'emoji.list': ['emoji:read'],
  'files.completeUploadExternal': ['files:write'],
  'files.getUploadURLExternal': ['files:write'],
  'files.delete': ['files:write'],
  'files.info': ['files:read'],
  'functions.completeError': [],
  'functions.completeSuccess': [],
  'reactions.add': ['reactions:write'],
  'reactions.remove': ['reactions:write'],
  'users.getPresence': ['users:read'],
  'users.info': ['users:read', 'users:read.email'], // .email: to send a test mail to oneself
  'views.open': [],
  'views.publish': [],
  'views.push': [],
  'views.update': [],
}

/** https://docs.slack.dev/reference/events */
const SCOPES_OF_EVENTS: Record<string, string[]> = {
  app_home_opened: [],
  channel_archive: ['channels:read'],
  channel_deleted: ['channels:read'],
  channel_id_changed: [],
  channel_left: ['channels:read'],
  channel_rename: ['channels:read'],
  channel_shared: ['channels:read', 'groups:read'],
  channel_unarchive: ['channels:read'],
  channel_unshared: ['channels:read', 'groups:read'],
  group_archive: ['groups:read'],
  group_deleted: ['groups:read'],
  group_left: ['groups:read'],
  group_rename: ['groups:read'],
  group_unarchive: ['groups:read'],
  function_executed: [],
  link_shared: ['links:read'],
  reaction_added: ['reactions:read'],
  member_joined_channel: ['channels:read', 'groups:read'],
  'message.channels': ['channels:history'],
  'message.groups': ['groups:history'],
  user_change: ['users:read'],
}

const called = [
  ...new Set(
    [
      ...source.matchAll(
        /\b(?:ui|bulk|client)\s*\.((?:apps|auth|bots|chat|conversations|dnd|emoji|files|functions|reactions|team|users|views)\.[\w.]+)\(/g,
      ),
    ].map(m => m[1] as string),
  ),
]

describe('the manifest', () => {
  it('asks for the scopes that the code needs, and for no other', () => {
    expect(called.filter(method => !SCOPES_OF_METHODS[method])).toEqual([])
    const needed = new Set([
      'commands',
      'chat:write.customize', // a customer's words stand under the customer's name
      ...called.flatMap(method => SCOPES_OF_METHODS[method] ?? []),
      ...(manifest.settings.event_subscriptions.bot_events as string[]).flatMap(
        event => SCOPES_OF_EVENTS[event] ?? ['unknown'],
      ),
    ])
    expect([...(manifest.oauth_config.scopes.bot as string[])].sort()).toEqual([...needed].sort())
  })

  it('subscribes to the events that the code acts on, and to no other', () => {
    const subscribed = (manifest.settings.event_subscriptions.bot_events as string[]).map(event =>
      event.replace(/^message\..*/, 'message'),
    )
    expect([...new Set(subscribed)].sort()).toEqual(Object.keys(events).sort())
  })

  it('has the commands and shortcuts that the code listens to', () => {
    expect(manifest.features.slash_commands.map((c: { command: string }) => c.command)).toEqual([
      ids.command,
      ids.outreach,
      ids.chatCommand,
    ])
    expect(manifest.features.shortcuts.map((s: { callback_id: string }) => s.callback_id).sort()).toEqual(
      Object.values(ids.shortcuts).sort(),
    )
  })

  it('hints at each thing that /outreach does, and its help names it', () => {
    const { usage_hint } = manifest.features.slash_commands[1]
    const hinted = (usage_hint as string).slice(1, -1).split(' | ')
    expect(hinted.map(hint => hint.split(' ')[0]).sort()).toEqual(Object.keys(subcommands).sort())
    const { text } = outreachUsage(null)
    expect(Object.keys(subcommands).filter(name => name !== 'help' && !text.includes(name))).toEqual([])
  })

  it('describes the steps that the code runs, as Workflow Builder wants them', () => {
    expect(Object.keys(manifest.functions)).toEqual(Object.keys(steps))
    expect(manifest.settings).toMatchObject({ function_runtime: 'remote', org_deploy_enabled: true })
    const types = ['string', 'integer', 'number', 'boolean', 'slack#/types/user_id', 'slack#/types/rich_text']
    for (const step of Object.values<Step>(manifest.functions)) {
      expect(Object.keys(step).sort()).toEqual(['description', 'input_parameters', 'output_parameters', 'title'])
      for (const given of [step.input_parameters, step.output_parameters]) {
        expect(Object.keys(given).length).toBeLessThanOrEqual(20)
        for (const [name, parameter] of Object.entries(given)) {
          expect(parameter).toMatchObject({ name, title: expect.any(String), is_required: expect.any(Boolean) })
          expect(types).toContain(parameter.type)
        }
      }
    }
  })

  it('keeps to the lengths that Slack allows', () => {
    expect(manifest.display_information.name.length).toBeLessThanOrEqual(35)
    expect(manifest.display_information.description.length).toBeLessThanOrEqual(140)
    for (const s of manifest.features.shortcuts)
      expect([s.name.length <= 24, s.description.length <= 150]).toEqual([true, true])
    for (const c of manifest.features.slash_commands)
      expect([c.usage_hint.length <= 1_000, c.description.length <= 2_000]).toEqual([true, true])
  })
})
