import type { KnownBlock } from '@slack/types'
import { actorOf, joinTeam } from '../../../core/agents.ts'
import { tooLargeToMail } from '../../../core/attachments.ts'
import { copyChoices } from '../../../core/copies.ts'
import { isEmpty } from '../../../core/document.ts'
import type { MessageView, NewFile, TicketView } from '../../../core/letter.ts'
import { undoSend } from '../../../core/messages/decide.ts'
import { deleteMessage, editMessage } from '../../../core/messages/edit.ts'
import { messageById } from '../../../core/messages/find.ts'
import { postMessage, postNotice } from '../../../core/messages/post.ts'
import { messageView } from '../../../core/messages/view.ts'
import { messageByKey, threadByRoot } from '../../../core/threads.ts'
import { homeOf } from '../../../core/tickets/find.ts'
import { ticketView } from '../../../core/tickets/view.ts'
import type { AgentRow, ThreadRow, Visibility } from '../../../db/schema.ts'
import { Problem } from '../../../lib/problem.ts'
import type { Desk } from '../desk.ts'
import { downloadFiles } from '../files.ts'
import { type Read, readMessage } from '../read-message.ts'
import { askPrompt, correctionPrompt, heldPrompt, keptPrompt } from '../views/tickets/prompts.ts'
import { type StoredEvent, settleWith } from './stored-event.ts'

/** https://docs.slack.dev/reference/events/message */
export interface SlackMessage {
  type: 'message'
  subtype?: string
  channel: string
  user?: string
  bot_id?: string
  text?: string
  blocks?: KnownBlock[]
  ts: string
  thread_ts?: string
  parent_user_id?: string
  files?: { id: string }[]
  edited?: { ts: string }
  deleted_ts?: string
  message?: SlackMessage
  previous_message?: SlackMessage
}

/** What people write, edit and delete in a ticket's thread. */
export async function onMessage(desk: Desk, stored: StoredEvent<SlackMessage>): Promise<void> {
  const { event } = stored
  switch (event.subtype) {
    case undefined:
    case 'file_share':
    case 'thread_broadcast':
      return onWritten(desk, stored)
    case 'message_changed':
      return onChanged(desk, stored)
    case 'message_deleted':
      return onDeleted(desk, stored)
  }
}

async function onWritten(desk: Desk, stored: StoredEvent<SlackMessage>): Promise<void> {
  const { event } = stored
  if (!event.user || event.bot_id || !event.thread_ts || event.thread_ts === event.ts) return
  const thread = await threadAt(desk, event.channel, event.thread_ts)
  if (!thread) return refuseTooEarly(desk, stored)
  const profile = await desk.people.profile(event.user)
  if (profile.isStranger) {
    await tell(desk, event, 'Only members of this workspace can write in a ticket; this stays in Slack.')
    return
  }
  const agent = await desk.people.agent(event.user)
  const written = await readMessage(desk, event)
  const files = await filesOf(desk, event)
  await record(desk, stored, thread, agent, { ...written, files })
}

/** Some minutes; not all that we post is a card. */
const TRIES_FOR_A_CARD = 10

/** Somebody may write under a card before we noted that it is there; then it is ours all the same, a moment later. */
function refuseTooEarly(desk: Desk, { event, attempts }: StoredEvent<SlackMessage>): void {
  if (event.parent_user_id === desk.self.userId && attempts < TRIES_FOR_A_CARD)
    throw new Error('This thread is not known, yet.')
}

