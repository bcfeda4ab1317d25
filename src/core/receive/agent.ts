import type { AgentRow } from '../../db/schema.ts'
import type { Tx } from '../../db/store.ts'
import { actorOf } from '../agents.ts'
import type { Arrival } from '../arrival.ts'
import { type Document, isEmpty, plainText } from '../document.ts'
import { saysNote } from '../messages/note.ts'
import { postMessage } from '../messages/post.ts'
import { teamById } from '../teams.ts'
import { customerWasAnswered } from '../tickets/answers.ts'
import { recordMessage } from './record.ts'
import type { Place } from './ticket.ts'

/**
 * One of us wrote from their own mail program, provably. It is theirs, and no slip must reach the customer: unless the
 * customer has it already, somebody decides in Slack whether it is sent. What they passed on, or call a note, is a note.
 */
export async function receiveFromAgent(
  tx: Tx,
  a: Arrival,
  { ticket, thread }: Place,
  agent: AgentRow,
  why: string,
): Promise<void> {
  const author = { ...actorOf(agent), address: a.from.address }
  const recorded = { ticket, thread, author, why: `${why} ${agent.name} wrote it from their own mail program.` }
  if (a.copies.some(c => c.address === thread.place)) {
    await recordMessage(tx, a, recorded) // it went to the customer as well
    return customerWasAnswered(tx, ticket, author)
  }
  const isForUs = a.forwarded !== null || saysNote(plainText(a.body)) || (await keepsNotes(tx, ticket))
  await recordMessage(tx, a, { ...recorded, visibility: isForUs ? 'note' : 'undecided', toCustomer: true })
}

async function keepsNotes(tx: Tx, ticket: Place['ticket']): Promise<boolean> {
  return (ticket.reply_mode ?? (await teamById(tx.q, ticket.team_id)).reply_mode) === 'notes'
}

/** What an agent wrote above a mail that they passed on, as a note. */
export async function noteAbove(tx: Tx, a: Arrival, ticketId: string, agent: AgentRow): Promise<void> {
  const body = a.forwarded ? wordsAbove(a.body, a.forwarded) : []
  if (isEmpty(body)) return
  await postMessage(tx, { ticketId, author: actorOf(agent), body, visibility: 'note' })
}

/** The paragraphs before the one that says from whom the mail is that they pass on, or that it begins with. */
function wordsAbove(body: Document, forwarded: NonNullable<Arrival['forwarded']>): Document {
  const first = words(plainText(forwarded.body.slice(0, 1)))
  const end = body.findIndex(block => {
    const text = plainText([block])
    return text.toLowerCase().includes(forwarded.from.address) || (first !== '' && words(text).startsWith(first))
  })
  const above = end < 0 ? [] : body.slice(0, end)
  const last = above.at(-1)
  return last && isDivider(plainText([last])) ? above.slice(0, -1) : above
}

/** Such as `---------- Forwarded message ---------` or `Begin forwarded message:`. */
function isDivider(text: string): boolean {
  const line = text.trim()
  return line === '' || (line.length < 80 && !line.includes('\n') && (/^[-_=*]{2}/.test(line) || line.endsWith(':')))
}

function words(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
