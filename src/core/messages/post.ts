import type { MessageRow, TicketRow, Visibility } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { newId } from '../../lib/id.ts'
import { Problem } from '../../lib/problem.ts'
import { attach, attachKept, refuseTooLarge } from '../attachments.ts'
import { queueDelivery, queueMark } from '../deliveries/queue.ts'
import { redrawCards } from '../deliveries/redraw.ts'
import { isEmpty } from '../document.ts'
import type { Actor } from '../events.ts'
import { touchTicket } from '../find/stale.ts'
import { tellHooks } from '../hooks/heard.ts'
import { refuseUnlessMay, writingOf } from '../permissions/may.ts'
import { learnKey, threadsOfAll } from '../threads.ts'
import { refuseMerged, ticketById } from '../tickets/find.ts'
import type { MailWish } from '../view.ts'
import { messageByDedupKey } from './find.ts'
import { queueToCustomers, type ToCustomer } from './mail.ts'
import { insertMessages, type NewMessage, rowOf } from './row.ts'
import { keepWish, readWish } from './wish.ts'

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
    if (m.keptFiles?.length) await attachKept(tx, id, m.keptFiles, m.files?.length)
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
  await tellHooks(
    tx,
    posted.map(({ id, ticketId, visibility }) => ({ cause: 'message', sourceId: id, ticketId, more: { visibility } })),
  )
  return rows.map(r => r.id)
}

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
  const files = [...(m.files ?? []).map(f => ({ name: f.name, size: f.bytes.length })), ...(m.keptFiles ?? [])]
  if (isEmpty(m.body) && !files.length) throw new Problem('invalid', 'Write a message.', 'message')
  refuseTooLarge(files)
}

interface Posted extends MailWish {
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
