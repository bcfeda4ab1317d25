import { faultsInBlocks, textLength } from '../blocks/blocks.ts'
import { directWith } from '../channels.ts'
import { showEphemeral } from '../ephemerals.ts'
import { limits } from '../limits.ts'
import { change, type Draft, messageJson, post, remove } from '../messages.ts'
import { richTextOf } from '../rich-text.ts'
import type { Block, Json } from '../types.ts'
import { type Channel, type Message, Refusal, type World } from '../world.ts'
import type { Args } from './args.ts'
import { demand, type Methods, visibleChannel, writableChannel } from './method.ts'

export const chat: Methods = {
  'chat.postMessage': {
    tier: 5,
    scopes: ['chat:write'],
    needs: ['channel'],
    call(world, args) {
      const channel = writableChannel(world, target(world, args.text('channel')))
      const draft = { ...readContent(world, args), ...author(world, args), ...readMetadata(args) }
      const thread = args.text('thread_ts')
      if (thread) draft.thread_ts = rootOf(channel, thread)
      const message = post(world, channel, draft, args.flag('reply_broadcast'))
      const answer = { channel: channel.id, ts: message.ts, message: messageJson(world, channel, message, true) }
      return (args.text('text') ?? '').length > limits.message.text
        ? { ...answer, response_metadata: { warnings: ['message_truncated'] } }
        : answer
    },
  },
  'chat.update': {
    tier: 3,
    scopes: ['chat:write'],
    needs: ['channel', 'ts'],
    call(world, args) {
      const channel = writableChannel(world, args.text('channel'))
      const message = ownMessage(world, channel, args.text('ts'), 'cant_update_message')
      const to = update(world, message, args)
      change(world, channel, message, to, world.app.botUser)
      return {
        channel: channel.id,
        ts: message.ts,
        text: message.text,
        message: messageJson(world, channel, message, true),
      }
    },
  },
  'chat.delete': {
    tier: 3,
    scopes: ['chat:write'],
    needs: ['channel', 'ts'],
    call(world, args) {
      const channel = writableChannel(world, args.text('channel'))
      const message = ownMessage(world, channel, args.text('ts'), 'cant_delete_message')
      remove(world, channel, message)
      return { channel: channel.id, ts: message.ts }
    },
  },
  'chat.postEphemeral': {
    tier: 4,
    scopes: ['chat:write'],
    needs: ['channel', 'user'],
    call(world, args) {
      const channel = writableChannel(world, args.text('channel'))
      const user = args.text('user') as string
      if (!channel.members.has(user)) throw new Refusal('user_not_in_channel')
      if ((args.text('text') ?? '').length > limits.message.ephemeralText) throw new Refusal('msg_too_long')
      const { text, blocks } = readContent(world, args)
      const thread = args.text('thread_ts')
      if (thread) rootOf(channel, thread)
      const { username } = author(world, args)
      const ephemeral = showEphemeral(world, channel, user, {
        text,
        ...(blocks ? { blocks } : {}),
        ...(thread ? { thread_ts: thread } : {}),
        ...(username ? { username } : {}),
      })
      return { message_ts: ephemeral.ts }
    },
  },
  'chat.getPermalink': {
    tier: 5,
    needs: ['channel', 'message_ts'],
    call(world, args) {
      const channel = visibleChannel(world, args.text('channel'))
      const message = channel.messages.get(args.text('message_ts') ?? '')
      if (!message) throw new Refusal('message_not_found')
      const root = message.thread_ts ? `?thread_ts=${message.thread_ts}&cid=${channel.id}` : ''
      const permalink = `https://${world.team.domain}.slack.com/archives/${channel.id}/p${message.ts.replace('.', '')}${root}`
      return { channel: channel.id, permalink }
    },
  },
}

/** What an update changes: blocks and metadata that it does not mention stay, empty ones go. */
function update(world: World, message: Message, args: Args): Partial<Draft> {
  if ((args.text('text') ?? '').length > limits.message.updateText) throw new Refusal('msg_too_long')
  const given = args.json('metadata', 'invalid_metadata_format')
  const isCleared = given && Object.keys(given).length === 0
  const metadata = isCleared ? { metadata: undefined } : readMetadata(args)
  const { text, blocks, hasMadeBlocks } = readContent(world, args)
  const keeps = hasMadeBlocks && !message.hasMadeBlocks && args.json('blocks') === undefined
  if (keeps) return { text, ...metadata } as Partial<Draft>
  return { text, blocks, hasMadeBlocks, ...metadata } as Partial<Draft>
}

