import type { Query, Store } from '../../db/store.ts'
import { labelsOn } from '../find/by-tag.ts'

/** Some tickets at a time, by id, in the order in which they are to stand in a file. */
export type Ids = AsyncIterable<string[]> | Iterable<string[]>

/** How tickets are exported: a line each, all that was said, or the mails themselves. */
export const FORMATS = ['csv', 'json', 'eml'] as const
export type Format = (typeof FORMATS)[number]

/** A ticket as it stands in a file. */
interface Exported {
  id: string
  identifier: string
  subject: string
  status: string
  priority: string
  team: string
  assignee: string | null
  customer: string
  address: string | null
  company: string | null
  opened_by: string | null
  created_at: string
  updated_at: string
  published_at: string | null
  answered_at: string | null
  closed_at: string | null
  close_reason: string | null
  archived_at: string | null
  tags: string[]
  fields: Record<string, string>
}

const AT_ONCE = 50

/**
 * The tickets as CSV, in pieces. No cell can be read as a formula by a spreadsheet
 * (https://owasp.org/www-community/attacks/CSV_Injection).
 */
export async function* ticketsCsv(store: Store, ids: Ids): AsyncIterable<string> {
  const { stringify } = await import('csv-stringify/sync')
  yield stringify([COLUMNS])
  for await (const tickets of eachOf(store, ids)) {
    const rows = tickets.map(t => COLUMNS.map(column => cell(t[column])))
    yield stringify(rows, { escape_formulas: true })
  }
}

const COLUMNS = [
  'identifier',
  'subject',
  'status',
  'priority',
  'team',
  'assignee',
  'customer',
  'address',
  'company',
  'opened_by',
  'created_at',
  'updated_at',
  'published_at',
  'answered_at',
  'closed_at',
  'close_reason',
  'archived_at',
  'tags',
  'fields',
] as const

function cell(value: Exported[(typeof COLUMNS)[number]]): string {
  if (value === null) return ''
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.join(', ')
  return Object.entries(value)
    .map(([name, is]) => `${name}: ${is}`)
    .join('\n')
}

/** The tickets with all that was said on them as one JSON array, in pieces. */
export async function* ticketsJson(store: Store, ids: Ids): AsyncIterable<string> {
  let lead = '[\n'
  for await (const tickets of eachOf(store, ids))
    for (const ticket of tickets) {
      const messages = await store.read(q => messagesOf(q, ticket.id))
      yield `${lead}${JSON.stringify({ ...ticket, messages })}`
      lead = ',\n'
    }
  yield lead === '[\n' ? '[]\n' : '\n]\n'
}

async function* eachOf(store: Store, ids: Ids): AsyncIterable<Exported[]> {
  for await (const some of ids)
    for (let from = 0; from < some.length; from += AT_ONCE) {
      yield await store.read(q => exported(q, some.slice(from, from + AT_ONCE)))
      await new Promise(resolve => setImmediate(resolve)) // others' work comes in between
    }
}

async function exported(q: Query, ids: string[]): Promise<Exported[]> {
  const rows = await q
    .selectFrom('tickets as t')
    .innerJoin('teams', 'teams.id', 't.team_id')
    .innerJoin('customers as c', 'c.id', 't.customer_id')
    .leftJoin('threads as h', j =>
      j.onRef('h.ticket_id', '=', 't.id').on('h.side', '=', 'customer').on('h.ended_at', 'is', null),
    )
    .leftJoin('accounts', 'accounts.id', 'c.account_id')
    .leftJoin('agents as a', 'a.id', 't.assignee_id')
    .leftJoin('agents as b', 'b.id', 't.created_by')
    .selectAll('t')
    .select(['teams.name as team', 'c.name as customer', 'h.place as address', 'accounts.name as company'])
    .select(['a.name as assignee', 'b.name as opened_by'])
    .where('t.id', 'in', ids)
    .where('t.deleted_at', 'is', null)
    .execute()
  const labels = await labelsOn(q, ids)
  const found = new Map(
    rows.map(r => [
      r.id,
      {
        id: r.id,
        identifier: r.identifier,
        subject: r.subject,
        status: r.status,
        priority: r.priority,
        team: r.team,
        assignee: r.assignee,
        customer: r.customer,
        address: r.address,
        company: r.company,
        opened_by: r.opened_by,
        created_at: new Date(r.created_at).toISOString(),
        updated_at: new Date(r.updated_at).toISOString(),
        published_at: moment(r.published_at),
        answered_at: moment(r.answered_at),
        closed_at: moment(r.closed_at),
        close_reason: r.close_reason,
        archived_at: moment(r.archived_at),
        tags: labels.get(r.id)?.tags ?? [],
        fields: labels.get(r.id)?.fields ?? {},
      },
    ]),
  )
  return ids.flatMap(id => found.get(id) ?? [])
}

function moment(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString()
}

async function messagesOf(q: Query, ticketId: string) {
  const rows = await q
    .selectFrom('messages')
    .select(['id', 'author_kind', 'author_name', 'author_address', 'visibility', 'text', 'created_at', 'edited_at'])
    .where('ticket_id', '=', ticketId)
    .where('deleted_at', 'is', null)
    .orderBy('id')
    .execute()
  const files = await q
    .selectFrom('attachments')
    .innerJoin('messages', 'messages.id', 'attachments.message_id')
    .select(['attachments.message_id', 'attachments.name', 'attachments.size'])
    .where('messages.ticket_id', '=', ticketId)
    .orderBy('attachments.message_id')
    .orderBy('attachments.position')
    .execute()
  return rows.map(m => ({
    by: m.author_name,
    kind: m.author_kind,
    address: m.author_address,
    visibility: m.visibility,
    at: new Date(m.created_at).toISOString(),
    edited_at: moment(m.edited_at),
    text: m.text,
    files: files.filter(f => f.message_id === m.id).map(({ name, size }) => ({ name, size })),
  }))
}
