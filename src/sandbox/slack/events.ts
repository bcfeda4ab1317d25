import { uniqueId } from './ids.ts'
import type { Json } from './types.ts'
import type { Channel, World } from './world.ts'

/**
 * Sends an event to the app if its manifest subscribes to it, its scopes allow it, and, for what happens in a channel,
 * the app is a member there.
 */
export function publish(world: World, event: Json, channel?: Channel): void {
  if (channel && !channel.members.has(world.app.botUser)) return
  publishAnyway(world, event, channel)
}

/** The same where membership does not matter, as for the app's own leaving. */
export function publishAnyway(world: World, event: Json, channel?: Channel): void {
  const name = event.type === 'message' && channel ? `message.${family(channel)}` : event.type
  if (!world.manifest.events.has(name) || !isAllowed(world, name, channel)) return
  const at = world.now()
  world.courier.event({
    token: world.verificationToken,
    team_id: world.team.id,
    context_team_id: world.team.id,
    context_enterprise_id: null,
    api_app_id: world.app.id,
    event: { event_ts: `${(at / 1000).toFixed(6)}`, ...event },
    type: 'event_callback',
    event_id: uniqueId('Ev0'),
    event_time: Math.floor(at / 1000),
    authorizations: [
      {
        enterprise_id: null,
        team_id: world.team.id,
        user_id: world.app.botUser,
        is_bot: true,
        is_enterprise_install: false,
      },
    ],
    is_ext_shared_channel: channel?.kind === 'shared',
    event_context: uniqueId('4-'),
  })
}

/** The name that Slack's scopes and event names use: channels, groups or im. */
export function family(channel: Channel): 'channels' | 'groups' | 'im' {
  if (channel.kind === 'im') return 'im'
  return channel.kind === 'private' ? 'groups' : 'channels'
}

/** Any one of these scopes lets an event through; an event that is not here is for every app. */
const SCOPES: Record<string, string[]> = {
  app_mention: ['app_mentions:read'],
  'message.channels': ['channels:history'],
  'message.groups': ['groups:history'],
  'message.im': ['im:history'],
  link_shared: ['links:read'],
  reaction_added: ['reactions:read'],
  reaction_removed: ['reactions:read'],
  channel_archive: ['channels:read'],
  channel_unarchive: ['channels:read'],
  channel_created: ['channels:read'],
  channel_deleted: ['channels:read'],
  channel_left: ['channels:read'],
  channel_rename: ['channels:read'],
  channel_shared: ['channels:read', 'groups:read'],
  channel_unshared: ['channels:read', 'groups:read'],
  group_archive: ['groups:read'],
  group_unarchive: ['groups:read'],
  group_deleted: ['groups:read'],
  group_left: ['groups:read'],
  group_rename: ['groups:read'],
  user_change: ['users:read'],
  team_join: ['users:read'],
  file_shared: ['files:read'],
  file_deleted: ['files:read'],
}

function isAllowed(world: World, name: string, channel: Channel | undefined): boolean {
  const { scopes } = world.manifest
  if (name.startsWith('member_') && channel) return scopes.has(`${family(channel)}:read`)
  return SCOPES[name]?.some(scope => scopes.has(scope)) ?? true
}
