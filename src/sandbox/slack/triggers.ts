import { randomBytes } from 'node:crypto'
import { uniqueId } from './ids.ts'
import { limits } from './limits.ts'
import { Refusal, type ResponseUrl, type World } from './world.ts'

/** What somebody did, for which the app may open a view, once and within three seconds. */
export function newTrigger(world: World, user: string): string {
  const id = `${Date.now()}.${world.triggers.size + 100_000}.${randomBytes(16).toString('hex')}`
  world.triggers.set(id, { user, at: world.now(), isUsed: false })
  return id
}

/** Whose trigger it was; it is used up. Throws a Refusal when it is not, or no longer, good. */
export function exchange(world: World, id: string): string {
  const trigger = world.triggers.get(id)
  if (!trigger) throw new Refusal('invalid_trigger_id')
  if (trigger.isUsed) throw new Refusal('exchanged_trigger_id')
  if (world.now() - trigger.at > limits.triggerMs) throw new Refusal('expired_trigger_id')
  trigger.isUsed = true
  return trigger.user
}

/** An address to which the app may post about an interaction, five times in half an hour. */
export function newResponseUrl(world: World, about: Omit<ResponseUrl, 'at' | 'uses'>): string {
  const key = `${uniqueId()}/${randomBytes(12).toString('hex')}`
  world.responseUrls.set(key, { ...about, at: world.now(), uses: 0 })
  return `${world.url}/actions/${world.team.id}/${key}`
}
