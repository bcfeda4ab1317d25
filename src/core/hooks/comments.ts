import { preparedFor } from '../../db/prepared.ts'
import type { EventRow, HookEventRow, MessageRow } from '../../db/schema.ts'
import type { Query } from '../../db/store.ts'
import type { ToldActor } from './people.ts'

/** A message as programs are told of it. */
export interface ToldComment {
  row: MessageRow
  author: ToldActor
  files: { id: string; name: string; type: string; size: number }[]
}

/** Whether only those are told of it who see notes: it is not for the customer, or nobody has decided that yet. */
export function isPrivate({ row }: ToldComment): boolean {
  return row.visibility !== 'public'
}

/** The message that each is about, by the row's id; of a ticket that was opened its first, of an answer the newest. */
export async function commentsOf(
  q: Query,
  rows: HookEventRow[],
  events: Map<string, EventRow>,
): Promise<Map<string, ToldComment>> {
  const wanted = new Map<string, string>() // message by row
  for (const row of rows) {
    const id = await messageIdOf(q, row, events.get(row.source_id))
    if (id) wanted.set(row.id, id)
  }
  const ids = [...new Set(wanted.values())]
  if (!ids.length) return new Map()
  const messages = new Map((await selectMessages(q, ids)).map(m => [m.id, m]))
  const files = await selectFiles(q, ids)
  const comments = new Map<string, ToldComment>()
  for (const [rowId, id] of wanted) {
    const row = messages.get(id)
    if (!row) continue
    const author = { kind: row.author_kind, id: row.author_id, name: row.author_name, email: row.author_address }
    comments.set(rowId, { row, author, files: files.filter(f => f.message_id === id) })
  }
  return comments
}

async function messageIdOf(q: Query, row: HookEventRow, event: EventRow | undefined): Promise<string | undefined> {
  if (row.cause === 'message') return row.source_id
  if (row.cause === 'answer') return newestOf(q, row.source_id)
  if (row.cause !== 'event' || !event) return undefined
  if (event.kind === 'ticket_created') return openingOf(q, event.ticket_id)
  const { message } = JSON.parse(event.after ?? '{}') as { message?: unknown }
  return typeof message === 'string' ? message : undefined
}

async function openingOf(q: Query, ticketId: string): Promise<string | undefined> {
  const ofTicket = q.selectFrom('messages').select('id').where('ticket_id', '=', ticketId)
  return (await ofTicket.where('author_kind', '!=', 'system').orderBy('id').limit(1).executeTakeFirst())?.id
}

async function newestOf(q: Query, ticketId: string): Promise<string | undefined> {
  const ofTicket = q.selectFrom('messages').select('id').where('ticket_id', '=', ticketId)
  const theirs = ofTicket.where('author_kind', '=', 'customer').where('visibility', '=', 'public')
  return (await theirs.orderBy('id', 'desc').limit(1).executeTakeFirst())?.id
}

const selectMessages = preparedFor((q, ids) => q.selectFrom('messages').selectAll().where('id', 'in', ids))

const selectFiles = preparedFor((q, ids) =>
  q
    .selectFrom('attachments')
    .select(['id', 'message_id', 'name', 'type', 'size'])
    .where('message_id', 'in', ids)
    .where('minor', '=', 0)
    .orderBy('message_id')
    .orderBy('position'),
)
