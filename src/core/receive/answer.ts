import type { TicketRow } from '../../db/schema.ts'
import type { Tx } from '../../db/store.ts'
import { type Arrival, isAutomatic } from '../arrival.ts'
import { chatAnswered, chatHeardFrom, chatThanked } from '../chats/answered.ts'
import { postNotice } from '../messages/notice.ts'
import { customerAnswered } from '../tickets/answers.ts'
import { receiveFromAgent } from './agent.ts'
import { type Author, authorOf } from './author.ts'
import { continueTicket, isClosedForGood } from './continue.ts'
import { floodOn, hold } from './flood.ts'
import { asLight } from './light.ts'
import type { Match } from './match.ts'
import { recordMessage, type Said, settleArrival } from './record.ts'
import { currentPlace, type Place } from './ticket.ts'
import { withUnsubscribing } from './unsubscribe.ts'

/**
 * Receives what answers a thread, in the ticket where that goes on now. The customer's own words open it again, or begin
 * another when it was closed long ago; a machine's, a stranger's and doubtful ones change nothing.
 */
export async function receiveAnswer(tx: Tx, mail: Arrival, match: Match, isPassed: boolean): Promise<void> {
  const { ticket, thread, way } = await currentPlace(tx, match.thread)
  const why = match.why + way
  const author = await authorOf(tx, mail, ticket)
  const a = await understood(tx, mail, match, ticket, author)
  if (ticket.deleted_at !== null)
    return settleArrival(tx, a, { state: 'ignored', reason: `It answers ${ticket.identifier}, which was deleted.` })
  const recorded = { ticket, thread, author: author.actor, doubt: author.doubt, why }
  if (ticket.spam_at !== null) {
    await recordMessage(tx, a, { ...recorded, isQuiet: true })
    return
  }
  if (author.agent) return receiveFromAgent(tx, a, { ticket, thread }, author.agent, why)
  const flood = isPassed ? null : await floodOn(tx, ticket)
  if (flood) return hold(tx, a, flood, ticket.team_id)
  await chatHeardFrom(tx, a, ticket)
  await takeAnswer(tx, { ...a, root: a.key, record: r => recordMessage(tx, a, r) }, { ticket, thread }, author, why)
}

/** Writes it down, with all that follows from it: see `receiveAnswer`. Returns the message's id. */
export async function takeAnswer(tx: Tx, said: Said, place: Place, author: Author, why: string): Promise<string> {
  const { ticket, thread } = place
  const isAnswer = author.actor.kind === 'customer' && !isAutomatic(said.kind)
  const begun =
    isAnswer && (await isClosedForGood(tx, ticket)) ? await continueTicket(tx, said, place, author, why) : undefined
  if (begun) return begun
  const messageId = await said.record({ ticket, thread, author: author.actor, doubt: author.doubt, why })
  if (said.kind === 'light') await chatThanked(tx, said, ticket, messageId)
  else if (isAnswer) await reopen(tx, said, place, author)
  else if (!isAutomatic(said.kind)) await tellOfStranger(tx, said, place, author)
  return messageId
}

/** Whoever leaves by their answer, or only says thanks, does not answer. */
async function understood(
  tx: Tx,
  mail: Arrival,
  { thread }: Match,
  ticket: TicketRow,
  author: Author,
): Promise<Arrival> {
  const a = await withUnsubscribing(tx, mail, thread, author)
  return author.actor.kind === 'customer' ? asLight(tx, a, ticket) : a
}

async function reopen(tx: Tx, a: Pick<Said, 'key'>, { ticket }: Place, { actor }: Author): Promise<void> {
  await customerAnswered(tx, ticket, actor)
  await chatAnswered(tx, ticket, actor.name)
  if (ticket.closed_at === null) return
  const text = `${actor.name} answered, so ${ticket.identifier} is open again.`
  await postNotice(tx, ticket.id, text, `reopened:${a.key}`, ticket.assignee_id ?? ticket.closed_by)
}

/** Whoever looks after a closed ticket is called: nothing else shows that there is something new. */
async function tellOfStranger(
  tx: Tx,
  a: Pick<Said, 'key' | 'from'>,
  { ticket, thread }: Place,
  { doubt, actor }: Author,
): Promise<void> {
  const text =
    doubt && actor.id === ticket.customer_id
      ? `The mail above may not be from ${actor.name}, so it changes nothing here. If it is, press "It is ${actor.name}" below it.`
      : `The mail above is from ${a.from.address}, who is not this ticket's customer. Your answers still go to ${thread.place}.`
  const calls = ticket.closed_at === null ? null : (ticket.assignee_id ?? ticket.closed_by)
  await postNotice(tx, ticket.id, text, `stranger:${a.key}`, calls)
}
