import { actorOf } from '../../../core/agents.ts'
import { editMessage, removeMessage } from '../../../core/messages/edit.ts'
import { messageById } from '../../../core/messages/find.ts'
import { keepAsNote } from '../../../core/messages/keep.ts'
import { messageByKey } from '../../../core/threads.ts'
import type { Desk } from '../desk.ts'
import { readMessage } from '../read-message.ts'
import { correctionPrompt } from '../views/tickets/prompts.ts'
import { changeNote } from './instructions/obey.ts'
import { instructionIn } from './instructions/read.ts'
import type { SlackMessage } from './slack-message.ts'
import { type StoredEvent, settleWith } from './stored-event.ts'
import { hint, tell, threadAt, viewsOf, WAITS } from './thread.ts'

/** Acts on real edits only: Slack also says `changed` for link previews and reply counts. */
export async function onChanged(desk: Desk, stored: StoredEvent<SlackMessage>): Promise<void> {
  const { message: now, previous_message: before, channel } = stored.event
  if (!now?.user || !before) return
  if (now.subtype === 'tombstone') return removed(desk, stored, channel, before)
  if (!now.edited || now.edited.ts === before.edited?.ts) return
  if (instructionIn(before.text, desk.self.userId) !== null)
    return onChangedInstruction(desk, stored, { ...now, channel })
  const id = await recorded(desk, stored, { ...now, channel })
  if (!id) return
  const agent = await desk.people.agent(now.user)
  const { body, isNote } = await readMessage(desk, now)
  const reach = await settleWith(desk, stored, async tx => {
    const reach = await editMessage(tx, id, body, actorOf(agent))
    if (reach === 'held' && isNote) await keepAsNote(tx, id, actorOf(agent)) // it has just become one
    return reach
  })
  if (reach !== 'out' && reach !== 'leaving') return
  const found = await viewsOf(desk, id)
  if (found) await hint(desk, { ...now, channel }, correctionPrompt(found.message, found.ticket))
}

/** An instruction was carried out, or not, when it was written; only a note that it kept changes with it. */
async function onChangedInstruction(desk: Desk, stored: StoredEvent<SlackMessage>, now: SlackMessage): Promise<void> {
  const text = instructionIn(now.text, desk.self.userId)
  if (text !== null) return changeNote(desk, stored, now, text)
  await tell(desk, now, 'This began as an instruction to Overture, so it is neither sent nor kept. Write it anew.')
}

export async function onDeleted(desk: Desk, stored: StoredEvent<SlackMessage>): Promise<void> {
  const { previous_message: before, channel, deleted_ts } = stored.event
  await removed(desk, stored, channel, { ...before, type: 'message', channel, ts: deleted_ts ?? before?.ts ?? '' })
}

async function removed(
  desk: Desk,
  stored: StoredEvent<SlackMessage>,
  channel: string,
  before: SlackMessage,
): Promise<void> {
  if (instructionIn(before.text, desk.self.userId) !== null && !(await isKept(desk, channel, before.ts))) return
  const id = await recorded(desk, stored, { ...before, channel })
  if (!id) return
  await settleWith(desk, stored, async tx => {
    const m = await messageById(tx.q, id)
    const actor = { kind: m.author_kind, id: m.author_id, name: m.author_name }
    await removeMessage(tx, id, actor)
  })
}

/** An instruction to keep a note is a message of the ticket. */
async function isKept(desk: Desk, channel: string, ts: string): Promise<boolean> {
  return (await desk.store.read(q => messageByKey(q, 'slack', `${channel}:${ts}`))) !== null
}

/**
 * Our message that a change is about. Slack keeps no order, and events are worked on side by side: a change may be here
 * before what it changes, so in a thread of ours it is waited for, for some seconds.
 */
async function recorded(desk: Desk, stored: StoredEvent<SlackMessage>, about: SlackMessage): Promise<string | null> {
  const id = await desk.store.read(q => messageByKey(q, 'slack', `${about.channel}:${about.ts}`))
  const isReply = about.user && about.thread_ts && about.thread_ts !== about.ts
  if (!id && isReply && stored.attempts < WAITS && (await threadAt(desk, about.channel, about.thread_ts as string)))
    throw new Error('The message that this is about is not known, yet.')
  return id
}
