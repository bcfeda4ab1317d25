import { actorOf } from '../../../../core/agents.ts'
import { searching } from '../../../../core/find/entry.ts'
import { askerOf, findTickets } from '../../../../core/find/find.ts'
import { readFind } from '../../../../core/find/language.ts'
import { editMessage } from '../../../../core/messages/edit.ts'
import { postMessage } from '../../../../core/messages/post.ts'
import { isFirst, messageByKey } from '../../../../core/threads.ts'
import { ticketViews } from '../../../../core/tickets/view.ts'
import type { AgentRow, ThreadRow } from '../../../../db/schema.ts'
import type { Tx } from '../../../../db/store.ts'
import { Problem, Problems } from '../../../../lib/problem.ts'
import type { Desk } from '../../desk.ts'
import { downloadFiles } from '../../files.ts'
import { readMessage } from '../../read-message.ts'
import { foundTickets, instructionHelp } from '../../views/instructions.ts'
import { closePrompt, type Prompt, said } from '../../views/tickets/prompts.ts'
import { assign, close, prioritise, reopen, setTo, take } from '../deeds.ts'
import { ticketPost } from '../show.ts'
import type { SlackMessage } from '../slack-message.ts'
import { type StoredEvent, settleWith } from '../stored-event.ts'
import { whisper } from '../whisper.ts'
import { type Deed, readInstruction } from './read.ts'

/**
 * Does what a message asks of Overture that begins with its mention, and tells its author, who alone sees the answer. The
 * message itself is never an answer to a customer. `thread` is the ticket's, if it was written in one.
 */
export async function obey(
  desk: Desk,
  stored: StoredEvent<SlackMessage>,
  text: string,
  thread: ThreadRow | undefined,
): Promise<void> {
  const { channel, user, thread_ts } = stored.event
  if (!user) return
  const answer = await answerTo(desk, stored, text, thread)
  if (answer) await whisper(desk, { channel, user, thread_ts }, answer)
}

async function answerTo(
  desk: Desk,
  stored: StoredEvent<SlackMessage>,
  text: string,
  thread: ThreadRow | undefined,
): Promise<Prompt | null> {
  try {
    const agent = await desk.people.agent(stored.event.user ?? '')
    const asked = readInstruction(text)
    if (asked.verb === 'help') return instructionHelp(asked.unknown ?? null, thread !== undefined)
    if (asked.verb === 'show') return await ticketPost(desk, agent.handle, asked.identifier)
    if (asked.verb === 'find') return await find(desk, agent, asked.words)
    if (!thread) return said(`“${asked.verb}” is for the thread of a ticket: write it there.`)
    return await carryOut(desk, stored, asked, thread, agent)
  } catch (error) {
    if (error instanceof Problem || error instanceof Problems) return refusal(error, thread)
    throw error
  }
}

/** What cannot be closed without more is closed with the form. */
function refusal(error: Problem | Problems, thread: ThreadRow | undefined): Prompt {
  return thread && error instanceof Problems ? closePrompt(thread.ticket_id, error.message) : said(error.message)
}

const MOST_FOUND = 10

async function find(desk: Desk, agent: AgentRow, typed: string): Promise<Prompt> {
  const tickets = await searching(desk.store, async q => {
    const filter = await readFind(q, typed)
    const asker = await askerOf(q, agent, desk.store.now())
    const found = (await findTickets(q, filter, asker, { limit: MOST_FOUND })).tickets.map(t => t.id)
    const views = await ticketViews(q, desk.store, found)
    return found.flatMap(id => views.get(id) ?? [])
  })
  return foundTickets(typed, tickets)
}

async function carryOut(
  desk: Desk,
  stored: StoredEvent<SlackMessage>,
  asked: Deed,
  thread: ThreadRow,
  agent: AgentRow,
): Promise<Prompt | null> {
  if (asked.verb === 'note') return keepNote(desk, stored, asked.text, thread, agent)
  const isNamed = asked.verb === 'assign' && !['me', 'nobody'].includes(asked.to)
  const to = isNamed ? await desk.people.agent(asked.to) : agent
  const { channel, ts } = stored.event
  return settleWith(desk, stored, async tx => {
    const once = { channel: thread.channel, key: `done:${channel}:${ts}`, threadId: thread.id }
    return (await isFirst(tx, once)) ? doIt(tx, thread.ticket_id, asked, to, agent) : null // it was found again in the thread
  })
}

async function keepNote(
  desk: Desk,
  stored: StoredEvent<SlackMessage>,
  text: string,
  thread: ThreadRow,
  agent: AgentRow,
): Promise<Prompt> {
  const { channel, ts, files } = stored.event
  const key = `${channel}:${ts}`
  const note = {
    ticketId: thread.ticket_id,
    author: actorOf(agent),
    body: (await readMessage(desk, { text })).body,
    files: await downloadFiles(desk, files?.map(f => f.id) ?? []),
    visibility: 'note' as const,
    from: { channel: thread.channel, threadId: thread.id, key },
    dedupKey: `slack:${key}`,
  }
  await settleWith(desk, stored, tx => postMessage(tx, note))
  return said('🔒 Kept as a note; the customer does not see it.')
}

/** Changes a note that was kept by an instruction, when that is edited and asks for one still. */
export async function changeNote(
  desk: Desk,
  stored: StoredEvent<SlackMessage>,
  { channel, ts, user }: SlackMessage,
  text: string,
): Promise<void> {
  const id = await desk.store.read(q => messageByKey(q, 'slack', `${channel}:${ts}`))
  const [, note] = /^note\b:?\s*(.+)$/is.exec(text) ?? []
  if (!id || !note || !user) return
  const agent = await desk.people.agent(user)
  const { body } = await readMessage(desk, { text: note })
  await settleWith(desk, stored, tx => editMessage(tx, id, body, actorOf(agent)))
}

function doIt(
  tx: Tx,
  ticketId: string,
  asked: Exclude<Deed, { verb: 'note' }>,
  to: AgentRow,
  agent: AgentRow,
): Promise<Prompt> {
  switch (asked.verb) {
    case 'take':
      return take(tx, ticketId, agent)
    case 'reopen':
      return reopen(tx, ticketId, agent)
    case 'close':
      return close(tx, ticketId, asked.reason, agent)
    case 'assign':
      return assign(tx, ticketId, asked.to === 'nobody' ? null : to, agent)
    case 'status':
      return setTo(tx, ticketId, asked.status, agent)
    case 'priority':
      return prioritise(tx, ticketId, asked.priority, agent)
  }
}
