import { deactivateAgent } from '../../../core/agents.ts'
import type { Desk } from '../desk.ts'
import { onAnew, onGone, onJoined, onLeft, onMoved, onRenamed, onShared } from './channels.ts'
import { onHomeOpened } from './home.ts'
import { onLinks } from './links.ts'
import { onMessage } from './messages.ts'
import { onReaction } from './reactions.ts'
import { onStep } from './steps/run.ts'
import { type StoredEvent, settleWith } from './stored-event.ts'

type Handler = (desk: Desk, stored: StoredEvent<never>) => Promise<void>

/** All events that Overture acts on, each also in manifest.yml. A handler may run twice for the same event. */
export const events: Record<string, Handler> = {
  message: onMessage as Handler,
  reaction_added: onReaction as Handler,
  link_shared: onLinks as Handler,
  function_executed: onStep as Handler,
  app_home_opened: homeOpened as Handler,
  member_joined_channel: onJoined as Handler,
  channel_left: onLeft as Handler,
  group_left: onLeft as Handler,
  channel_archive: onGone as Handler,
  channel_deleted: onGone as Handler,
  group_archive: onGone as Handler,
  group_deleted: onGone as Handler,
  channel_unarchive: onAnew as Handler,
  group_unarchive: onAnew as Handler,
  channel_rename: onRenamed as Handler,
  group_rename: onRenamed as Handler,
  channel_shared: onShared as Handler,
  channel_unshared: onShared as Handler,
  channel_id_changed: onMoved as Handler,
  user_change: onUserChange as Handler,
}

/** Acts on a stored event and settles its row. Throws when it is to be tried again. */
export async function onEvent(desk: Desk, stored: StoredEvent): Promise<void> {
  const handler = events[stored.event.type]
  if (handler) await handler(desk, stored as StoredEvent<never>)
  await settleWith(desk, stored, async () => {})
}

async function homeOpened(
  desk: Desk,
  { event }: StoredEvent<{ user: string; tab: string; event_ts: string }>,
): Promise<void> {
  if (event.tab === 'home') await onHomeOpened(desk, event.user, Number(event.event_ts) * 1_000)
}

async function onUserChange(
  desk: Desk,
  stored: StoredEvent<{ user: { id: string; deleted?: boolean } }>,
): Promise<void> {
  desk.people.forget(stored.event.user.id)
  if (stored.event.user.deleted) await settleWith(desk, stored, tx => deactivateAgent(tx, stored.event.user.id))
}
