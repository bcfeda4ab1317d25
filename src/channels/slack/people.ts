import { WebAPIPlatformError, type WebClient } from '@slack/web-api'
import { agentByHandle, isAsSeen, seeAgent } from '../../core/agents.ts'
import type { AgentRow } from '../../db/schema.ts'
import type { Store } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'

export interface Profile {
  handle: string
  name: string
  email: string | null
  zone: string | null // IANA time zone
  isStranger: boolean // of another organisation (Slack Connect), a guest who must not act, or a bot
  isGone: boolean
}

/** Who people in the workspace are. Asked of Slack once in ten minutes for each. */
export interface People {
  profile(userId: string): Promise<Profile>
  /** The agent that this user is. Throws a Problem for somebody who must not act for the team. */
  agent(userId: string): Promise<AgentRow>
  /** The name that people see; never an id. */
  name(userId: string): Promise<string>
  forget(userId: string): void
}

const FRESH_MS = 10 * 60_000
const MOST = 5_000

export function createPeople(store: Store, client: WebClient): People {
  const known = new Map<string, { at: number; profile: Promise<Profile> }>()

  function profile(userId: string): Promise<Profile> {
    const seen = known.get(userId)
    if (seen && store.now() - seen.at < FRESH_MS) return seen.profile
    const asked = ask(client, userId)
    asked.catch(() => known.delete(userId))
    if (known.size >= MOST) known.delete(known.keys().next().value as string)
    known.set(userId, { at: store.now(), profile: asked })
    return asked
  }

  return {
    profile,
    async agent(userId) {
      const p = await profile(userId)
      if (p.isStranger) throw new Problem('forbidden', 'Only members of this workspace can do that.')
      const known = await store.read(q => agentByHandle(q, userId))
      return known && isAsSeen(known, p) ? known : store.write(tx => seeAgent(tx, p))
    },
    name: async userId => (await profile(userId)).name,
    forget: userId => known.delete(userId),
  }
}

/** https://docs.slack.dev/reference/objects/user-object */
async function ask(client: WebClient, userId: string): Promise<Profile> {
  try {
    const { user } = await client.users.info({ user: userId })
    const shown = user?.profile?.display_name || user?.profile?.real_name || user?.real_name || user?.name
    return {
      handle: userId,
      name: shown || 'somebody',
      email: user?.profile?.email ?? null,
      zone: user?.tz ?? null,
      isStranger: user?.is_stranger === true || user?.is_bot === true || user?.is_ultra_restricted === true,
      isGone: user?.deleted === true,
    }
  } catch (error) {
    if (error instanceof WebAPIPlatformError && ['user_not_found', 'user_not_visible'].includes(error.data.error))
      return { handle: userId, name: 'somebody', email: null, zone: null, isStranger: true, isGone: false }
    throw error
  }
}
