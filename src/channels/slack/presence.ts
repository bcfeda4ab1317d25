import type { Presence } from '../../core/routing/presence.ts'
import type { Desk } from './desk.ts'

const AT_ONCE = 5

/** Whether these people are there and may be disturbed; null for whom Slack does not tell. */
export async function presenceOf(desk: Desk, handles: string[]): Promise<Map<string, Presence>> {
  const said = new Map<string, Presence>()
  for (let i = 0; i < handles.length; i += AT_ONCE)
    await Promise.all(
      handles.slice(i, i + AT_ONCE).map(async handle => {
        said.set(handle, await ask(desk, handle))
      }),
    )
  return said
}

/** https://docs.slack.dev/reference/methods/dnd.info */
async function ask(desk: Desk, user: string): Promise<Presence> {
  try {
    const [there, quiet] = await Promise.all([desk.bulk.users.getPresence({ user }), desk.bulk.dnd.info({ user })])
    const now = desk.store.now() / 1_000
    const { dnd_enabled = false, next_dnd_start_ts = 0, next_dnd_end_ts = 0 } = quiet
    const isQuiet = dnd_enabled && next_dnd_start_ts <= now && now < next_dnd_end_ts
    return there.presence === 'active' && !isQuiet ? 'active' : 'away'
  } catch (err) {
    desk.log.warn({ err, user }, 'Slack does not say whether somebody is there.')
    return null
  }
}