async function filesOf(desk: Desk, event: SlackMessage): Promise<NewFile[] | Problem> {
  try {
    return await downloadFiles(desk, event.files?.map(f => f.id) ?? [])
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
}

interface Written extends Read {
  files: NewFile[] | Problem
}

async function record(
  desk: Desk,
  stored: StoredEvent<SlackMessage>,
  thread: ThreadRow,
  agent: AgentRow,
  written: Written,
): Promise<void> {
  const { event } = stored
  const home = await desk.store.read(q => homeOf(q, thread.ticket_id)) // what is written below a merged one goes on there
  const ticket = await desk.store.read(q => ticketView(q, desk.store, home.id))
  if (!ticket) return tell(desk, event, `${home.identifier} was deleted; this stays in Slack.`)
  const key = `${event.channel}:${event.ts}`
  const write = (visibility: Visibility, files: NewFile[]) =>
    settleWith(desk, stored, async tx => {
      await joinTeam(tx, agent.id, ticket.team.id)
      return postMessage(tx, {
        ticketId: ticket.id,
        author: actorOf(agent),
        body: written.body,
        files,
        visibility,
        from: { channel: thread.channel, threadId: thread.id, key },
        dedupKey: `slack:${key}`,
      })
    })
  try {
    if (written.files instanceof Problem) throw written.files
    const id = await write(visibilityOf(ticket, written, event.ts), written.files)
    await prompt(desk, event, id, written)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    // it cannot go to the customer as it is, and must not be lost or sent without its files
    const isKept = !isEmpty(written.body)
    if (isKept) await write('note', [])
    await tell(desk, event, `${error.message} This message was not sent${isKept ? '; it is kept as a note' : ''}.`)
  }
}

/** Fail-safe: what looks like a note is one, whatever the team's mode. */
function visibilityOf(ticket: TicketView, written: Written, ts: string): Visibility {
  if (written.isNote || ticket.replyMode === 'notes' || ticket.publishedAt === null) return 'note'
  const wasPublic = Number(ts) * 1000 >= ticket.publishedAt // when it was written, not now that we read it
  return ticket.replyMode === 'direct' && wasPublic ? 'public' : 'undecided'
}

/**
 * Asks, or says what happens, where only the author sees it. It is not stored by Slack: the card counts what is undecided.
 * Who called a colleague may have meant the customer all the same; who wrote `note:` did not.
 */
async function prompt(desk: Desk, event: SlackMessage, messageId: string, { isNote, saysNote }: Read): Promise<void> {
  const found = await viewsOf(desk, messageId)
  if (!found || !event.user) return
  const { message, ticket } = found
  const others = await desk.store.read(q => copyChoices(q, ticket.id))
  if (message.visibility === 'undecided') {
    const links = desk.store.files.publicUrl ? tooLargeToMail(desk.store.files, message.attachments) : []
    const names = links.map(f => f.name)
    await whisper(desk, event, askPrompt(message, ticket, others, names))
  } else if (message.visibility === 'public')
    await whisper(desk, event, heldPrompt(message, ticket, desk.store.now(), others))
  else if (isNote && !saysNote && ticket.replyMode !== 'notes' && ticket.publishedAt !== null)
    await whisper(desk, event, keptPrompt(message, ticket))
}

async function viewsOf(
  desk: Desk,
  messageId: string,
): Promise<{ message: MessageView; ticket: TicketView } | undefined> {
  return desk.store.read(async q => {
    const row = await messageById(q, messageId)
    const [message, ticket] = [
      await messageView(q, desk.store, messageId),
      await ticketView(q, desk.store, row.ticket_id),
    ]
    return message && ticket ? { message, ticket } : undefined
  })
}

/** Acts on real edits only: Slack also says `changed` for link previews and reply counts. */
async function onChanged(desk: Desk, stored: StoredEvent<SlackMessage>): Promise<void> {
  const { message: now, previous_message: before, channel } = stored.event
  if (!now?.user || !before) return
  if (now.subtype === 'tombstone') return removed(desk, stored, channel, before)
  if (!now.edited || now.edited.ts === before.edited?.ts) return
  const id = await recorded(desk, stored, { ...now, channel })
  if (!id) return
  const agent = await desk.people.agent(now.user)
  const { body, isNote } = await readMessage(desk, now)
  const reach = await settleWith(desk, stored, async tx => {
    const reach = await editMessage(tx, id, body, actorOf(agent))
    if (reach === 'held' && isNote) await undoSend(tx, id, actorOf(agent)) // it has just become a note
    return reach
  })
  if (reach !== 'out' && reach !== 'leaving') return
  const found = await viewsOf(desk, id)
  if (found) await whisper(desk, { ...now, channel }, correctionPrompt(found.message, found.ticket))
}

async function onDeleted(desk: Desk, stored: StoredEvent<SlackMessage>): Promise<void> {
  const { previous_message: before, channel, deleted_ts } = stored.event
  await removed(desk, stored, channel, { ...before, type: 'message', channel, ts: deleted_ts ?? before?.ts ?? '' })
}

async function removed(
  desk: Desk,
  stored: StoredEvent<SlackMessage>,
  channel: string,
  before: SlackMessage,
): Promise<void> {
  const id = await recorded(desk, stored, { ...before, channel })
  if (!id) return
  await settleWith(desk, stored, async tx => {
    const m = await messageById(tx.q, id)
    const actor = { kind: m.author_kind, id: m.author_id, name: m.author_name }
    const reach = await deleteMessage(tx, id, actor)
    if (reach === 'out' || reach === 'leaving')
      await postNotice(tx, m.ticket_id, `${m.author_name} deleted a message here${gone[reach]}`, `deleted:${id}`)
  })
}

const WAITS = 4

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

const gone = {
  out: ', but the customer has it already: a mail cannot be called back.',
  leaving: ' while its mail was on its way: it is not sent, unless the mail server had just taken it.',
}

function threadAt(desk: Desk, channel: string, root: string): Promise<ThreadRow | undefined> {
  return desk.store.read(q => threadByRoot(q, 'slack', channel, root))
}

async function tell(desk: Desk, event: SlackMessage, text: string): Promise<void> {
  await whisper(desk, event, { text, blocks: [{ type: 'section', text: { type: 'plain_text', text } }] })
}

async function whisper(desk: Desk, to: SlackMessage, words: { text: string; blocks: KnownBlock[] }): Promise<void> {
  if (!to.user) return
  await desk.bulk.chat
    .postEphemeral({ channel: to.channel, user: to.user, thread_ts: to.thread_ts ?? to.ts, ...words })
    .catch(err => desk.log.warn({ err }, 'A hint could not be shown.'))
}
