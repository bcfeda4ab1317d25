import type { Desk } from './desk.ts'

const PATIENCE_MS = 1_500 // somebody waits with a form

/**
 * The names of all emoji of the workspace, its own and everybody's; null when Slack does not say in time, or at all: an app
 * that was not installed anew may not ask.
 */
export function emojiNames(desk: Desk): Promise<Set<string> | null> {
  const asked = ask(desk).catch(err => {
    desk.log.warn({ err }, 'The names of emoji could not be looked up.')
    return null
  })
  const late = new Promise<null>(resolve => setTimeout(resolve, PATIENCE_MS, null).unref())
  return Promise.race([asked, late])
}

async function ask(desk: Desk): Promise<Set<string> | null> {
  const { emoji = {}, categories } = await desk.ui.emoji.list({ include_categories: true })
  if (!categories?.length) return null // only the workspace's own were told
  return new Set([...Object.keys(emoji), ...categories.flatMap(c => c.emoji_names ?? [])])
}
