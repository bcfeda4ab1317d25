import { preparedMany, slotsOf } from '../../db/prepared.ts'
import type { MessageRow, NoteColor, SenderRow, ThreadRow, TicketRow, Visibility } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { newId } from '../../lib/id.ts'
import { Problem } from '../../lib/problem.ts'
import { agentById } from '../agents.ts'
import { attach, attachKept, fixLinks, type KeptFile, refuseTooLarge } from '../attachments.ts'
import { readAllCopies } from '../copies.ts'
import { type NewDelivery, queueDeliveries, queueDelivery, queueMark } from '../deliveries/queue.ts'
import { redrawCards } from '../deliveries/redraw.ts'
import { type Document, fromText, isEmpty, plainText } from '../document.ts'
import { refuseForgotten } from '../erase/forgotten.ts'
import { type Actor, overture } from '../events.ts'
import { touchTicket } from '../find/stale.ts'
import type { Copy, NewFile } from '../letter.ts'
import { refuseUnlessMay, writingOf } from '../permissions/may.ts'
import { senderFor } from '../senders/usual.ts'
import { refuseAnyUnreachable } from '../suppressions.ts'
import { teamById } from '../teams.ts'
import { learnKey, threadsOfAll } from '../threads.ts'
import { customerWasAnswered } from '../tickets/answers.ts'
import { refuseMerged, ticketById } from '../tickets/find.ts'
import { messageByDedupKey } from './find.ts'
import { keepWish, type MailWish, readWish } from './wish.ts'

export interface NewMessage extends MailWish {
  ticketId: string
  ticket?: TicketRow // where it was read, or made, in this very transaction
  author: Actor & { address?: string | null }
  body: Document
  files?: NewFile[]
  keptFiles?: KeptFile[] // whose bytes are stored already
  visibility: Visibility
  isAgreed?: boolean // somebody who may send it agreed beforehand, as to a chat
  full?: Document | null
  from?: { channel: string; threadId: string; key: string } // where it came in; it is not sent back there
  inboundId?: string
  matchedBy?: string
  automatic?: string | null
  kind?: string | null
  doubt?: string | null
  copies?: Copy[] // who else it was written to
  calls?: string | null // the agent who is called to look at it
  isQuiet?: boolean // it is kept, and shown to nobody
  opening?: boolean
  color?: NoteColor | null // of a note
  isPinned?: boolean
  dedupKey?: string // the same key again is the same message
  holdMs?: number // before it goes to the customer; absent: as the team has it
}

/**
 * Writes a message down once and queues it for every other thread that may see it: a note stays with us, a public one
 * goes to the customer after the team's hold. Returns its id; the same dedup key again returns the first one's id.
 */
export async function postMessage(tx: Tx, m: NewMessage): Promise<string> {
  const known = m.dedupKey && (await messageByDedupKey(tx.q, m.dedupKey))
  if (known) return known
  const [id] = await postMessages(tx, [m])
  return id as string
}

/** The same for many messages that have no dedup key, all or none. Returns their ids, in the same order. */
export async function postMessages(tx: Tx, messages: NewMessage[]): Promise<string[]> {
  const rows: MessageRow[] = []
  for (const m of messages) {
    if (m.author.kind === 'agent') refuseUnsendable(m)
    rows.push(rowOf(tx, newId(), m, await visibilityOf(tx.q, m)))
  }
  await insertMessages(tx.q, rows)
  const posted: Posted[] = []
  for (const [i, m] of messages.entries()) {
    const { id, visibility } = rows[i] as MessageRow
    if (m.ticket?.general_at !== null) touchTicket(tx, m.ticketId)
    if (m.files?.length) await attach(tx, id, m.files)
    if (m.keptFiles?.length) await attachKept(tx, id, m.keptFiles)
    if (m.from) await learnKey(tx, { ...m.from, messageId: id })
    if (m.isQuiet) continue
    if (visibility !== 'public') await keepWish(tx, id, await readWish(tx.q, m))
    posted.push({
      id,
      ticketId: m.ticketId,
      visibility,
      author: m.author,
      fromThreadId: m.from?.threadId ?? null,
      opening: m.opening ?? false,
      isNew: true,
      ...(m.ticket && { ticket: m.ticket }),
      ...(m.copyTo && { copyTo: m.copyTo }),
      ...(m.blindTo && { blindTo: m.blindTo }),
      ...(m.holdMs !== undefined && { holdMs: m.holdMs }),
      ...(m.schedule && { schedule: m.schedule }),
    })
  }
  await queueToOthers(tx, posted)
  return rows.map(r => r.id)
}

