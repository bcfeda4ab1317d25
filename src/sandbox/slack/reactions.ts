import { publish } from './events.ts'
import { limits } from './limits.ts'
import type { Json } from './types.ts'
import { type Channel, type Message, Refusal, type World } from './world.ts'

/** Adds somebody's reaction; throws a Refusal when it is there already. */
export function react(world: World, channel: Channel, message: Message, user: string, name: string): void {
  message.reactions ??= []
  const same = message.reactions.find(r => r.name === name)
  if (same?.users.includes(user)) throw new Refusal('already_reacted')
  if (!same && message.reactions.length >= limits.reactions) throw new Refusal('too_many_emoji')
  if (same) same.users.push(user)
  else message.reactions.push({ name, users: [user] })
  tell(world, channel, message, { type: 'reaction_added', user, reaction: name })
}

export function unreact(world: World, channel: Channel, message: Message, user: string, name: string): void {
  const same = message.reactions?.find(r => r.name === name)
  if (!same?.users.includes(user)) throw new Refusal('no_reaction')
  same.users = same.users.filter(u => u !== user)
  message.reactions = message.reactions?.filter(r => r.users.length > 0) ?? []
  tell(world, channel, message, { type: 'reaction_removed', user, reaction: name })
}

function tell(world: World, channel: Channel, message: Message, event: Json): void {
  world.tell({ kind: 'message', channel: channel.id, ts: message.ts })
  const item = { type: 'message', channel: channel.id, ts: message.ts }
  publish(world, { ...event, item, ...(message.user ? { item_user: message.user } : {}) }, channel)
}
