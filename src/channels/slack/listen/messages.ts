import { actorOf, joinTeam } from '../../../core/agents.ts'
import { tooLargeToMail } from '../../../core/attachments.ts'
import { copyChoices } from '../../../core/copies.ts'
import { isEmpty } from '../../../core/document.ts'
import { messageById } from '../../../core/messages/find.ts'
import { postMessage } from '../../../core/messages/post.ts'
import { refuseUnlessMay, writingOf } from '../../../core/permissions/may.ts'
import { isOverheard } from '../../../core/places.ts'
import { teamById } from '../../../core/teams.ts'
import { homeOf, ticketById } from '../../../core/tickets/find.ts'
import { ticketView } from '../../../core/tickets/view.ts'
import type { MessageView, NewFile, TicketView } from '../../../core/view.ts'
import type { AgentRow, ThreadRow, Visibility } from '../../../db/schema.ts'
import { Problem } from '../../../lib/problem.ts'
import type { Desk } from '../desk.ts'
import { downloadFiles } from '../files.ts'
import { type Read, readMessage } from '../read-message.ts'
import { askPrompt, draftedPrompt, heldPrompt, keptPrompt, overheardPrompt } from '../views/tickets/prompts.ts'
import { onChanged, onDeleted } from './changes.ts'
import { obey } from './instructions/obey.ts'
import { instructionIn } from './instructions/read.ts'
import type { SlackMessage } from './slack-message.ts'
import { type StoredEvent, settleWith } from './stored-event.ts'
import { hint, tell, threadAt, viewsOf, WAITS } from './thread.ts'

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
  if (!event.user || event.bot_id) return
  const instruction = instructionIn(event.text, desk.self.userId)
  if (event.thread_ts && event.thread_ts !== event.ts) return onReply(desk, stored, event.thread_ts, instruction)
  if (instruction !== null) await obey(desk, stored, instruction, undefined)
}

async function onReply(
  desk: Desk,
  stored: StoredEvent<SlackMessage>,
  root: string,
  instruction: string | null,
): Promise<void> {
  const { event } = stored
  if (!event.user) return
  const thread = await threadAt(desk, event.channel, root)
  if (!thread && (instruction === null || stored.attempts < WAITS)) refuseTooEarly(desk, stored)
  if (instruction !== null) return obey(desk, stored, instruction, thread)
  if (!thread) return
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
  const isHeard = isOverheard(await desk.store.read(q => teamById(q, ticket.team.id)))
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
    const visibility = visibilityOf(ticket, written, event.ts)
    if (visibility !== 'note') await desk.store.read(q => refuseUnlessMay(q, actorOf(agent), 'manage', home))
    const id = await write(isHeard && visibility === 'public' ? 'undecided' : visibility, written.files)
    if (isHeard && visibility !== 'note') await hint(desk, event, overheardPrompt(id))
    else await prompt(desk, event, id, written)
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
    if (await drafts(desk, message)) return hint(desk, event, draftedPrompt(message, ticket))
    const links = desk.store.files.publicUrl ? tooLargeToMail(desk.store.files, message.attachments) : []
    const names = links.map(f => f.name)
    await hint(desk, event, askPrompt(message, ticket, others, names))
  } else if (message.visibility === 'public')
    await hint(desk, event, heldPrompt(message, ticket, desk.store.now(), others))
  else if (isNote && !saysNote && ticket.replyMode !== 'notes' && ticket.publishedAt !== null)
    await hint(desk, event, keptPrompt(message, ticket))
}

/** Whether somebody else than its author is to send it. */
async function drafts(desk: Desk, { id, author }: MessageView): Promise<boolean> {
  return desk.store.read(async q => {
    const ticket = await ticketById(q, (await messageById(q, id)).ticket_id)
    return author.id !== null && (await writingOf(q, author.id, ticket)) !== 'sends'
  })
}
