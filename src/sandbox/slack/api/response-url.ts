import { dropEphemeral, replaceEphemeral, showEphemeral } from '../ephemerals.ts'
import { limits } from '../limits.ts'
import { change, post, remove } from '../messages.ts'
import type { Json } from '../types.ts'
import { type Channel, Refusal, type ResponseUrl, type World } from '../world.ts'
import { Args } from './args.ts'
import { author, readContent } from './chat.ts'

/** What the app posts about an interaction: five times in half an hour, to that person alone unless it says otherwise. */
export function respond(world: World, key: string, body: Json): void {
  const url = world.responseUrls.get(key)
  if (!url || world.now() - url.at > limits.responseUrl.ms) throw new Refusal('expired_url')
  if (url.uses >= limits.responseUrl.uses) throw new Refusal('used_url')
  url.uses += 1
  const channel = world.channels.get(url.channel) as Channel
  if (body.delete_original) removeOriginal(world, channel, url)
  else if (body.replace_original) replaceOriginal(world, channel, url, readContent(world, new Args(body)))
  else postAbout(world, channel, url, body)
}

function postAbout(world: World, channel: Channel, url: ResponseUrl, body: Json): void {
  const content = readContent(world, new Args(body))
  const thread_ts = body.thread_ts ?? url.thread_ts
  const where = thread_ts ? { thread_ts } : {}
  if (body.response_type === 'in_channel')
    post(world, channel, { ...author(world, new Args({})), ...content, ...where })
  else showEphemeral(world, channel, url.user, { ...content, ...where })
}

function replaceOriginal(world: World, channel: Channel, url: ResponseUrl, content: { text: string }): void {
  const ephemeral = world.ephemerals.get(url.ephemeral ?? '')
  const message = channel.messages.get(url.message?.ts ?? '')
  if (ephemeral) replaceEphemeral(world, ephemeral, content)
  else if (message?.bot_id === world.app.botId) change(world, channel, message, content, world.app.botUser)
  else throw new Refusal('no_original')
}

function removeOriginal(world: World, channel: Channel, url: ResponseUrl): void {
  const message = channel.messages.get(url.message?.ts ?? '')
  if (url.ephemeral) dropEphemeral(world, url.ephemeral)
  else if (message?.bot_id === world.app.botId) remove(world, channel, message)
  else throw new Refusal('no_original')
}
