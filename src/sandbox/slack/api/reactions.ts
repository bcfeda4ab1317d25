import { messageJson } from '../messages.ts'
import { react, unreact } from '../reactions.ts'
import { type Channel, type Message, Refusal, type World } from '../world.ts'
import type { Args } from './args.ts'
import { type Methods, visibleChannel } from './method.ts'

export const reactions: Methods = {
  'reactions.add': {
    tier: 3,
    scopes: ['reactions:write'],
    needs: ['channel', 'timestamp', 'name'],
    call(world, args) {
      const { channel, message } = item(world, args)
      if (channel.isArchived) throw new Refusal('is_archived')
      react(world, channel, message, world.app.botUser, emoji(args))
      return {}
    },
  },
  'reactions.remove': {
    tier: 2,
    scopes: ['reactions:write'],
    needs: ['name'],
    call(world, args) {
      const { channel, message } = item(world, args)
      unreact(world, channel, message, world.app.botUser, emoji(args))
      return {}
    },
  },
  'reactions.get': {
    tier: 3,
    scopes: ['reactions:read'],
    call(world, args) {
      const { channel, message } = item(world, args)
      return { type: 'message', channel: channel.id, message: messageJson(world, channel, message) }
    },
  },
}

function item(world: World, args: Args): { channel: Channel; message: Message } {
  const ts = args.text('timestamp')
  if (!args.has('channel') || !ts) throw new Refusal('no_item_specified')
  const channel = visibleChannel(world, args.text('channel'))
  if (!/^\d+\.\d{6}$/.test(ts)) throw new Refusal('bad_timestamp')
  const message = channel.messages.get(ts)
  if (!message || message.subtype === 'tombstone') throw new Refusal('message_not_found')
  if (!channel.members.has(world.app.botUser)) throw new Refusal('not_in_channel')
  return { channel, message }
}

function emoji(args: Args): string {
  const name = args.text('name')?.replace(/^:|:$/g, '')
  if (!name || !/^[a-z0-9_+'-]+(::skin-tone-[2-6])?$/.test(name)) throw new Refusal('invalid_name')
  return name
}
