import { sql } from 'kysely'
import { preparedFor } from '../../db/prepared.ts'
import type { Query, Store } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'
import { fieldsOf } from '../fields/values.ts'
import { pinnedNotes } from '../messages/notes.ts'
import { messageViews, scheduledOf } from '../messages/view.ts'
import { secretsOf } from '../senders/secrets.ts'
import { clocksOf } from '../sla/view.ts'
import { tagsOf } from '../tags/tags.ts'
import { EVERYTHING, unsubscribedAmong, unsubscribeUrl } from '../unsubscriptions.ts'
import type { ChatView, MessageView, SenderView, TicketLink, TicketView } from '../view.ts'
import { relationsOf, UNRELATED } from './relations.ts'

/** One ticket as the desk shows it; undefined when it is no more. */
export async function ticketView(q: Query, store: Store, id: string): Promise<TicketView | undefined> {
  return (await ticketViews(q, store, [id])).get(id)
}

/**
 * Tickets as the desk shows them, by id; those that were deleted are missing, unless they are asked for. `withOpening`:
 * whose opening message, counts, relations and pinned notes are asked for.
 */
export async function ticketViews(
  q: Query,
  store: Store,
  ids: string[],
  withOpening = ids,
  { withDeleted = false }: { withDeleted?: boolean } = {},
): Promise<Map<string, TicketView>> {
  if (!ids.length) return new Map()
  const found = await selectTickets(q, ids)
  const rows = withDeleted ? found : found.filter(r => r.deleted_at === null)
  const chats = await chatsOf(
    q,
    store,
    rows.filter(r => r.chat_id !== null).map(r => r.id),
  )
  const counts = await countsOf(q, withOpening)
  const openings = await openingsOf(q, store, withOpening)
  const tags = await tagsOf(q, withOpening)
  const fields = await fieldsOf(q, ids)
  const relations = await relationsOf(q, withOpening)
  const pinned = await pinnedNotes(q, withOpening)
  const clocks = await clocksOf(q, withOpening)
  const scheduled = await scheduledOn(q, withOpening)
  return new Map(
    rows.map(r => [
      r.id,
      {
        id: r.id,
        identifier: r.identifier,
        subject: r.subject,
        status: r.status,
        subStatus: r.sub_status,
        priority: r.priority,
        replyMode: r.reply_mode ?? r.team_reply_mode,
        createdAt: r.created_at,
        publishedAt: r.published_at,
        answeredAt: r.answered_at,
        closedAt: r.closed_at,
        closeReason: r.close_reason,
        team: { id: r.team_id, name: r.team_name, place: r.team_place, signature: r.team_signature, holdMs: r.hold_ms },
        customer: { id: r.customer_id, name: r.customer_name, address: r.address, company: r.company },
        assignee: r.assignee_id
          ? { id: r.assignee_id, handle: r.assignee_handle ?? '', name: r.assignee_name ?? '' }
          : null,
        assignedBy: r.assigned_by,
        queuedAt: r.queued_at,
        creator: r.created_by ? { id: r.created_by, handle: r.creator_handle ?? '', name: r.creator_name ?? '' } : null,
        sender: senderView(store.key, r),
        opening: openings.get(r.id) ?? null,
        counts: counts.get(r.id) ?? { undecided: 0, held: 0, queued: 0, failed: 0, bounced: 0 },
        scheduled: scheduled.get(r.id) ?? [],
        suppressed: r.suppressed,
        archivedAt: r.archived_at,
        spamAt: r.spam_at,
        continues: linkTo(r.continues_id, r.earlier_identifier),
        continuedBy: linkTo(r.later_id, r.later_identifier),
        mergedInto: linkTo(r.merged_into_id, r.merged_identifier),
        looksLike: linkTo(r.looks_like_id, r.alike_identifier),
        splitFrom: linkTo(r.split_from_id, r.whole_identifier),
        snoozedUntil: r.snoozed_until,
        snoozedFor: r.snoozed_for,
        deletedBy: r.deleted_at === null ? null : (r.deleted_by ?? 'somebody'),
        relations: relations.get(r.id) ?? UNRELATED,
        pinned: pinned.get(r.id) ?? [],
        chat: chats.get(r.id) ?? null,
        description: r.description,
        dueAt: r.due_at,
        tags: tags.get(r.id) ?? [],
        fields: fields.get(r.id) ?? [],
        clocks: clocks.get(r.id) ?? [],
      },
    ]),
  )
}

