import { prepared } from '../db/prepared.ts'
import type { SenderRow, ThreadRow, TicketRow } from '../db/schema.ts'
import type { Tx } from '../db/store.ts'
import { copiesOf } from './copies.ts'
import { customerByAddress, customerFor, learnName } from './customers.ts'
import { markBounced } from './deliveries/settle.ts'
import { fromText, isEmpty, plainText } from './document.ts'
import type { Actor } from './events.ts'
import { settleInbound } from './inbound.ts'
import { type Arrival, isAutomatic } from './letter.ts'
import { postMessage, postNotice } from './messages/post.ts'
import { senderByAddress, usableSender } from './senders.ts'
import { customerAnswered } from './tickets/change.ts'
import { ticketById } from './tickets/find.ts'
import { openTicketByCustomer } from './tickets/open.ts'
import { readReplyToken } from './tokens.ts'
import { teamGiven } from './tray.ts'

interface Match {
  thread: ThreadRow
  why: string // a finished sentence
}

/**
 * Settles what a customer's channel brought in: a message on the ticket that it answers, a new ticket of the team that it
 * was written to, or put aside where people see it. The same key twice is one message.
 */
export async function receiveArrival(tx: Tx, a: Arrival): Promise<void> {
  if (await seenBefore(tx, a))
    return settleArrival(tx, a, { state: 'ignored', reason: 'This mail was received before.' })
  if (a.kind === 'loop')
    return settleArrival(tx, a, {
      state: 'ignored',
      reason: `It is our own mail coming back (${a.rule}).`,
    })
  const match = await matchOf(tx, a)
  if (match) return receiveAnswer(tx, a, match)
  const given = await teamGiven(tx.q, a.inboundId)
  const sender = given ? await usableSender(tx.q, given, null) : await writtenTo(tx, a)
  const about = {
    from: a.from.name ? `${a.from.name} <${a.from.address}>` : a.from.address,
    subject: a.subject,
    text: plainText(a.body).slice(0, 500),
  }
  if (!sender)
    return settleArrival(tx, a, {
      state: 'unmatched',
      about,
      reason: 'It was written to no address of ours and answers nothing of ours.',
    })
  if (isAutomatic(a.kind) && !given)
    return settleArrival(tx, a, {
      state: 'unmatched',
      about,
      reason: `It is automatic (${a.rule}) and answers nothing of ours.`,
    })
  await receiveFirst(tx, a, sender)
}

function settleArrival(tx: Tx, a: Arrival, to: Parameters<typeof settleInbound>[2]): Promise<void> {
  return settleInbound(tx, a.inboundId, { kind: a.kind, rule: a.rule, ...to })
}

async function seenBefore(tx: Tx, a: Arrival): Promise<boolean> {
  return (await selectKey(tx.q, { channel: a.channel, key: a.key })).rows.length > 0
}

const selectKey = prepared((q, v: { channel: string; key: string }) =>
  q.selectFrom('keys').select('key').where('channel', '=', v.channel).where('key', '=', v.key),
)

/** The mail that a bounce returns did not arrive; who wrote it is told, as for one that was refused at once. */
async function mailCameBack(tx: Tx, a: Arrival, thread: ThreadRow): Promise<void> {
  const reason = `It came back: ${verdictIn(plainText(a.body))}`
  for (const key of a.answers) if (await markBounced(tx, thread.id, key, reason)) return
}

