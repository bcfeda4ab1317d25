import { family, publish, publishAnyway } from './events.ts'
import { post } from './messages.ts'
import type { Json } from './types.ts'
import { type Channel, SlackSays, type User, type World } from './world.ts'

/** A channel as conversations.info gives it. */
export function channelJson(world: World, channel: Channel): Json {
  const isMember = channel.members.has(world.app.botUser)
  const common = {
    id: channel.id,
    created: channel.created,
    is_archived: channel.isArchived,
    is_org_shared: false,
    context_team_id: world.team.id,
    updated: channel.created * 1000,
  }
  if (channel.kind === 'im')
    return { ...common, is_im: true, user: channel.user, is_user_deleted: false, priority: 0, is_open: true }
  const isShared = channel.kind === 'shared'
  return {
    ...common,
    name: channel.name,
    name_normalized: channel.name,
    is_channel: channel.kind !== 'private',
    is_group: channel.kind === 'private',
    is_im: false,
    is_mpim: false,
    is_private: channel.kind === 'private',
    is_general: channel.name === 'general',
    is_shared: isShared,
    is_ext_shared: isShared,
    is_pending_ext_shared: false,
    pending_shared: [],
    pending_connected_team_ids: [],
    shared_team_ids: isShared ? [world.team.id, world.otherTeam.id] : [world.team.id],
    ...(isShared ? { connected_team_ids: [world.otherTeam.id] } : {}),
    creator: channel.creator,
    unlinked: 0,
    is_member: isMember,
    topic: { value: channel.topic, creator: '', last_set: 0 },
    purpose: { value: '', creator: '', last_set: 0 },
    previous_names: [],
    num_members: channel.members.size,
  }
}

/** The channel of an id or name (with or without #); throws when there is none. */
export function findChannel(world: World, which: string): Channel {
  const name = which.replace(/^#/, '')
  const channel =
    world.channels.get(which) ?? [...world.channels.values()].find(c => c.name === name && c.kind !== 'im')
  if (!channel) throw new SlackSays('channel_not_found', `There is no channel ${which}.`)
  return channel
}

export function addChannel(
  world: World,
  seed: { name: string; kind: Channel['kind']; members: Iterable<string>; user?: string; id?: string },
): Channel {
  const members = new Set(seed.members)
  const channel: Channel = {
    id: seed.id ?? world.id(seed.kind === 'im' ? 'D' : 'C'),
    name: seed.name,
    kind: seed.kind,
    topic: '',
    created: Math.floor(world.now() / 1000),
    creator: [...members][0] ?? world.app.botUser,
    isArchived: false,
    members,
    user: seed.user,
    messages: new Map(),
    replies: new Map(),
    lastMicros: 0,
    readUntil: new Map(),
  }
  world.channels.set(channel.id, channel)
  world.tell({ kind: 'channel', channel: channel.id })
  return channel
}

/** The direct messages between a person and the app, opened when they are new. */
export function directWith(world: World, user: User): Channel {
  const known = [...world.channels.values()].find(c => c.kind === 'im' && c.user === user.id)
  return (
    known ?? addChannel(world, { name: user.name, kind: 'im', members: [world.app.botUser, user.id], user: user.id })
  )
}

/** Puts somebody into a channel; nothing happens when they are there. */
export function join(world: World, channel: Channel, user: User, inviter?: User): void {
  if (channel.members.has(user.id)) return
  channel.members.add(user.id)
  world.tell({ kind: 'channel', channel: channel.id })
  publish(
    world,
    {
      type: 'member_joined_channel',
      user: user.id,
      channel: channel.id,
      channel_type: channel.kind === 'private' ? 'G' : 'C',
      team: user.teamId,
      ...(inviter ? { inviter: inviter.id } : {}),
    },
    channel,
  )
  const subtype = channel.kind === 'private' ? 'group_join' : 'channel_join'
  post(world, channel, {
    subtype,
    user: user.id,
    text: `<@${user.id}> has joined the channel`,
    ...(inviter ? { inviter: inviter.id } : {}),
  })
}

/**
 * Takes somebody out of a channel. Of its own leaving the app hears `channel_left` or `group_left`; `member_left_channel`
 * is for those who stay.
 */
export function leave(world: World, channel: Channel, user: User): void {
  if (!channel.members.delete(user.id)) return
  world.tell({ kind: 'channel', channel: channel.id })
  if (user.id === world.app.botUser) {
    const type = family(channel) === 'groups' ? 'group_left' : 'channel_left'
    publishAnyway(world, { type, channel: channel.id, actor_id: channel.creator }, channel)
    return
  }
  const channel_type = channel.kind === 'private' ? 'G' : 'C'
  publish(
    world,
    { type: 'member_left_channel', user: user.id, channel: channel.id, channel_type, team: user.teamId },
    channel,
  )
  const subtype = channel.kind === 'private' ? 'group_leave' : 'channel_leave'
  post(world, channel, { subtype, user: user.id, text: `<@${user.id}> has left the channel` })
}

export function archive(world: World, channel: Channel, by: string): void {
  if (channel.isArchived) return
  channel.isArchived = true
  world.tell({ kind: 'channel', channel: channel.id })
  const type = family(channel) === 'groups' ? 'group_archive' : 'channel_archive'
  publish(world, { type, channel: channel.id, user: by, is_moved: 0 }, channel)
}

export function unarchive(world: World, channel: Channel, by: string): void {
  if (!channel.isArchived) return
  channel.isArchived = false
  world.tell({ kind: 'channel', channel: channel.id })
  const type = family(channel) === 'groups' ? 'group_unarchive' : 'channel_unarchive'
  publish(world, { type, channel: channel.id, user: by }, channel)
}

export function removeChannel(world: World, channel: Channel, by: string): void {
  world.channels.delete(channel.id)
  world.tell({ kind: 'channel', channel: channel.id })
  const type = family(channel) === 'groups' ? 'group_deleted' : 'channel_deleted'
  publish(world, { type, channel: channel.id, actor_id: by }, channel)
}

export function rename(world: World, channel: Channel, name: string): void {
  channel.name = name
  world.tell({ kind: 'channel', channel: channel.id })
  const type = family(channel) === 'groups' ? 'group_rename' : 'channel_rename'
  publish(world, { type, channel: { id: channel.id, name, created: channel.created } }, channel)
}

/** Another organisation comes in, or leaves again. */
export function share(world: World, channel: Channel, isShared: boolean): void {
  channel.kind = isShared ? 'shared' : 'public'
  world.tell({ kind: 'channel', channel: channel.id })
  const event = isShared
    ? { type: 'channel_shared', connected_team_id: world.otherTeam.id }
    : { type: 'channel_unshared', previously_connected_team_id: world.otherTeam.id, is_ext_shared: false }
  publish(world, { ...event, channel: channel.id }, channel)
}

/** The channel has another id from now on, as it may when it is shared. */
export function changeId(world: World, channel: Channel): void {
  const old = channel.id
  channel.id = world.id('C')
  world.channels.delete(old)
  world.channels.set(channel.id, channel)
  world.tell({ kind: 'channel', channel: channel.id })
  publish(world, { type: 'channel_id_changed', old_channel_id: old, new_channel_id: channel.id }, channel)
}