/** A channel's id; a user's id means the direct messages with them; a name is no longer taken. */
function target(world: World, channel: string | undefined): string | undefined {
  const user = world.users.get(channel ?? '')
  if (!user) return channel
  if (user.isBot || user.isStranger) throw new Refusal('channel_not_found')
  if (!world.manifest.hasMessagesTab && !world.manifest.scopes.has('im:write'))
    throw new Refusal('messages_tab_disabled')
  return directWith(world, user).id
}

interface Content {
  text: string
  blocks?: Block[]
  hasMadeBlocks?: boolean
  attachments?: Json[]
}

/** Text and blocks, checked; without blocks the text becomes rich text, as it does at Slack. */
export function readContent(world: World, args: Args): Content {
  const text = args.text('text')
  const markdown = args.text('markdown_text')
  const blocks = readBlocks(args)
  const attachments = args.json('attachments', 'invalid_attachments') as Json[] | undefined
  if (markdown && (text || blocks)) throw new Refusal('markdown_text_conflict')
  if (markdown && markdown.length > limits.markdown) throw new Refusal('msg_too_long')
  if (attachments && attachments.length > limits.message.attachments) throw new Refusal('too_many_attachments')
  if (!text && !markdown && !blocks?.length && !attachments?.length) throw new Refusal('no_text')
  const words = (text ?? markdown ?? (blocks?.length ? "This content can't be displayed." : '')).slice(
    0,
    limits.message.text,
  )
  checkMentions(world, blocks)
  const attached = attachments?.length ? { attachments } : {}
  if (blocks?.length) return { text: words, blocks, ...attached }
  return { text: words, ...(words ? { blocks: [richTextOf(words)], hasMadeBlocks: true } : {}), ...attached }
}

function readBlocks(args: Args): Block[] | undefined {
  const blocks = args.json('blocks', 'invalid_blocks_format')
  if (blocks === undefined) return undefined
  if (!Array.isArray(blocks)) throw new Refusal('invalid_blocks_format')
  const messages = faultsInBlocks(blocks, 'message')
  if (messages.length)
    throw new Refusal('invalid_blocks', {
      errors: messages.map(m => m.replace('[ERROR] ', '')),
      response_metadata: { messages },
    })
  if (textLength(blocks) > limits.message.blockText) throw new Refusal('msg_blocks_too_long')
  return blocks
}

/** Rich text may only name users that exist. */
function checkMentions(world: World, blocks: Block[] | undefined): void {
  for (const [, id] of JSON.stringify(blocks ?? []).matchAll(/"type":"user","user_id":"(\w+)"/g))
    if (!world.users.has(id as string)) throw new Refusal('invalid_blocks', { errors: [`invalid user ${id}`] })
}

/** Under its own name a post is the bot user's; under another it is a `bot_message` of nobody. */
export function author(world: World, args: Args): Omit<Draft, 'text'> {
  const app = { bot_id: world.app.botId, app_id: world.app.id }
  const username = args.text('username')
  const image = args.text('icon_url')
  const emoji = args.text('icon_emoji')
  if (!username && !image && !emoji)
    return { ...app, user: world.app.botUser, team: world.team.id, bot_profile: botProfile(world) }
  demand(world, 'chat:write.customize')
  const icons = emoji ? { emoji } : image ? { image_48: image } : undefined
  return { ...app, subtype: 'bot_message', username: username ?? world.app.name, ...(icons ? { icons } : {}) }
}

function botProfile(world: World): Json {
  const { id: app_id, name, botId: id } = world.app
  return { id, app_id, user_id: world.app.botUser, name, deleted: false, updated: 0, team_id: world.team.id, icons: {} }
}

function readMetadata(args: Args): { metadata?: Json } {
  const metadata = args.json('metadata', 'invalid_metadata_format')
  if (metadata === undefined) return {}
  const { event_type, event_payload } = metadata ?? {}
  if (typeof event_type !== 'string' || typeof event_payload !== 'object' || event_payload === null)
    throw new Refusal('invalid_metadata_format')
  if (JSON.stringify(metadata).length > limits.message.metadataBytes) throw new Refusal('metadata_too_large')
  return { metadata }
}

/** Throws unless it is the timestamp of a message that can have replies. */
export function rootOf(channel: Channel, ts: string): string {
  if (!/^\d+\.\d{6}$/.test(ts)) throw new Refusal('invalid_thread_ts')
  const root = channel.messages.get(ts)
  if (!root || (root.thread_ts && root.thread_ts !== ts)) throw new Refusal('thread_not_found')
  return ts
}

function ownMessage(world: World, channel: Channel, ts: string | undefined, otherwise: string): Message {
  const message = channel.messages.get(ts ?? '')
  if (!message || message.subtype === 'tombstone') throw new Refusal('message_not_found')
  if (message.bot_id !== world.app.botId) throw new Refusal(otherwise)
  return message
}