const selectTickets = preparedFor((q, ids) =>
  q
    .selectFrom('tickets as t')
    .innerJoin('teams', 'teams.id', 't.team_id')
    .innerJoin('customers as c', 'c.id', 't.customer_id')
    .innerJoin('threads as ct', j =>
      j.onRef('ct.ticket_id', '=', 't.id').on('ct.side', '=', 'customer').on('ct.ended_at', 'is', null),
    )
    .leftJoin('accounts', 'accounts.id', 'c.account_id')
    .leftJoin('agents as a', 'a.id', 't.assignee_id')
    .leftJoin('agents as b', 'b.id', 't.created_by')
    .leftJoin('senders as s', 's.id', 't.sender_id')
    .leftJoin('sub_statuses as sub', 'sub.id', 't.sub_status_id')
    .leftJoin('suppressions as sup', 'sup.address', 'ct.place')
    .leftJoin('tickets as earlier', 'earlier.id', 't.continues_id')
    .leftJoin('tickets as later', j => j.onRef('later.continues_id', '=', 't.id').on('later.deleted_at', 'is', null))
    .leftJoin('tickets as merged', 'merged.id', 't.merged_into_id')
    .leftJoin('tickets as alike', 'alike.id', 't.looks_like_id')
    .leftJoin('tickets as whole', 'whole.id', 't.split_from_id')
    .selectAll('t')
    .select([
      'teams.name as team_name',
      'teams.place as team_place',
      'teams.signature as team_signature',
      'teams.hold_ms',
      'teams.reply_mode as team_reply_mode',
      'c.name as customer_name',
      'accounts.name as company',
      'ct.place as address',
      'a.handle as assignee_handle',
      'a.name as assignee_name',
      'b.handle as creator_handle',
      'b.name as creator_name',
      's.address as sender_address',
      's.name as sender_name',
      's.smtp_url',
      's.dkim_selector',
      's.dkim_key',
      's.broken_reason',
      'sup.reason as suppressed',
      'sub.name as sub_status',
      'earlier.identifier as earlier_identifier',
      'later.id as later_id',
      'later.identifier as later_identifier',
      'merged.identifier as merged_identifier',
      'alike.identifier as alike_identifier',
      'whole.identifier as whole_identifier',
    ])
    .where('t.id', 'in', ids),
)

function linkTo(id: string | null, identifier: string | null): TicketLink | null {
  return id && identifier ? { id, identifier } : null
}

function senderView(
  key: Buffer,
  r: {
    sender_id: string | null
    sender_address: string | null
    sender_name: string | null
    smtp_url: string | null
    dkim_selector: string | null
    dkim_key: string | null
    broken_reason: string | null
  },
): SenderView | null {
  if (!r.sender_id) return null
  const sender = { id: r.sender_id, address: r.sender_address ?? '', name: r.sender_name ?? '' }
  try {
    return { ...sender, broken: r.broken_reason, ...secretsOf(key, r) }
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    // one sender's trouble must not keep all others' letters, and lists, from being drawn
    return { ...sender, broken: error.message, smtpUrl: null, dkim: null, isLocked: true }
  }
}

