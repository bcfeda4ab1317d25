import { releasePlace } from '../../../core/deliveries/claim.ts'
import { movePlace, noteShared } from '../../../core/places.ts'
import { notePlaceProblem, teamAtPlace } from '../../../core/teams.ts'
import type { Desk } from '../desk.ts'
import { enterPlace, warnOfSharing } from './place.ts'
import { type StoredEvent, settleWith } from './stored-event.ts'

export async function onJoined(desk: Desk, stored: StoredEvent<{ user: string; channel: string }>): Promise<void> {
  if (stored.event.user !== desk.self.userId) return
  await settleWith(desk, stored, async tx => {
    await notePlaceProblem(tx, stored.event.channel, null)
    await releasePlace(tx, stored.event.channel)
  })
}

/** Said to an app about itself alone; `member_left_channel` would tell of others. */
export async function onLeft(desk: Desk, stored: StoredEvent<{ channel: string }>): Promise<void> {
  const problem = 'Overture was removed from this channel. Write `/invite @Overture` there.'
  await settleWith(desk, stored, tx => notePlaceProblem(tx, stored.event.channel, problem))
}

export async function onGone(desk: Desk, stored: StoredEvent<{ channel: string }>): Promise<void> {
  const team = await desk.store.read(q => teamAtPlace(q, stored.event.channel))
  if (!team) return
  await settleWith(desk, stored, tx =>
    notePlaceProblem(tx, stored.event.channel, 'This channel was archived or deleted. Choose another in Set-up.'),
  )
}

/** A channel is there again: what waited for it is due. */
export async function onAnew(desk: Desk, { event }: StoredEvent<{ channel: string }>): Promise<void> {
  if (await desk.store.read(q => teamAtPlace(q, event.channel))) await enterPlace(desk, event.channel)
}

/** What people must do about a channel names it as it is called now. */
export async function onRenamed(desk: Desk, { event }: StoredEvent<{ channel: { id: string } }>): Promise<void> {
  const team = await desk.store.read(q => teamAtPlace(q, event.channel.id))
  if (team?.place_problem) await enterPlace(desk, team.place)
}

/** https://docs.slack.dev/reference/events/channel_unshared: it may still be shared with others. */
export async function onShared(
  desk: Desk,
  stored: StoredEvent<{ channel: string; is_ext_shared?: boolean }>,
): Promise<void> {
  const { type, channel, is_ext_shared } = stored.event
  const isShared = type === 'channel_shared' || is_ext_shared === true
  const team = await settleWith(desk, stored, tx => noteShared(tx, channel, isShared))
  if (team) await warnOfSharing(desk, team)
}

/** As it happens to a channel that is shared: https://docs.slack.dev/reference/events/channel_id_changed */
export async function onMoved(
  desk: Desk,
  stored: StoredEvent<{ old_channel_id: string; new_channel_id: string }>,
): Promise<void> {
  const { old_channel_id, new_channel_id } = stored.event
  await settleWith(desk, stored, tx => movePlace(tx, old_channel_id, new_channel_id))
}