const insertMessages = preparedMany((q, rows: MessageRow[]) =>
  q.insertInto('messages').values(rows.map(row => slotsOf(row, COLUMNS))),
)
const COLUMNS = [
  'id',
  'ticket_id',
  'author_kind',
  'author_id',
  'author_name',
  'author_address',
  'visibility',
  'body',
  'text',
  'full',
  'from_thread_id',
  'inbound_id',
  'matched_by',
  'automatic',
  'kind',
  'doubt',
  'copies',
  'calls_id',
  'opening',
  'dedup_key',
  'created_at',
  'edited_at',
  'deleted_at',
  'color',
  'pinned_at',
  'moved_from_id',
] as const

/**
 * What is internal stays internal until somebody publishes it, and what somebody drafts waits for a colleague. Whoever may
 * only look writes at the desk all the same, since nobody can keep them from it: that stays there.
 */
async function visibilityOf(q: Query, m: NewMessage): Promise<Visibility> {
  if (m.author.kind !== 'agent' || !m.author.id || m.isAgreed) return m.visibility
  const ticket = m.ticket ?? (await ticketById(q, m.ticketId))
  const writing = await writingOf(q, m.author.id, ticket)
  if (writing === 'nothing') {
    if (!m.from) await refuseUnlessMay(q, m.author, 'manage', ticket)
    return 'note'
  }
  if (m.visibility === 'note') return 'note'
  await refuseMerged(q, ticket)
  if (ticket.published_at === null) return 'note'
  return writing === 'drafts' ? 'undecided' : m.visibility
}

function refuseUnsendable(m: NewMessage): void {
  if (isEmpty(m.body) && !m.files?.length) throw new Problem('invalid', 'Write a message.', 'message')
  refuseTooLarge((m.files ?? []).map(f => ({ name: f.name, size: f.bytes.length })))
}

function rowOf(tx: Tx, id: string, m: NewMessage, visibility: Visibility): MessageRow {
  return {
    id,
    ticket_id: m.ticketId,
    author_kind: m.author.kind,
    author_id: m.author.id,
    author_name: m.author.name,
    author_address: m.author.address ?? null,
    visibility,
    body: JSON.stringify(m.body),
    text: plainText(m.body),
    full: m.full ? JSON.stringify(m.full) : null,
    from_thread_id: m.from?.threadId ?? null,
    inbound_id: m.inboundId ?? null,
    matched_by: m.matchedBy ?? null,
    automatic: m.automatic ?? null,
    kind: m.kind ?? null,
    doubt: m.doubt ?? null,
    copies: m.copies?.length ? JSON.stringify(m.copies) : null,
    calls_id: m.calls ?? null,
    opening: m.opening ? 1 : 0,
    dedup_key: m.dedupKey ?? null,
    created_at: tx.now,
    edited_at: null,
    deleted_at: null,
    color: m.color ?? null,
    pinned_at: m.isPinned ? tx.now : null,
    moved_from_id: null,
  }
}

export interface Posted extends MailWish {
  id: string
  ticketId: string
  ticket?: TicketRow
  visibility: Visibility
  author: Actor
  fromThreadId: string | null
  opening: boolean
  isNew?: boolean // nothing of it can be queued, yet
  holdMs?: number
}

