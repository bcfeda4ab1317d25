import { Args } from '../api/args.ts'
import { author, readContent } from '../api/chat.ts'
import { join } from '../channels.ts'
import { showEphemeral } from '../ephemerals.ts'
import { messageJson, post } from '../messages.ts'
import { escaped } from '../rich-text.ts'
import { newResponseUrl, newTrigger } from '../triggers.ts'
import type { CommandAnswer, Json } from '../types.ts'
import { type Channel, type Message, Refusal, SlackSays, type User, type World } from '../world.ts'
import { ask, payloadOf, tellPerson } from './ask.ts'

/** Types a slash command; resolves when the app acknowledged it. */
export async function command(world: World, user: User, line: string, channel: Channel): Promise<CommandAnswer> {
  const [name = '', ...rest] = line.trim().split(/\s+/)
  if (name === '/invite') return invite(world, user, rest.join(' '), channel)
  const known = world.manifest.commands.find(c => c.command === name)
  if (!known || user.isStranger) {
    const text = `${name} is not a valid command.`
    tellPerson(world, user, 'unknown_command', text)
    throw new SlackSays('unknown_command', text)
  }
  const text = rest.join(' ')
  const answer = await ask(world, user, {
    kind: 'command',
    mayAnswer: true,
    onFailure: code => `${name} failed with the error "${code}".`,
    payload: {
      token: world.verificationToken,
      team_id: world.team.id,
      team_domain: world.team.domain,
      channel_id: channel.id,
      channel_name: channelName(channel),
      user_id: user.id,
      user_name: user.name,
      command: name,
      text: known.shouldEscape ? escaped(text) : text,
      api_app_id: world.app.id,
      is_enterprise_install: 'false',
      response_url: newResponseUrl(world, { user: user.id, channel: channel.id }),
      trigger_id: newTrigger(world, user.id),
    },
  })
  return showAnswer(world, user, channel, answer)
}

/** Slack's own command; apps tell people to use it when they are missing in a channel. */
function invite(world: World, user: User, who: string, channel: Channel): CommandAnswer {
  const name = who.replace(/^@/, '').toLowerCase()
  const invited = [...world.users.values()].find(
    u => u.name.toLowerCase() === name || (u.id === world.app.botUser && world.app.name.toLowerCase() === name),
  )
  if (!invited) {
    const text = `Nobody here is called ${who || 'that'}.`
    tellPerson(world, user, 'user_not_found', text)
    throw new SlackSays('user_not_found', text)
  }
  join(world, channel, invited, user)
  return { ephemeral: undefined }
}

/** A global shortcut, or one on a message. */
export async function shortcut(
  world: World,
  user: User,
  callbackId: string,
  on?: { channel: Channel; message: Message },
): Promise<void> {
  const known = world.manifest.shortcuts.find(
    s => s.callbackId === callbackId && s.type === (on ? 'message' : 'global'),
  )
  if (!known || user.isStranger)
    throw new SlackSays('unknown_shortcut', `The app has no ${on ? 'message' : 'global'} shortcut ${callbackId}.`)
  await ask(world, user, {
    kind: 'interaction',
    onFailure: () => `${known.name} did not work. Try again?`,
    payload: {
      ...payloadOf(world, user, on ? 'message_action' : 'shortcut'),
      action_ts: (world.now() / 1000).toFixed(6),
      callback_id: callbackId,
      trigger_id: newTrigger(world, user.id),
      ...(on ? aboutMessage(world, user, on) : {}),
    },
  })
}

function aboutMessage(world: World, user: User, { channel, message }: { channel: Channel; message: Message }): Json {
  return {
    channel: { id: channel.id, name: channelName(channel) },
    message_ts: message.ts,
    message: messageJson(world, channel, message),
    response_url: newResponseUrl(world, { user: user.id, channel: channel.id, message: { ts: message.ts } }),
  }
}

export function channelName(channel: Channel): string {
  if (channel.kind === 'im') return 'directmessage'
  return channel.kind === 'private' ? 'privategroup' : channel.name
}

/** What the acknowledgement says is shown to this person alone, or to all if it asks for that. */
function showAnswer(world: World, user: User, channel: Channel, answer: Json): CommandAnswer {
  const body = typeof answer === 'string' ? { text: answer } : (answer ?? {})
  if (!body.text && !body.blocks && !body.attachments) return { ephemeral: undefined }
  try {
    const content = readContent(world, new Args(body))
    if (body.response_type === 'in_channel') post(world, channel, { ...author(world, new Args({})), ...content })
    else return { ephemeral: structuredClone(showEphemeral(world, channel, user.id, content)) }
    return { ephemeral: undefined }
  } catch (error) {
    if (error instanceof Refusal)
      throw new SlackSays(error.code, `The command's answer is wrong: ${JSON.stringify(error.more)}`)
    throw error
  }
}