async function chatsOf(q: Query, store: Store, ids: string[]): Promise<Map<string, ChatView>> {
  if (!ids.length) return new Map()
  const rows = await q
    .selectFrom('chat_recipients as r')
    .innerJoin('chats as c', 'c.id', 'r.chat_id')
    .innerJoin('tickets as t', 't.id', 'r.ticket_id')
    .leftJoin('senders as s', 's.id', 't.sender_id')
    .select(['r.id as recipient_id', 'r.address', 't.id as ticket_id'])
    .select(['c.id', 'c.number', 'c.kind', 's.postal_footer'])
    .where('r.ticket_id', 'in', ids)
    .execute()
  const left = await unsubscribedAmong(
    q,
    rows.map(r => r.address),
  )
  return new Map(
    rows.map(r => [
      r.ticket_id,
      {
        id: r.id,
        number: r.number,
        kind: r.kind,
        recipientId: r.recipient_id,
        unsubscribed: left.find(u => u.address === r.address && [r.kind, EVERYTHING].includes(u.kind))?.reason ?? null,
        postalFooter: r.postal_footer,
        unsubscribeUrl: unsubscribeUrl(store, r.recipient_id),
      },
    ]),
  )
}

async function countsOf(q: Query, ids: string[]): Promise<Map<string, TicketView['counts']>> {
  if (!ids.length) return new Map()
  const counts = new Map(ids.map(id => [id, { undecided: 0, held: 0, queued: 0, failed: 0, bounced: 0 }]))
  const deliveries = await countDeliveries(q, ids)
  for (const { ticket_id, state, n } of deliveries) {
    const c = counts.get(ticket_id)
    if (c && state in c) c[state as 'held'] = Number(n)
  }
  const undecided = await countUndecided(q, ids)
  for (const { ticket_id, n } of undecided) {
    const c = counts.get(ticket_id)
    if (c) c.undecided = Number(n)
  }
  return counts
}

const countDeliveries = preparedFor((q, ids) =>
  q
    .selectFrom('deliveries as d')
    .innerJoin('threads as t', 't.id', 'd.thread_id')
    .select(['d.ticket_id', 'd.state', sql<number>`count(*)`.as('n')])
    .where('d.ticket_id', 'in', ids)
    .where('t.side', '=', 'customer')
    .groupBy(['d.ticket_id', 'd.state']),
)

const countUndecided = preparedFor((q, ids) =>
  q
    .selectFrom('messages')
    .select(['ticket_id', sql<number>`count(*)`.as('n')])
    .where('ticket_id', 'in', ids)
    .where('visibility', '=', 'undecided')
    .where('deleted_at', 'is', null)
    .groupBy('ticket_id'),
)

async function openingsOf(q: Query, store: Store, ids: string[]): Promise<Map<string, MessageView>> {
  if (!ids.length) return new Map()
  const rows = await selectOpenings(q, ids)
  const views = await messageViews(
    q,
    store,
    rows.map(r => r.id),
  )
  return new Map(rows.flatMap(r => (views.has(r.id) ? [[r.ticket_id, views.get(r.id) as MessageView]] : [])))
}

const selectOpenings = preparedFor((q, ids) =>
  q.selectFrom('messages').select(['id', 'ticket_id']).where('ticket_id', 'in', ids).where('opening', '=', 1),
)

async function scheduledOn(q: Query, ids: string[]): Promise<Map<string, TicketView['scheduled']>> {
  const found = new Map<string, TicketView['scheduled']>()
  if (!ids.length) return found
  const rows = await selectScheduled(q, ids)
  for (const { ticket_id, message_id, reason, ...moment } of rows) {
    const scheduled = scheduledOf(moment)
    const list = found.get(ticket_id) ?? []
    found.set(ticket_id, list)
    if (scheduled && message_id) list.push({ messageId: message_id, scheduled, reason })
  }
  return found
}

const selectScheduled = preparedFor((q, ids) =>
  q
    .selectFrom('deliveries')
    .select(['ticket_id', 'message_id', 'scheduled_at', 'zone', 'unless_answered', 'asked_at', 'reason'])
    .where('ticket_id', 'in', ids)
    .where('state', '=', 'held')
    .where('scheduled_at', 'is not', null)
    .orderBy('scheduled_at'),
)
