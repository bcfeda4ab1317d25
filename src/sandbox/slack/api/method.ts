import { family } from '../events.ts'
import type { Tier } from '../limits.ts'
import type { Json } from '../types.ts'
import { type Channel, Refusal, type World } from '../world.ts'
import type { Args } from './args.ts'

export interface Method {
  tier: Tier
  /** All of these; a method of conversations asks by itself, since it depends on the kind of channel. */
  scopes?: string[]
  /** One of these at least. */
  anyOf?: string[]
  needs?: string[]
  /** Called with the app-level token. */
  isForApp?: true
  /** Called with the token of a step's run, too. */
  isForSteps?: true
  call(world: World, args: Args): Json
}

export type Methods = Record<string, Method>

/** Throws `missing_scope` unless the manifest asks for the scope. */
export function demand(world: World, ...scopes: string[]): void {
  const { scopes: granted } = world.manifest
  const missing = scopes.filter(scope => !granted.has(scope))
  if (missing.length)
    throw new Refusal('missing_scope', { needed: missing.join(','), provided: [...granted].join(',') })
}

export function demandAny(world: World, scopes: string[]): void {
  if (!scopes.some(scope => world.manifest.scopes.has(scope)))
    throw new Refusal('missing_scope', { needed: scopes.join(','), provided: [...world.manifest.scopes].join(',') })
}

/** A channel that the app may know of: private ones only as a member. */
export function visibleChannel(world: World, id: string | undefined): Channel {
  const channel = world.channels.get(id ?? '')
  if (!channel || (isHidden(channel) && !channel.members.has(world.app.botUser))) throw new Refusal('channel_not_found')
  return channel
}

/** A channel that the app may write in. */
export function writableChannel(world: World, id: string | undefined): Channel {
  const channel = visibleChannel(world, id)
  if (!channel.members.has(world.app.botUser)) throw new Refusal('not_in_channel')
  if (channel.isArchived) throw new Refusal('is_archived')
  return channel
}

/** Demands `channels:read`, `groups:history` and so on, as the kind of channel wants it. */
export function demandFor(world: World, channel: Channel, right: 'read' | 'history'): void {
  demand(world, `${family(channel)}:${right}`)
}

function isHidden(channel: Channel): boolean {
  return channel.kind === 'private' || channel.kind === 'im'
}
