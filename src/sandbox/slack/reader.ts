import { archive, changeId, removeChannel, rename, share, unarchive } from './channels.ts'
import { messageView } from './messages.ts'
import type { ChannelReader, ChannelView, MessageView } from './types.ts'
import { type Channel, type Message, SlackSays, type World } from './world.ts'

/** What anybody who reads a channel sees in it. */
export function readerOf(world: World, channel: Channel): ChannelReader {
  const found = (ts: string): Message => {
    const message = channel.messages.get(ts)
    if (!message) throw new SlackSays('message_not_found', `There is no message ${ts} in #${channel.name}.`)
    return message
  }
  const view = (message: Message): MessageView => messageView(world, channel, message)
  return {
    get id() {
      return channel.id
    },
    get name() {
      return channel.name
    },
    messages: () => [...channel.messages.values()].filter(isTop).map(view),
    thread: ts => [ts, ...(channel.replies.get(ts) ?? [])].map(found).map(view),
    message: ts => view(found(ts)),
    metadata: ts => structuredClone(found(ts).metadata),
    members: () => [...channel.members],
    archive: () => archive(world, channel, channel.creator),
    unarchive: () => unarchive(world, channel, channel.creator),
    remove: () => removeChannel(world, channel, channel.creator),
    rename: name => rename(world, channel, name),
    share: () => share(world, channel, true),
    unshare: () => share(world, channel, false),
    changeId: () => changeId(world, channel),
  }
}

export function channelView(world: World, channel: Channel, user: string): ChannelView {
  const { id, kind, topic, isArchived } = channel
  return {
    id,
    name: kind === 'im' ? world.app.name : channel.name,
    kind,
    topic,
    members: [...channel.members],
    isMember: channel.members.has(user),
    isArchived,
    user: kind === 'im' ? world.app.botUser : undefined,
    unread: unreadOf(channel, user),
  }
}

function unreadOf(channel: Channel, user: string): number {
  const until = channel.readUntil.get(user) ?? ''
  let count = 0
  for (const message of channel.messages.values())
    if (message.ts > until && message.user !== user && (isTop(message) || message.text.includes(`<@${user}>`)))
      count += 1
  return count
}

function isTop(message: Message): boolean {
  return !message.thread_ts || message.thread_ts === message.ts || message.subtype === 'thread_broadcast'
}
