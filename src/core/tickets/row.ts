import { prepared, preparedMany, slotsOf } from '../../db/prepared.ts'
import type { Priority, Status, TicketRow } from '../../db/schema.ts'
import type { Tx } from '../../db/store.ts'
import { newId } from '../../lib/id.ts'
import { Problem } from '../../lib/problem.ts'

/** What a ticket begins with. */
export interface TicketStart {
  subject: string
  customerId: string
  senderId: string | null
  formId: string | null
  status: Status
  priority: Priority
  assigneeId: string | null
  createdBy: string | null
  publishedAt: number | null
  dedupKey: string | null
  continuesId?: string | null
  looksLikeId?: string | null
  chatId?: string | null // it begins as a chat's, and not at the desk
  splitFromId?: string | null
  description?: string | null
  dueAt?: number | null
  createdAt?: number // of one that began elsewhere; absent: now
  answeredAt?: number | null
}

/** Writes down a new ticket under the team's next number. */
export async function insertTicket(tx: Tx, teamId: string, start: TicketStart): Promise<TicketRow> {
  const [ticket] = await insertTickets(tx, teamId, [start])
  return ticket as TicketRow
}

/** The same for many, in their order. Throws a Problem when the team is no more. */
export async function insertTickets(tx: Tx, teamId: string, starts: TicketStart[]): Promise<TicketRow[]> {
  const [team] = (await takeNumbers(tx.q, { teamId, count: starts.length })).rows
  if (!team) throw new Problem('not_found', 'This team is no more.', 'team')
  const first = team.next_number - starts.length
  const rows = starts.map((start, i) => rowOf(tx, { id: teamId, prefix: team.prefix }, first + i, start))
  await insertRows(tx.q, rows)
  return rows
}

function rowOf(tx: Tx, team: { id: string; prefix: string }, number: number, t: TicketStart): TicketRow {
  return {
    id: newId(),
    team_id: team.id,
    number,
    identifier: `${team.prefix}-${number}`,
    subject: t.subject,
    customer_id: t.customerId,
    sender_id: t.senderId,
    form_id: t.formId,
    status: t.status,
    priority: t.priority,
    assignee_id: t.assigneeId,
    reply_mode: null,
    created_by: t.createdBy,
    dedup_key: t.dedupKey,
    created_at: t.createdAt ?? tx.now,
    updated_at: tx.now,
    published_at: t.publishedAt,
    answered_at: t.answeredAt ?? null,
    closed_at: null,
    closed_by: null,
    close_reason: null,
    continues_id: t.continuesId ?? null,
    merged_into_id: null,
    archived_at: null,
    spam_at: null,
    looks_like_id: t.looksLikeId ?? null,
    chat_id: t.chatId ?? null,
    general_at: t.chatId ? null : tx.now,
    assigned_by: null,
    assigned_at: null,
    queued_at: null,
    queued_for: null,
    description: t.description ?? null,
    due_at: t.dueAt ?? null,
    deleted_at: null,
    deleted_by: null,
    parent_id: null,
    split_from_id: t.splitFromId ?? null,
    snoozed_at: null,
    snoozed_until: null,
    snoozed_for: null,
    snoozed_by: null,
    sub_status_id: null,
  }
}

const takeNumbers = prepared((q, v: { teamId: string; count: number }) =>
  q
    .updateTable('teams')
    .set(e => ({ next_number: e('next_number', '+', v.count) }))
    .where('id', '=', v.teamId)
    .returning(['prefix', 'next_number']),
)

const insertRows = preparedMany((q, rows: TicketRow[]) =>
  q.insertInto('tickets').values(rows.map(row => slotsOf(row, COLUMNS))),
)
const COLUMNS = [
  'id',
  'team_id',
  'number',
  'identifier',
  'subject',
  'customer_id',
  'sender_id',
  'form_id',
  'status',
  'priority',
  'assignee_id',
  'reply_mode',
  'created_by',
  'dedup_key',
  'created_at',
  'updated_at',
  'published_at',
  'answered_at',
  'closed_at',
  'closed_by',
  'close_reason',
  'continues_id',
  'merged_into_id',
  'archived_at',
  'spam_at',
  'looks_like_id',
  'chat_id',
  'general_at',
  'assigned_by',
  'assigned_at',
  'queued_at',
  'queued_for',
  'description',
  'due_at',
  'deleted_at',
  'deleted_by',
  'parent_id',
  'split_from_id',
  'snoozed_at',
  'snoozed_until',
  'snoozed_for',
  'snoozed_by',
  'sub_status_id',
] as const
