import { interactive, messageJson } from '../messages.ts'
import { newResponseUrl } from '../triggers.ts'
import type { Block, Json, Place, StateValues } from '../types.ts'
import { valuesOf } from '../values.ts'
import { viewJson } from '../views.ts'
import { SlackSays, type User, type View, type World } from '../world.ts'
import { channelName } from './command.ts'

/** A block with an element, where somebody acts on it. */
export interface Spot {
  block: Block
  element: Json
  view: View | undefined
  values: StateValues
  /** What the payload says of the place; made when it is asked for, since it opens a response URL. */
  context(): Json
}

/** The element of an action_id (or block_id) at a place that this person sees; throws a SlackSays when there is none. */
export function findSpot(
  world: World,
  user: User,
  place: Place,
  key: string,
  at: { block?: string; value?: string } = {},
): Spot {
  const found = look(world, user, place)
  const spots = found.blocks.flatMap(block => interactive(block).map(element => ({ block, element })))
  const matching = spots.filter(
    ({ block, element }) =>
      (at.block === undefined || block.block_id === at.block) && (at.value === undefined || element.value === at.value),
  )
  const spot =
    matching.find(s => s.element.action_id === key) ??
    matching.find(s => s.block.block_id === key) ??
    fail(`There is no element ${key} here, only ${spots.map(s => s.element.action_id).join(', ') || 'none at all'}.`)
  return { ...found, ...spot }
}

/** Whether there is such an element. */
export function hasSpot(view: View, key: string): boolean {
  const blocks: Block[] = view.given.blocks
  return blocks.some(b => interactive(b).some(e => e.action_id === key || b.block_id === key))
}

type Found = Pick<Spot, 'view' | 'values' | 'context'> & { blocks: Block[] }

function look(world: World, user: User, place: Place): Found {
  if ('view' in place) return inView(world, user, place.view)
  if ('ephemeral' in place) return inEphemeral(world, user, place.ephemeral)
  return inMessage(world, user, place.message)
}

function inView(world: World, user: User, id: string): Found {
  const view = world.views.get(id)
  if (view?.user !== user.id) return fail(`${user.name} has no view ${id} open.`)
  const context = () => ({ container: { type: 'view', view_id: id }, view: viewJson(world, view) })
  return { blocks: view.given.blocks, view, values: view.values, context }
}

function inEphemeral(world: World, user: User, id: string): Found {
  const ephemeral = world.ephemerals.get(id)
  const channel = world.channels.get(ephemeral?.channel ?? '')
  if (!ephemeral || !channel || ephemeral.user !== user.id) return fail(`${user.name} sees no ephemeral ${id}.`)
  const thread = ephemeral.thread_ts ? { thread_ts: ephemeral.thread_ts } : {}
  const context = () => ({
    container: { type: 'message', message_ts: ephemeral.ts, channel_id: channel.id, is_ephemeral: true, ...thread },
    channel: { id: channel.id, name: channelName(channel) },
    state: { values: valuesOf(ephemeral.blocks ?? []) },
    response_url: newResponseUrl(world, { user: user.id, channel: channel.id, ephemeral: id, ...thread }),
  })
  return { blocks: ephemeral.blocks ?? [], view: undefined, values: valuesOf(ephemeral.blocks ?? []), context }
}

function inMessage(world: World, user: User, ref: { channel: string; ts: string }): Found {
  const channel = world.channels.get(ref.channel)
  const message = channel?.messages.get(ref.ts)
  const maySee = channel && (channel.members.has(user.id) || channel.kind === 'public')
  if (!message || !maySee) return fail(`${user.name} sees no message ${ref.ts} in ${ref.channel}.`)
  if (message.bot_id !== world.app.botId) return fail('The message is not the app’s.')
  const thread = message.thread_ts ? { thread_ts: message.thread_ts } : {}
  const context = () => ({
    container: { type: 'message', message_ts: message.ts, channel_id: channel.id, is_ephemeral: false, ...thread },
    channel: { id: channel.id, name: channelName(channel) },
    message: messageJson(world, channel, message),
    state: { values: valuesOf(message.blocks ?? []) },
    response_url: newResponseUrl(world, { user: user.id, channel: channel.id, message: { ts: message.ts }, ...thread }),
  })
  return { blocks: message.blocks ?? [], view: undefined, values: valuesOf(message.blocks ?? []), context }
}

function fail(text: string): never {
  throw new SlackSays('no_such_element', text)
}
