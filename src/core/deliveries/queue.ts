import { preparedMany, slotsOf } from '../../db/prepared.ts'
import type { DeliveryRow, SenderRow, ThreadRow } from '../../db/schema.ts'
import type { Tx } from '../../db/store.ts'
import { tableOf } from '../../db/table.ts'
import { newId } from '../../lib/id.ts'
import { domainOf } from '../addresses.ts'
import { learnKeys } from '../threads.ts'
import { mintMessageId } from '../tokens.ts'

/** When a mail is to go. */
export interface Schedule {
  at: number // ms UTC
  zone: string // IANA time zone that the moment was chosen in
  unlessAnswered: boolean // it does not go when the customer writes first
}

/** How a row says when its mail is to go; null for at once. */
export function scheduleIn(
  row: Pick<DeliveryRow, 'scheduled_at' | 'zone'> & { unless_answered: number | null },
): Schedule | null {
  const { scheduled_at: at, zone, unless_answered } = row
  return at === null ? null : { at, zone: zone ?? 'UTC', unlessAnswered: unless_answered === 1 }
}

/** When a held delivery is due that waits for somebody's word: never. */
export const NEVER = Date.UTC(9999, 11, 31)

export interface NewDelivery {
  message: { id: string; ticketId: string }
  thread: ThreadRow
  holdMs?: number
  schedule?: Schedule // in place of the hold
  sender?: Pick<SenderRow, 'id' | 'address'>
  author?: string // the name that it is sent under
  copies?: string[]
  blind?: string[] // those of the copies that no header names
}

/** Queues a message for one thread, see `queueDeliveries`. */
export function queueDelivery(
  tx: Tx,
  message: NewDelivery['message'],
  thread: ThreadRow,
  options: Omit<NewDelivery, 'message' | 'thread'> = {},
): Promise<void> {
  return queueDeliveries(tx, [{ message, thread, ...options }])
}

/**
 * Queues messages, each for one thread, in the transaction of their cause. To a customer one is held for `holdMs` first, or
 * until its moment is released, and the id that their mail program will know it by is fixed now, so that no answer can come
 * before we know it.
 */
export async function queueDeliveries(tx: Tx, all: NewDelivery[]): Promise<void> {
  const letters = all.map(d => {
    const id = newId()
    const isMail = d.thread.side === 'customer' && d.sender
    return { ...d, id, key: isMail ? mintMessageId(tx.key, id, domainOf(d.sender?.address ?? '')) : null }
  })
  await insert(
    tx,
    letters.map(({ id, message, thread, key, holdMs = 0, schedule, sender, author, copies, blind }) => ({
      id,
      kind: 'message',
      thread,
      message,
      key,
      state: schedule || holdMs > 0 ? 'held' : 'queued',
      due_at: schedule ? NEVER : tx.now + holdMs,
      copies: copies?.length ? JSON.stringify(copies) : null,
      blind: blind?.length ? JSON.stringify(blind) : null,
      scheduled_at: schedule?.at ?? null,
      zone: schedule?.zone ?? null,
      unless_answered: schedule?.unlessAnswered ? 1 : 0,
      sender_id: sender?.id ?? null,
      author: author ?? null,
    })),
  )
  const mails = letters.flatMap(({ key, thread, message }) => (key === null ? [] : [{ key, thread, message }]))
  await learnKeys(
    tx,
    mails.map(({ key, thread, message }) => {
      return { channel: thread.channel, key, threadId: thread.id, messageId: message.id }
    }),
  )
  const begun = mails.filter(m => m.thread.root === null)
  for (const { thread, key } of begun) thread.root = key
  await setRoots(
    tx.q,
    begun.map(({ thread, key }) => ({ id: thread.id, root: key })),
  )
}

const setRoots = preparedMany((q, threads: { id: string; root: string }[]) =>
  q
    .updateTable('threads')
    .from(tableOf(threads, t => [t.id, t.root]).as('begun'))
    .set(e => ({ root: e.ref('begun.column2') }))
    .whereRef('threads.id', '=', 'begun.column1')
    .where('threads.root', 'is', null),
)

/** The card of a new ticket: the letter that begins its thread at the desk. */
export async function queueCard(tx: Tx, ticketId: string, thread: ThreadRow): Promise<void> {
  const message = { id: null, ticketId }
  await insert(tx, [{ id: newId(), kind: 'card', thread, message, key: null, state: 'queued', due_at: tx.now }])
}

type Inserted = Pick<DeliveryRow, 'id' | 'kind' | 'key' | 'state' | 'due_at'> &
  Partial<Pick<DeliveryRow, (typeof MAIL_COLUMNS)[number]>> & {
    thread: ThreadRow
    message: { id: string | null; ticketId: string }
  }

async function insert(tx: Tx, deliveries: Inserted[]): Promise<void> {
  await insertDeliveries(
    tx.q,
    deliveries.map(d => rowOf(tx, d)),
  )
  if (deliveries.length) tx.wake('outbox')
}

function rowOf(tx: Tx, d: Inserted): DeliveryRow {
  return {
    id: d.id,
    kind: d.kind,
    thread_id: d.thread.id,
    message_id: d.message.id,
    channel: d.thread.channel,
    ticket_id: d.message.ticketId,
    state: d.state,
    key: d.key,
    external_id: null,
    version: 1,
    attempts: 0,
    due_at: d.due_at,
    created_at: tx.now,
    sent_at: null,
    reason: null,
    place: d.thread.side === 'customer' ? d.thread.place : null,
    copies: d.copies ?? null,
    bounce_class: null,
    bounce_status: null,
    bounced_at: null,
    handed: null,
    deferrals: 0,
    deferred_at: null,
    late_at: null,
    uncertain_at: null,
    scheduled_at: d.scheduled_at ?? null,
    zone: d.zone ?? null,
    unless_answered: d.unless_answered ?? 0,
    asked_at: null,
    blind: d.blind ?? null,
    sender_id: d.sender_id ?? null,
    author: d.author ?? null,
    agreed_id: null,
  }
}

const insertDeliveries = preparedMany((q, rows: DeliveryRow[]) =>
  q.insertInto('deliveries').values(rows.map(row => slotsOf(row, COLUMNS))),
)
const MAIL_COLUMNS = ['copies', 'scheduled_at', 'zone', 'unless_answered', 'blind', 'sender_id', 'author'] as const
const COLUMNS = [
  'id',
  'kind',
  'thread_id',
  'message_id',
  'channel',
  'ticket_id',
  'state',
  'key',
  'external_id',
  'version',
  'attempts',
  'due_at',
  'created_at',
  'sent_at',
  'reason',
  'place',
  'bounce_class',
  'bounce_status',
  'bounced_at',
  'handed',
  'deferrals',
  'deferred_at',
  'late_at',
  'uncertain_at',
  'asked_at',
  'agreed_id',
  ...MAIL_COLUMNS,
] as const

/** A mark for a message that came from this thread, drawn by the message's state. One a message. */
export async function queueMark(tx: Tx, message: { id: string; ticketId: string }, thread: ThreadRow): Promise<void> {
  await insert(tx, [{ id: newId(), kind: 'mark', thread, message, key: null, state: 'queued', due_at: tx.now }])
}
