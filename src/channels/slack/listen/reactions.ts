import { WebAPIPlatformError } from '@slack/web-api'
import { actorOf } from '../../../core/agents.ts'
import { messageOfPost } from '../../../core/deliveries/find.ts'
import { messageById } from '../../../core/messages/find.ts'
import { keepAsNote } from '../../../core/messages/keep.ts'
import { type Deed, deedOf } from '../../../core/reactions.ts'
import { teamAtPlace, teamById } from '../../../core/teams.ts'
import { messageByKey, threadByRoot } from '../../../core/threads.ts'
import { ticketById } from '../../../core/tickets/find.ts'
import type { AgentRow } from '../../../db/schema.ts'
import type { Query } from '../../../db/store.ts'
import { Problem, Problems } from '../../../lib/problem.ts'
import type { Desk } from '../desk.ts'
import { closePrompt, keptPrompt, type Prompt, said } from '../views/tickets/prompts.ts'
import { doOnCard } from './deeds.ts'
import { loadMessage } from './show.ts'
import { type StoredEvent, settleWith } from './stored-event.ts'
import { whisper } from './whisper.ts'

/** https://docs.slack.dev/reference/events/reaction_added */
export interface Reaction {
  user: string
  reaction: string
  item: { type: string; channel: string; ts: string }
}

/** What an emoji was put on: a ticket's card, or one of the messages in its thread. */
interface Target {
  ticketId: string
  messageId: string | null // null: the card
  root?: string // of the thread that the message is in
}

/** An emoji with a meaning, on a ticket's card or on a message in its thread. All others are left alone. */
export async function onReaction(desk: Desk, stored: StoredEvent<Reaction>): Promise<void> {
  const { user, item, reaction } = stored.event
  if (item.type !== 'message' || user === desk.self.userId) return
  const target = await targetOf(desk, stored)
  const deed = target && (await deedAt(desk, target, reaction))
  if (!target || !deed) return
  const word = await wordOf(desk, stored, target, deed)
  await whisper(desk, { channel: item.channel, user, thread_ts: target.root }, word)
}

/** On a message only what concerns it is done: a tick below an answer closes nothing. */
async function deedAt(desk: Desk, { ticketId, messageId }: Target, emoji: string): Promise<Deed | undefined> {
  const deed = await desk.store.read(q => deedOnTicket(q, ticketId, emoji))
  return (deed === 'note') === (messageId !== null) ? deed : undefined
}

/** What an emoji does in the team of a ticket; nothing on one that was deleted. */
async function deedOnTicket(q: Query, ticketId: string, emoji: string): Promise<Deed | undefined> {
  try {
    return deedOf(await teamById(q, (await ticketById(q, ticketId)).team_id), emoji)
  } catch (error) {
    if (error instanceof Problem) return undefined
    throw error
  }
}

/** Does it, and says what became of it. Without a trigger no form can be opened, so what needs one comes as a button. */
async function wordOf(desk: Desk, stored: StoredEvent<Reaction>, target: Target, deed: Deed): Promise<Prompt> {
  const { ticketId, messageId } = target
  try {
    const agent = await desk.people.agent(stored.event.user)
    if (messageId) return await keep(desk, stored, messageId, agent)
    return await settleWith(desk, stored, tx => doOnCard(tx, ticketId, deed as Exclude<Deed, 'note'>, agent))
  } catch (error) {
    if (!(error instanceof Problem || error instanceof Problems)) throw error
    return error instanceof Problems ? closePrompt(ticketId, error.message) : said(error.message)
  }
}

async function keep(desk: Desk, stored: StoredEvent<Reaction>, messageId: string, agent: AgentRow): Promise<Prompt> {
  await settleWith(desk, stored, tx => keepAsNote(tx, messageId, actorOf(agent)))
  const { message, ticket } = await loadMessage(desk, messageId)
  return keptPrompt(message, ticket)
}

async function targetOf(desk: Desk, stored: StoredEvent<Reaction>): Promise<Target | undefined> {
  const { channel, ts } = stored.event.item
  const card = await desk.store.read(q => threadByRoot(q, 'slack', channel, ts))
  if (card) return { ticketId: card.ticket_id, messageId: null }
  return inThread(desk, stored)
}

const WAITS = 4

/**
 * A reaction does not say in which thread it is, so Slack is asked, where the emoji means something. What was just written
 * there may not be known yet: it is waited for, for some seconds.
 */
async function inThread(desk: Desk, { event, attempts }: StoredEvent<Reaction>): Promise<Target | undefined> {
  const { channel, ts } = event.item
  if (!(await mayKeep(desk, channel, ts, event.reaction))) return undefined
  const root = await rootOf(desk, channel, ts)
  const thread = root && (await desk.store.read(q => threadByRoot(q, 'slack', channel, root)))
  if (!thread || !root) return undefined
  const key = `${channel}:${ts}`
  const messageId = await desk.store.read(
    async q => (await messageByKey(q, 'slack', key)) ?? (await messageOfPost(q, thread.ticket_id, key)),
  )
  if (messageId) return { ticketId: thread.ticket_id, messageId, root }
  if (attempts < WAITS) throw new Error('The message that this is about is not known, yet.')
  return undefined
}

/** Whether the emoji keeps notes in the team whose message it is on, as far as we can tell without asking Slack. */
async function mayKeep(desk: Desk, channel: string, ts: string, emoji: string): Promise<boolean> {
  return desk.store.read(async q => {
    const known = await messageByKey(q, 'slack', `${channel}:${ts}`)
    if (!known) {
      const team = await teamAtPlace(q, channel)
      return team !== undefined && deedOf(team, emoji) === 'note'
    }
    return (await deedOnTicket(q, (await messageById(q, known)).ticket_id, emoji)) === 'note'
  })
}

/** The root of the thread that a message is in; undefined when it is in none, or is gone. */
async function rootOf(desk: Desk, channel: string, ts: string): Promise<string | undefined> {
  try {
    const { messages } = await desk.bulk.conversations.replies({ channel, ts, limit: 1 })
    return messages?.[0]?.thread_ts
  } catch (error) {
    if (error instanceof WebAPIPlatformError) return undefined
    throw error
  }
}
