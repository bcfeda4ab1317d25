import { uniqueId } from './ids.ts'
import { nextTs, withIds } from './messages.ts'
import { richTextOf } from './rich-text.ts'
import type { Block, EphemeralView } from './types.ts'
import type { Channel, Ephemeral, World } from './world.ts'

type Content = Pick<Ephemeral, 'text'> & { blocks?: Block[]; thread_ts?: string; username?: string }

/** Shows something to one person alone. Slack does not keep it either. */
export function showEphemeral(world: World, channel: Channel, user: string, content: Content): Ephemeral {
  const ephemeral: Ephemeral = {
    id: uniqueId('Em0'),
    ts: nextTs(world, channel),
    channel: channel.id,
    user,
    text: content.text,
    blocks: withIds(content.blocks ?? [richTextOf(content.text)]),
    ...(content.thread_ts ? { thread_ts: content.thread_ts } : {}),
    ...(content.username ? { username: content.username } : {}),
  }
  world.ephemerals.set(ephemeral.id, ephemeral)
  world.tell({ kind: 'ephemeral', user })
  return ephemeral
}

export function replaceEphemeral(world: World, ephemeral: Ephemeral, content: Content): void {
  ephemeral.text = content.text
  ephemeral.blocks = withIds(content.blocks ?? [richTextOf(content.text)])
  world.tell({ kind: 'ephemeral', user: ephemeral.user })
}

export function dropEphemeral(world: World, id: string): void {
  const ephemeral = world.ephemerals.get(id)
  if (!ephemeral) return
  world.ephemerals.delete(id)
  world.tell({ kind: 'ephemeral', user: ephemeral.user })
}

export function ephemeralsOf(world: World, user: string): EphemeralView[] {
  return [...world.ephemerals.values()].filter(e => e.user === user).map(e => structuredClone(e))
}
