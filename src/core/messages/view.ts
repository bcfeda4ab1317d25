import { preparedFor } from '../../db/prepared.ts'
import type { DeliveryRow, Side } from '../../db/schema.ts'
import type { Query, Store } from '../../db/store.ts'
import { attachmentsOf } from '../attachments.ts'
import { isReminderKey } from '../auto-close/reminder-key.ts'
import { isStepKey } from '../chats/step-key.ts'
import { scheduleIn } from '../deliveries/queue.ts'
import type { MailWish, MessageView, Scheduled } from '../view.ts'
import { wishesFor } from './wish.ts'

/** One message as it is shown; undefined when there is none. */
export async function messageView(q: Query, store: Store, id: string): Promise<MessageView | undefined> {
  return (await messageViews(q, store, [id])).get(id)
}

/** Messages with their author, files and what became of them, by id. */
export async function messageViews(q: Query, store: Store, ids: string[]): Promise<Map<string, MessageView>> {
  if (!ids.length) return new Map()
  const rows = await selectMessages(q, ids)
  const files = await attachmentsOf(q, ids, store)
  // only what agents write is sent to customers
  const deliveries = await deliveriesOf(
    q,
    rows.filter(r => r.author_kind === 'agent').map(r => r.id),
  )
  const wishes = await wishesFor(
    q,
    rows.filter(r => r.author_kind === 'agent' && r.visibility !== 'public').map(r => r.id),
  )
  return new Map(
    rows.map(r => [
      r.id,
      {
        id: r.id,
        visibility: r.visibility,
        author: {
          kind: r.author_kind,
          id: r.author_id,
          name: r.alias ?? r.author_name,
          address: r.author_address,
          handle: r.handle,
          signature: r.signature ?? '',
        },
        body: JSON.parse(r.body),
        text: r.text,
        full: r.full ? JSON.parse(r.full) : null,
        matchedBy: r.matched_by,
        inboundId: r.inbound_id,
        automatic: r.automatic,
        kind: r.kind,
        doubt: r.doubt,
        calls: r.calls,
        copies: r.copies ? JSON.parse(r.copies) : [],
        opening: r.opening === 1,
        ...(isStepKey(r.dedup_key) && { followUp: true as const }),
        ...(r.author_kind === 'agent' &&
          r.visibility === 'note' && { note: { color: r.color, isPinned: r.pinned_at !== null } }),
        ...(r.home && { moved: { id: r.ticket_id, identifier: r.home } }),
        ...(wishes.has(r.id) && { wish: wishes.get(r.id) as MailWish }),
        ...(isReminderKey(r.dedup_key) && { reminder: true as const }),
        createdAt: r.created_at,
        editedAt: r.edited_at,
        deletedAt: r.deleted_at,
        fromThreadId: r.from_thread_id,
        fromKey: r.from_key,
        attachments: files.get(r.id) ?? [],
        deliveries: deliveries.get(r.id) ?? [],
      },
    ]),
  )
}

const selectMessages = preparedFor((q, ids) =>
  q
    .selectFrom('messages as m')
    .leftJoin('agents as a', j => j.onRef('a.id', '=', 'm.author_id').on('m.author_kind', '=', 'agent'))
    .leftJoin('keys as k', j => j.onRef('k.message_id', '=', 'm.id').onRef('k.thread_id', '=', 'm.from_thread_id'))
    .leftJoin('agents as called', 'called.id', 'm.calls_id')
    .leftJoin('tickets as home', j => j.onRef('home.id', '=', 'm.ticket_id').on('m.moved_from_id', 'is not', null))
    .selectAll('m')
    .select(['a.handle', 'a.alias', 'a.signature', 'k.key as from_key', 'called.handle as calls'])
    .select('home.identifier as home')
    .where('m.id', 'in', ids),
)

async function deliveriesOf(q: Query, messageIds: string[]): Promise<Map<string, MessageView['deliveries']>> {
  const found = new Map<string, MessageView['deliveries']>()
  if (!messageIds.length) return found
  const rows = await selectDeliveries(q, messageIds)
  for (const r of rows) {
    const list = found.get(r.message_id ?? '') ?? []
    const blind: string[] = r.blind ? JSON.parse(r.blind) : []
    const copies: string[] = r.copies ? JSON.parse(r.copies) : []
    found.set(r.message_id ?? '', list)
    list.push({
      id: r.id,
      channel: r.channel,
      side: r.side as Side,
      state: r.state,
      dueAt: r.due_at,
      sentAt: r.sent_at,
      reason: r.reason,
      lateAt: r.late_at,
      uncertainAt: r.uncertain_at,
      copies: copies.filter(c => !blind.includes(c)),
      blind,
      scheduled: scheduledOf(r),
    })
  }
  return found
}

const selectDeliveries = preparedFor((q, ids) =>
  q
    .selectFrom('deliveries as d')
    .innerJoin('threads as t', 't.id', 'd.thread_id')
    .select([
      'd.id',
      'd.message_id',
      'd.channel',
      't.side',
      'd.state',
      'd.due_at',
      'd.sent_at',
      'd.reason',
      'd.late_at',
      'd.uncertain_at',
      'd.copies',
      'd.blind',
      'd.scheduled_at',
      'd.zone',
      'd.unless_answered',
      'd.asked_at',
    ])
    .where('d.message_id', 'in', ids)
    .where('d.kind', '=', 'message')
    .orderBy('d.id'),
)

/** The moment that a delivery waits for, or waited for. */
export function scheduledOf(
  d: Pick<DeliveryRow, 'scheduled_at' | 'zone' | 'unless_answered' | 'asked_at'>,
): Scheduled | null {
  const schedule = scheduleIn(d)
  return schedule && { ...schedule, askedAt: d.asked_at }
}