/** The line of a bounce that says why, by its status; else how it begins. The whole is in the thread. */
function verdictIn(text: string): string {
  const lines = text.split('\n')
  const why = lines.find(line => /\b[45]\d\d[ -]#?[45]\.\d{1,3}\.\d{1,3}\b/.test(line))
  return (why ?? text).replace(/\s+/g, ' ').trim().slice(0, 300)
}

/** In this order: a token that we signed, an id of ours that it answers, the subject's tag if we know the author there. */
async function matchOf(tx: Tx, a: Arrival): Promise<Match | undefined> {
  for (const token of a.tokens) {
    const word = readReplyToken(tx.key, token)
    const thread = word && (await selectByToken(tx.q, { word })).rows[0]
    if (thread) return { thread, why: 'Matched by the reply address that it was sent to.' }
  }
  for (const [i, key] of a.answers.slice(0, MOST_ANSWERS).entries()) {
    const thread = await tx.q
      .selectFrom('keys')
      .innerJoin('threads', 'threads.id', 'keys.thread_id')
      .selectAll('threads')
      .where('keys.channel', '=', a.channel)
      .where('keys.key', '=', key)
      .executeTakeFirst()
    if (thread)
      return {
        thread,
        why: i === 0 ? 'Matched by the mail that it answers.' : 'Matched by an earlier mail that it refers to.',
      }
  }
  return a.tag ? matchByTag(tx, a, a.tag) : undefined
}

const MOST_ANSWERS = 50

const selectByToken = prepared((q, v: { word: string }) =>
  q.selectFrom('threads').selectAll().where('token', '=', v.word),
)

async function matchByTag(tx: Tx, a: Arrival, tag: string): Promise<Match | undefined> {
  const thread = await tx.q
    .selectFrom('threads')
    .innerJoin('tickets', 'tickets.id', 'threads.ticket_id')
    .selectAll('threads')
    .where('tickets.identifier', '=', tag)
    .where('threads.side', '=', 'customer')
    .where('threads.channel', '=', a.channel)
    .where('threads.place', '=', a.from.address) // a stranger who guesses a number must not get in
    .executeTakeFirst()
  return thread && { thread, why: `Matched by ${tag} in the subject, written by the ticket's customer.` }
}

async function writtenTo(tx: Tx, a: Arrival): Promise<SenderRow | undefined> {
  for (const address of a.to) {
    const sender = await senderByAddress(tx.q, address)
    if (sender) return sender
  }
  return undefined
}

async function receiveAnswer(tx: Tx, a: Arrival, { thread, why }: Match): Promise<void> {
  const ticket = (await selectTicket(tx.q, { id: thread.ticket_id })).rows[0] as TicketRow
  if (ticket.deleted_at !== null)
    return settleArrival(tx, a, {
      state: 'ignored',
      reason: `It answers ${ticket.identifier}, which was deleted.`,
    })
  const { author, isCustomer } = await authorOf(tx, a, ticket)
  await recordMessage(tx, a, thread, ticket.id, author, why)
  if (a.kind === 'bounce') await mailCameBack(tx, a, thread)
  if (isAutomatic(a.kind)) return
  if (isCustomer) await customerAnswered(tx, ticket, author)
  else
    await postNotice(
      tx,
      ticket.id,
      `The mail above is from ${a.from.address}, who is not this ticket's customer. Your answers still go to ${thread.place}.`,
      `stranger:${a.key}`,
    )
}

/** Also a deleted one: its mails are not to become another. */
const selectTicket = prepared((q, v: { id: string }) => q.selectFrom('tickets').selectAll().where('id', '=', v.id))

async function receiveFirst(tx: Tx, a: Arrival, sender: SenderRow): Promise<void> {
  const customer = await customerFor(tx, a.from.address, a.from.name)
  const ticket: TicketRow = await openTicketByCustomer(tx, { sender, customer, subject: a.subject, root: a.key })
  const thread = await tx.q
    .selectFrom('threads')
    .selectAll()
    .where('ticket_id', '=', ticket.id)
    .where('side', '=', 'customer')
    .executeTakeFirstOrThrow()
  const author = { kind: 'customer' as const, id: customer.id, name: customer.name, address: a.from.address }
  await recordMessage(
    tx,
    a,
    thread,
    ticket.id,
    author,
    `A new ticket, since it was written to ${sender.address} and answers nothing of ours.`,
    true,
  )
  await tx.q.updateTable('tickets').set({ answered_at: tx.now }).where('id', '=', ticket.id).execute()
}

async function authorOf(
  tx: Tx,
  a: Arrival,
  ticket: TicketRow,
): Promise<{ author: Actor & { address: string }; isCustomer: boolean }> {
  const found = await customerByAddress(tx.q, a.from.address)
  const known = found && (await learnName(tx, found, a.from.name))
  const isCustomer = known?.id === ticket.customer_id
  const name = known?.name ?? (a.from.name || a.from.address)
  return {
    author: { kind: isCustomer ? 'customer' : 'stranger', id: known?.id ?? null, name, address: a.from.address },
    isCustomer,
  }
}

async function recordMessage(
  tx: Tx,
  a: Arrival,
  thread: ThreadRow,
  ticketId: string,
  author: Actor & { address: string },
  why: string,
  opening = false,
): Promise<void> {
  const messageId = await postMessage(tx, {
    ticketId,
    author,
    body: isEmpty(a.body) && !a.files.length ? fromText('(This mail is empty.)') : a.body,
    full: a.full,
    files: a.files,
    visibility: 'public',
    from: { channel: a.channel, threadId: thread.id, key: a.key },
    inboundId: a.inboundId,
    matchedBy: why,
    automatic: isAutomatic(a.kind) ? a.rule : null,
    copies: await copiesOf(tx.q, a, (await ticketById(tx.q, ticketId)).customer_id),
    kind: isAutomatic(a.kind) ? a.kind : null,
    opening,
  })
  await settleArrival(tx, a, { state: 'recorded', reason: why, messageId })
}
