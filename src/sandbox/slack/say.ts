import { randomUUID } from 'node:crypto'
import { publish } from './events.ts'
import { showLinks } from './links.ts'
import { type Draft, messageJson, post } from './messages.ts'
import { richTextOf, textOfBlocks } from './rich-text.ts'
import type { Block } from './types.ts'
import type { Channel, Message, User, World } from './world.ts'

/** What a person writes: with rich text and a client's id, as people's messages have. */
export function say(
  world: World,
  channel: Channel,
  user: User,
  content: { text: string; blocks?: Block[] } & Omit<Draft, 'text'>,
  broadcast = false,
): Message {
  const blocks = content.blocks ?? (content.text ? [richTextOf(content.text, { lists: true })] : undefined)
  const text = blocks ? textOfBlocks(blocks) : content.text
  const draft: Draft = {
    ...content,
    user: user.id,
    team: user.teamId,
    ...(user.isStranger ? { user_team: user.teamId, source_team: user.teamId } : {}),
    text,
    client_msg_id: randomUUID(),
    ...(blocks ? { blocks } : {}),
    ...(content.files?.length ? { subtype: 'file_share', upload: false } : {}),
  }
  const message = post(world, channel, draft, broadcast)
  mention(world, channel, message)
  showLinks(world, channel, message)
  return message
}

function mention(world: World, channel: Channel, message: Message): void {
  if (!message.text.includes(`<@${world.app.botUser}>`) || channel.kind === 'im') return
  const { type: _, ...json } = messageJson(world, channel, message)
  publish(world, { type: 'app_mention', ...json, channel: channel.id, event_ts: message.ts }, channel)
}
