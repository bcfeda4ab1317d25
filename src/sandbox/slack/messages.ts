import { publish } from './events.ts'
import { fileJson, fileView } from './files.ts'
import { shortId } from './ids.ts'
import type { Block, Json, MessageView } from './types.ts'
import type { Channel, Message, World } from './world.ts'

export type Draft = Partial<Omit<Message, 'type' | 'ts'>> & { text: string }

/** Puts a message into a channel and tells the app. With `broadcast` a reply is shown in the channel too. */
export function post(world: World, channel: Channel, draft: Draft, broadcast = false): Message {
  const message: Message = { type: 'message', ts: nextTs(world, channel), ...draft }
  if (message.blocks) message.blocks = withIds(message.blocks)
  if (broadcast && message.thread_ts) message.subtype = 'thread_broadcast'
  channel.messages.set(message.ts, message)
  if (message.thread_ts) {
    message.parent_user_id = channel.messages.get(message.thread_ts)?.user ?? 'USLACKBOT'
    channel.replies.set(message.thread_ts, [...(channel.replies.get(message.thread_ts) ?? []), message.ts])
  }
  world.tell({ kind: 'message', channel: channel.id, ts: message.ts })
  publish(world, { ...messageJson(world, channel, message), ...where(channel), event_ts: message.ts }, channel)
  return message
}

/** Changes what a message says; `by` is who edited it, or nobody when Slack itself added something. */
export function change(world: World, channel: Channel, message: Message, to: Partial<Draft>, by?: string): void {
  const previous = messageJson(world, channel, message)
  Object.assign(message, to.blocks ? { ...to, blocks: withIds(to.blocks) } : to)
  for (const [key, value] of Object.entries(to)) if (value === undefined) delete message[key as keyof Message]
  if (by) message.edited = { user: by, ts: nextTs(world, channel) }
  publishChange(world, channel, messageJson(world, channel, message), previous)
}

/** Deletes a message; a root with replies leaves a tombstone until the last reply is gone. */
export function remove(world: World, channel: Channel, message: Message): void {
  const previous = messageJson(world, channel, message)
  if (channel.replies.get(message.ts)?.length) {
    bury(world, channel, message, previous)
    return
  }
  const root = channel.messages.get(message.thread_ts ?? '')
  const rootBefore = root && messageJson(world, channel, root)
  channel.messages.delete(message.ts)
  forgetReply(channel, message)
  world.tell({ kind: 'message', channel: channel.id, ts: message.ts })
  publish(
    world,
    {
      type: 'message',
      subtype: 'message_deleted',
      hidden: true,
      deleted_ts: message.ts,
      previous_message: previous,
      ...where(channel),
      ts: nextTs(world, channel),
    },
    channel,
  )
  if (root) countAgain(world, channel, root, rootBefore)
}

/** A message as conversations.history and the events give it; metadata only when it is asked for. */
export function messageJson(world: World, channel: Channel, message: Message, withMetadata = false): Json {
  const { metadata, files, reactions, hasMadeBlocks: _, ...rest } = message
  const replies = channel.replies.get(message.ts)?.map(ts => channel.messages.get(ts) as Message) ?? []
  return {
    ...structuredClone(rest),
    ...(files ? { files: files.map(id => fileJson(world, id, message)) } : {}),
    ...(reactions?.length
      ? { reactions: reactions.map(r => ({ ...r, users: [...r.users], count: r.users.length })) }
      : {}),
    ...(replies.length ? threadJson(message, replies) : {}),
    ...(message.subtype === 'thread_broadcast' ? { root: rootJson(world, channel, message) } : {}),
    ...(withMetadata && metadata ? { metadata } : {}),
  }
}

export function messageView(world: World, channel: Channel, message: Message): MessageView {
  const { files, ...json } = messageJson(world, channel, message)
  const shown = (message.files ?? []).flatMap(id => {
    const file = world.files.get(id)
    return file && !file.isDeleted ? [fileView(file)] : []
  })
  return { ...json, channel: channel.id, ...(files ? { files: shown } : {}) }
}

/** The event's fields that say where it happened. */
function where(channel: Channel): Json {
  const channel_type = channel.kind === 'im' ? 'im' : channel.kind === 'private' ? 'group' : 'channel'
  return { channel: channel.id, channel_type }
}

/** A timestamp that no message of this channel has. Other channels may have the same one. */
export function nextTs(world: World, channel: Channel): string {
  const micros = Math.max(Math.floor(world.now() * 1000), channel.lastMicros + 1)
  channel.lastMicros = micros
  return `${Math.floor(micros / 1e6)}.${String(micros % 1e6).padStart(6, '0')}`
}

/** Blocks with an id each, as Slack returns them. */
export function withIds(blocks: Block[]): Block[] {
  return blocks.map(block => {
    const named: Block = { ...structuredClone(block), block_id: block.block_id ?? shortId() }
    for (const element of interactive(named)) element.action_id ??= shortId()
    return named
  })
}

/** The elements of a block that a person can act on. */
export function interactive(block: Block): Json[] {
  const candidates =
    block.type === 'section'
      ? [block.accessory]
      : block.type === 'input'
        ? [block.element]
        : block.type === 'actions' || block.type === 'context_actions'
          ? block.elements
          : []
  return candidates.filter((element: Json) => element && element.type !== 'image')
}

function publishChange(world: World, channel: Channel, message: Json, previous: Json): void {
  world.tell({ kind: 'message', channel: channel.id, ts: message.ts })
  publish(
    world,
    {
      type: 'message',
      subtype: 'message_changed',
      hidden: true,
      message,
      previous_message: previous,
      ...where(channel),
      ts: nextTs(world, channel),
    },
    channel,
  )
}

function bury(world: World, channel: Channel, message: Message, previous: Json): void {
  const { ts, thread_ts } = message
  for (const key of Object.keys(message)) delete message[key as keyof Message]
  Object.assign(message, {
    type: 'message',
    subtype: 'tombstone',
    text: 'This message was deleted.',
    user: 'USLACKBOT',
    hidden: true,
    ts,
    ...(thread_ts ? { thread_ts } : {}),
  })
  publishChange(world, channel, messageJson(world, channel, message), previous)
}

function forgetReply(channel: Channel, reply: Message): void {
  if (!reply.thread_ts) return
  const left = (channel.replies.get(reply.thread_ts) ?? []).filter(ts => ts !== reply.ts)
  if (left.length) channel.replies.set(reply.thread_ts, left)
  else channel.replies.delete(reply.thread_ts)
}

/** The root's counters changed, of which Slack tells; a tombstone goes with its last reply. */
function countAgain(world: World, channel: Channel, root: Message, before: Json): void {
  const isEmptyGrave = root.subtype === 'tombstone' && !channel.replies.has(root.ts)
  if (isEmptyGrave) remove(world, channel, root)
  else publishChange(world, channel, messageJson(world, channel, root), before)
}

function threadJson(root: Message, replies: Message[]): Json {
  const users = [...new Set(replies.map(r => r.user ?? r.bot_id ?? ''))]
  return {
    thread_ts: root.ts,
    reply_count: replies.length,
    reply_users_count: users.length,
    reply_users: users.slice(0, 5),
    latest_reply: replies.at(-1)?.ts,
    is_locked: false,
    subscribed: false,
  }
}

function rootJson(world: World, channel: Channel, message: Message): Json {
  const root = channel.messages.get(message.thread_ts as string)
  return root ? messageJson(world, channel, root) : undefined
}