/** Also for a message that becomes public later: what is at the desk already is not posted there again. */
export async function queueToOthers(tx: Tx, posted: Posted[]): Promise<void> {
  const threads = await threadsOfAll(
    tx.q,
    posted.map(m => m.ticketId),
  )
  const toCustomers: ToCustomer[] = []
  for (const m of posted) {
    for (const thread of threads.get(m.ticketId) ?? []) {
      if (thread.side === 'customer') {
        const mayGo = m.visibility === 'public' && m.author.kind === 'agent' && thread.id !== m.fromThreadId
        if (mayGo) toCustomers.push({ ...m, thread })
      } else if (thread.id === m.fromThreadId) {
        if (m.visibility === 'public' && !(await isQueuedFor(tx.q, m, thread.id))) await queueMark(tx, m, thread)
      } else if (!m.opening && !(await isQueuedFor(tx.q, m, thread.id))) {
        await queueDelivery(tx, m, thread) // the opening message is on the card itself
      }
    }
  }
  await queueToCustomers(tx, toCustomers)
  // the card counts what agents wrote; a new ticket's card is queued already
  const counted = posted.filter(m => !m.opening && m.author.kind === 'agent')
  await redrawCards(
    tx,
    counted.map(m => m.ticketId),
  )
}

async function isQueuedFor(q: Query, m: Posted, threadId: string): Promise<boolean> {
  if (m.isNew) return false
  const row = await q
    .selectFrom('deliveries')
    .select('id')
    .where('message_id', '=', m.id)
    .where('thread_id', '=', threadId)
    .executeTakeFirst()
  return row !== undefined
}

export interface ToCustomer
  extends Pick<Posted, 'id' | 'ticketId' | 'ticket' | 'author' | 'copyTo' | 'blindTo' | 'holdMs' | 'schedule'> {
  thread: ThreadRow
}

/**
 * Queues messages for their customers, and those who get a copy, after the team's hold or at their moment; who they are is
 * fixed now. Throws a Problem when one of them must not or cannot be written to.
 */
export async function queueToCustomers(tx: Tx, messages: ToCustomer[]): Promise<void> {
  if (!messages.length) return
  await refuseAnyUnreachable(
    tx.q,
    messages.map(m => m.thread.place),
  )
  await fixLinks(
    tx,
    messages.map(m => m.id),
  )
  const senders = new Map<string, SenderRow>()
  const names = new Map<string, string>()
  const deliveries: NewDelivery[] = []
  const answered: { ticket: TicketRow; author: Actor }[] = []
  for (const { thread, ...m } of messages) {
    const { copies, blind } = await readAllCopies(tx.q, thread.place, m)
    await refuseForgotten(tx, thread.place)
    for (const copy of [...copies, ...blind]) await refuseForgotten(tx, copy, 'copies')
    const ticket = m.ticket ?? (await ticketById(tx.q, m.ticketId))
    const holdMs = m.holdMs ?? (await teamById(tx.q, ticket.team_id)).hold_ms
    const schedule = m.schedule && m.schedule.at > tx.now ? m.schedule : undefined // a moment that is over is now
    deliveries.push({
      message: m,
      thread,
      holdMs,
      ...(schedule && { schedule }),
      sender: await senderFor(tx, ticket, senders),
      author: await nameOf(tx.q, m.author, names),
      copies,
      blind,
    })
    if (!schedule) answered.push({ ticket, author: m.author })
  }
  await queueDeliveries(tx, deliveries)
  for (const { ticket, author } of answered) await customerWasAnswered(tx, ticket, author)
}

/** The name that customers see; `known` are those of agents that were asked for before. */
async function nameOf(q: Query, { kind, id, name }: Actor, known: Map<string, string>): Promise<string> {
  if (kind !== 'agent' || !id) return name
  const shown = known.get(id) ?? (await agentById(q, id)).alias ?? name
  known.set(id, shown)
  return shown
}

/** A word of Overture's own to the agents, in the ticket's thread, perhaps to one of them; never to the customer. */
export function postNotice(
  tx: Tx,
  ticketId: string,
  text: string,
  dedupKey?: string,
  calls: string | null = null,
): Promise<string> {
  return postMessage(tx, {
    ticketId,
    author: overture,
    body: fromText(text),
    visibility: 'note',
    calls,
    ...(dedupKey ? { dedupKey } : {}),
  })
}
