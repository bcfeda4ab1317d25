import { prepared, preparedFor } from '../db/prepared.ts'
import type { DeliveryRow, ThreadRow } from '../db/schema.ts'
import type { Query, Store } from '../db/store.ts'
import { recipientsOf } from './deliveries/recipients.ts'
import type { Letter, Missed } from './letter.ts'
import { withLinks } from './links.ts'
import { messageViews } from './messages/view.ts'
import { ticketViews } from './tickets/view.ts'
import { isChatMail, type MessageView, type TicketView } from './view.ts'

/** Writes the letters of claimed deliveries: all that their channels need, as things stand now. */
export async function lettersFor(q: Query, store: Store, rows: DeliveryRow[]): Promise<Letter[]> {
  if (!rows.length) return []
  const threads = new Map((await selectThreads(q, unique(rows.map(r => r.thread_id)))).map(t => [t.id, t]))
  const onCards = unique(rows.filter(r => r.kind === 'card').map(r => r.ticket_id))
  /** A mail goes out as the ticket wrote it in whose thread it is, also once that was merged into another. */
  const ticketOf = (row: DeliveryRow) => {
    const thread = threads.get(row.thread_id)
    return thread?.side === 'customer' ? thread.ticket_id : row.ticket_id
  }
  const tickets = await ticketViews(q, store, unique(rows.map(ticketOf)), onCards, { withDeleted: true })
  const messages = await messageViews(q, store, unique(rows.flatMap(r => r.message_id ?? [])))
  const placeOf = (row: DeliveryRow) => row.place ?? threads.get(row.thread_id)?.place ?? ''
  const recipients = await recipientsOf(q, rows, placeOf)
  const agreed = await versionsOf(q, unique(rows.flatMap(r => r.agreed_id ?? [])))
  const letters: Letter[] = []
  for (const row of rows) {
    const thread = threads.get(row.thread_id)
    const ticket = addressed(tickets.get(ticketOf(row)), thread, placeOf(row))
    if (!thread || !ticket) continue
    const message = (row.message_id && messages.get(row.message_id)) || null
    letters.push({
      id: row.id,
      channel: row.channel,
      kind: row.kind,
      version: row.version,
      attempts: row.attempts,
      key: row.key,
      externalId: row.external_id,
      createdAt: row.scheduled_at ?? row.created_at,
      thread: { ...thread, place: placeOf(row), endedAt: thread.ended_at },
      ticketId: row.ticket_id,
      ticket,
      message:
        message && thread.side === 'customer' ? withLinks({ ...message, ...agreed.get(row.agreed_id ?? '') }) : message,
      references: thread.side === 'customer' ? await referencesOf(q, row) : [],
      copies: recipients.get(row.id)?.copies ?? [],
      blind: recipients.get(row.id)?.blind ?? [],
      barred: [...barredBy(leftWhat(ticket, message), thread.place), ...(recipients.get(row.id)?.barred ?? [])],
      handed: row.handed ? JSON.parse(row.handed) : [],
      deferrals: row.deferrals,
      deferredAt: row.deferred_at,
      uncertainAt: row.uncertain_at,
    })
  }
  return letters
}

/** What messages said that were changed while their mails were being tried. */
async function versionsOf(q: Query, ids: string[]): Promise<Map<string, Pick<MessageView, 'body' | 'text'>>> {
  const rows = ids.length ? await selectVersions(q, ids) : []
  return new Map(rows.map(r => [r.id, { body: JSON.parse(r.body), text: r.text }]))
}

const selectVersions = preparedFor((q, ids) =>
  q.selectFrom('message_versions').select(['id', 'body', 'text']).where('id', 'in', ids),
)

const selectThreads = preparedFor((q, ids) => q.selectFrom('threads').selectAll().where('id', 'in', ids))

/** A mail that waits while its ticket becomes another customer's still goes to whom it was written to, not in another's name. */
function addressed(ticket: TicketView | undefined, thread: ThreadRow | undefined, place: string) {
  if (!ticket || thread?.side !== 'customer' || thread.ended_at === null) return ticket
  return { ...ticket, customer: { ...ticket.customer, name: '', address: place } }
}

/** Whoever left a chat since its mail was queued does not get it; what is said to them alone, they do. */
function leftWhat(ticket: TicketView, message: MessageView | null): string | null {
  return isChatMail(ticket, message) ? (ticket.chat?.unsubscribed ?? null) : null
}

function barredBy(reason: string | null, address: string): Missed[] {
  return reason === null ? [] : [{ address, reason }]
}

/** What the customer's mail program knows of this thread: the keys of earlier messages, oldest first. */
async function referencesOf(q: Query, { thread_id, message_id, scheduled_at }: DeliveryRow): Promise<string[]> {
  const own = { threadId: thread_id, messageId: message_id ?? '' }
  const { rows } =
    scheduled_at === null ? await selectReferences(q, own) : await selectKnownAt(q, { ...own, at: scheduled_at })
  return rows.map(r => r.key)
}

const selectReferences = prepared((q, v: { threadId: string; messageId: string }) =>
  knownKeys(q, v.threadId).where('message_id', '<', v.messageId),
)

/** Of a mail that was written long before it goes: also what was said meanwhile. */
const selectKnownAt = prepared((q, v: { threadId: string; messageId: string; at: number }) =>
  knownKeys(q, v.threadId).where('message_id', '!=', v.messageId).where('keys.created_at', '<=', v.at),
)

/** The customer does not know yet what is scheduled. */
function knownKeys(q: Query, threadId: string) {
  return q
    .selectFrom('keys')
    .select(['key', 'message_id'])
    .where('thread_id', '=', threadId)
    .where(e =>
      e.not(
        e.exists(
          e
            .selectFrom('deliveries as d')
            .select('d.id')
            .whereRef('d.message_id', '=', 'keys.message_id')
            .whereRef('d.key', '=', 'keys.key')
            .where('d.scheduled_at', 'is not', null)
            .where('d.sent_at', 'is', null),
        ),
      ),
    )
    .orderBy('message_id')
    .orderBy('keys.created_at') // what a mail server called it in place of ours is what the customer has
}

function unique(ids: string[]): string[] {
  return [...new Set(ids)]
}
