import { channelJson, directWith, join } from '../channels.ts'
import { messageJson } from '../messages.ts'
import type { Json } from '../types.ts'
import { type Channel, type Message, Refusal, type User, type World } from '../world.ts'
import { type Args, pageOf } from './args.ts'
import { demand, demandAny, demandFor, type Methods, visibleChannel } from './method.ts'

const READ = ['channels:read', 'groups:read', 'im:read', 'mpim:read']
const HISTORY = ['channels:history', 'groups:history', 'im:history', 'mpim:history']

export const conversations: Methods = {
  'conversations.info': {
    tier: 3,
    anyOf: READ,
    needs: ['channel'],
    call(world, args) {
      const channel = visibleChannel(world, args.text('channel'))
      demandFor(world, channel, 'read')
      const { num_members, ...json } = channelJson(world, channel)
      return { channel: args.flag('include_num_members') ? { ...json, num_members } : json }
    },
  },
  'conversations.list': {
    tier: 2,
    anyOf: READ,
    call: (world, args) => listed(world, args, [...world.channels.values()]),
  },
  'users.conversations': {
    tier: 3,
    anyOf: READ,
    call(world, args) {
      const user = args.text('user') ?? world.app.botUser
      return listed(
        world,
        args,
        [...world.channels.values()].filter(c => c.members.has(user)),
      )
    },
  },
  'conversations.join': {
    tier: 3,
    scopes: ['channels:join'],
    needs: ['channel'],
    call(world, args) {
      const channel = visibleChannel(world, args.text('channel'))
      if (channel.kind === 'private' || channel.kind === 'im')
        throw new Refusal('method_not_supported_for_channel_type')
      if (channel.isArchived) throw new Refusal('is_archived')
      const wasMember = channel.members.has(world.app.botUser)
      join(world, channel, world.users.get(world.app.botUser) as User)
      const warnings = { warning: 'already_in_channel', response_metadata: { warnings: ['already_in_channel'] } }
      return { channel: channelJson(world, channel), ...(wasMember ? warnings : {}) }
    },
  },
  'conversations.members': {
    tier: 4,
    anyOf: READ,
    needs: ['channel'],
    call(world, args) {
      const channel = visibleChannel(world, args.text('channel'))
      demandFor(world, channel, 'read')
      const { page, next } = pageOf([...channel.members], args)
      return { members: page, response_metadata: { next_cursor: next } }
    },
  },
  'conversations.open': {
    tier: 3,
    scopes: ['im:write'],
    call(world, args) {
      const known = args.text('channel')
      if (known) return { channel: channelJson(world, visibleChannel(world, known)) }
      const users = args.text('users')?.split(',') ?? []
      if (users.length === 0) throw new Refusal('users_list_not_supplied')
      if (users.length > 1) demand(world, 'mpim:write')
      const user = world.users.get(users[0] as string)
      if (!user) throw new Refusal('user_not_found')
      if (user.isBot || user.isStranger || users.length > 1) throw new Refusal('invalid_user_combination')
      const channel = directWith(world, user)
      return { channel: args.flag('return_im') ? channelJson(world, channel) : { id: channel.id } }
    },
  },
  'conversations.history': {
    tier: 3,
    anyOf: HISTORY,
    needs: ['channel'],
    call(world, args) {
      const channel = readableChannel(world, args)
      const isTop = (m: Message) => !m.thread_ts || m.thread_ts === m.ts || m.subtype === 'thread_broadcast'
      const newestFirst = between([...channel.messages.values()].filter(isTop), args).reverse()
      const { page, next } = pageOf(newestFirst, args, { usual: 100, most: 999 })
      return { messages: shown(world, channel, page, args), has_more: next !== '', pin_count: 0, ...metaOf(next) }
    },
  },
  'conversations.replies': {
    tier: 3,
    anyOf: HISTORY,
    needs: ['channel', 'ts'],
    call(world, args) {
      const channel = readableChannel(world, args)
      const asked = channel.messages.get(args.text('ts') ?? '')
      const root = asked?.thread_ts ? channel.messages.get(asked.thread_ts) : asked
      if (!root) throw new Refusal('thread_not_found')
      const replies = (channel.replies.get(root.ts) ?? []).map(ts => channel.messages.get(ts) as Message)
      const { page, next } = pageOf(between(replies, args), args, { usual: 1000, most: 1000 })
      const all = args.text('cursor') ? page : [root, ...page]
      return { messages: shown(world, channel, all, args), has_more: next !== '', ...metaOf(next) }
    },
  },
}

const KINDS: Record<string, { is: (c: Channel) => boolean; scope: string }> = {
  public_channel: { is: c => c.kind === 'public' || c.kind === 'shared', scope: 'channels:read' },
  private_channel: { is: c => c.kind === 'private', scope: 'groups:read' },
  im: { is: c => c.kind === 'im', scope: 'im:read' },
  mpim: { is: () => false, scope: 'mpim:read' },
}

function listed(world: World, args: Args, all: Channel[]): Json {
  const types = (args.text('types') ?? 'public_channel').split(',').map(t => t.trim())
  for (const type of types) {
    if (!KINDS[type]) throw new Refusal('invalid_types')
    demandAny(world, [KINDS[type].scope])
  }
  const visible = all.filter(
    c =>
      types.some(t => KINDS[t]?.is(c)) &&
      (c.kind === 'public' || c.kind === 'shared' || c.members.has(world.app.botUser)) &&
      !(args.flag('exclude_archived') && c.isArchived),
  )
  const { page, next } = pageOf(visible, args)
  return { channels: page.map(c => channelJson(world, c)), response_metadata: { next_cursor: next } }
}

function readableChannel(world: World, args: Args): Channel {
  const channel = visibleChannel(world, args.text('channel'))
  demandFor(world, channel, 'history')
  if (!channel.members.has(world.app.botUser)) throw new Refusal('not_in_channel')
  return channel
}

function between(messages: Message[], args: Args): Message[] {
  const oldest = timestamp(args, 'oldest') ?? 0
  const latest = timestamp(args, 'latest') ?? Number.POSITIVE_INFINITY
  const isInclusive = args.flag('inclusive')
  return messages.filter(({ ts }) => {
    const at = Number(ts)
    return isInclusive ? at >= oldest && at <= latest : at > oldest && at < latest
  })
}

function timestamp(args: Args, name: 'oldest' | 'latest'): number | undefined {
  const given = args.number(name)
  if (Number.isNaN(given)) throw new Refusal(`invalid_ts_${name}`)
  return given
}

function shown(world: World, channel: Channel, messages: Message[], args: Args): Json[] {
  return messages.map(m => messageJson(world, channel, m, args.flag('include_all_metadata')))
}

function metaOf(next: string): Json {
  return next ? { response_metadata: { next_cursor: next } } : {}
}
