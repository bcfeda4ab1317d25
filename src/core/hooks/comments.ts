import type { EventRow, HookEventRow } from '../../db/schema.ts'
import type { Query } from '../../db/store.ts'
import { type CommentRecord, commentRecords } from '../programs/comments.ts'

/** Whether only those are told of it who see notes: it is not for the customer, or nobody has decided that yet. */
export function isPrivate({ row }: CommentRecord): boolean {
  return row.visibility !== 'public'
}

/** The message that each is about, by the row's id; of a ticket that was opened its first, of an answer the newest. */
export async function commentsOf(
  q: Query,
  rows: HookEventRow[],
  events: Map<string, EventRow>,
): Promise<Map<string, CommentRecord>> {
  const wanted = new Map<string, string>() // message by row
  for (const row of rows) {
    const id = await messageIdOf(q, row, events.get(row.source_id))
    if (id) wanted.set(row.id, id)
  }
  const comments = await commentRecords(q, [...new Set(wanted.values())])
  return new Map(
    [...wanted].flatMap(([rowId, id]) => (comments.has(id) ? [[rowId, comments.get(id) as CommentRecord]] : [])),
  )
}

async function messageIdOf(q: Query, row: HookEventRow, event: EventRow | undefined): Promise<string | undefined> {
  if (row.cause === 'message') return row.source_id
  if (row.cause === 'answer') return newestOf(q, row.source_id)
  if (row.cause !== 'event' || !event) return undefined
  if (event.kind === 'ticket_created' || event.kind === 'ticket_published') return openingOf(q, event.ticket_id)
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
