import { deactivateAgent } from '../../../core/agents.ts'
import { releasePlace } from '../../../core/deliveries/claim.ts'
import { notePlaceProblem, teamAtPlace } from '../../../core/teams.ts'
import type { Desk } from '../desk.ts'
import { showHome } from './home.ts'
import { onLinks } from './links.ts'
import { onMessage } from './messages.ts'
import { onReaction } from './reactions.ts'
import { type StoredEvent, settleWith } from './stored-event.ts'

type Handler = (desk: Desk, stored: StoredEvent<never>) => Promise<void>

/** All events that Overture acts on, each also in manifest.yml. A handler may run twice for the same event. */
export const events: Record<string, Handler> = {
  message: onMessage as Handler,
  reaction_added: onReaction as Handler,
  link_shared: onLinks as Handler,
  app_home_opened: onHomeOpened as Handler,
  member_joined_channel: onJoined as Handler,
  channel_left: onLeft as Handler,
  group_left: onLeft as Handler,
  channel_archive: onGone as Handler,
  channel_deleted: onGone as Handler,
  group_archive: onGone as Handler,
  group_deleted: onGone as Handler,
  user_change: onUserChange as Handler,
}

/** Acts on a stored event and settles its row. Throws when it is to be tried again. */
export async function onEvent(desk: Desk, stored: StoredEvent): Promise<void> {
  const handler = events[stored.event.type]
  if (handler) await handler(desk, stored as StoredEvent<never>)
  await settleWith(desk, stored, async () => {})
}

async function onHomeOpened(desk: Desk, { event }: StoredEvent<{ user: string; tab: string }>): Promise<void> {
  if (event.tab === 'home') await showHome(desk, event.user)
}

async function onJoined(desk: Desk, stored: StoredEvent<{ user: string; channel: string }>): Promise<void> {
  if (stored.event.user !== desk.self.userId) return
  await settleWith(desk, stored, async tx => {
    await notePlaceProblem(tx, stored.event.channel, null)
    await releasePlace(tx, stored.event.channel)
  })
}

/** Said to an app about itself alone; `member_left_channel` would tell of others. */
async function onLeft(desk: Desk, stored: StoredEvent<{ channel: string }>): Promise<void> {
  const problem = 'Overture was removed from this channel. Write `/invite @Overture` there.'
  await settleWith(desk, stored, tx => notePlaceProblem(tx, stored.event.channel, problem))
}

async function onGone(desk: Desk, stored: StoredEvent<{ channel: string }>): Promise<void> {
  const team = await desk.store.read(q => teamAtPlace(q, stored.event.channel))
  if (!team) return
  await settleWith(desk, stored, tx =>
    notePlaceProblem(tx, stored.event.channel, 'This channel was archived or deleted. Choose another in Set-up.'),
  )
}

async function onUserChange(
  desk: Desk,
  stored: StoredEvent<{ user: { id: string; deleted?: boolean } }>,
): Promise<void> {
  desk.people.forget(stored.event.user.id)
  if (stored.event.user.deleted) await settleWith(desk, stored, tx => deactivateAgent(tx, stored.event.user.id))
}
