import type { SelectQueryBuilder } from 'kysely'
import type { Schema, TicketRow } from '../db/schema.ts'
import type { Query } from '../db/store.ts'
import { reached, reachesAll, scopeOf } from './permissions/may.ts'

/** The lists of the inbox. */
export type ListName = 'mine' | 'unassigned' | 'waiting' | 'all'

export interface ListPage {
  ids: string[] // of tickets, newest change first
  next: string | null // give it back as `after` for the page that follows
}

/**
 * A page of a list of what the agent may see, or all when it is nobody's: open tickets of mine, those that nobody has, snoozed ones
 * aside, those that wait for the customer, or all. By key, so that
 * any page is as fast as the first.
 */
export async function listTickets(
  q: Query,
  list: ListName,
  agentId: string | null,
  limit: number,
  after: string | null = null,
): Promise<ListPage> {
  const scope = agentId && (await scopeOf(q, agentId, 'view'))
  let query = q
    .selectFrom('tickets')
    .select(['id', 'updated_at'])
    .where('deleted_at', 'is', null)
    .where('general_at', 'is not', null)
  query = narrow(query, list, agentId).where('archived_at', 'is', null).where('spam_at', 'is', null)
  if (scope && !reachesAll(scope)) query = query.where(e => reached(e, scope))
  if (after) {
    const [at, id] = after.split(':') as [string, string]
    query = query.where('updated_at', '<=', Number(at)) // says it once more, as an index can be entered
    query = query.where(e =>
      e.or([e('updated_at', '<', Number(at)), e.and([e('updated_at', '=', Number(at)), e('id', '<', id)])]),
    )
  }
  const rows = await query
    .orderBy('updated_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute()
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return { ids: page.map(r => r.id), next: rows.length > limit && last ? `${last.updated_at}:${last.id}` : null }
}

type Found = SelectQueryBuilder<Schema, 'tickets', Pick<TicketRow, 'id' | 'updated_at'>>

function narrow(query: Found, list: ListName, agentId: string | null): Found {
  switch (list) {
    case 'mine':
      return query
        .where('assignee_id', '=', agentId ?? '')
        .where('closed_at', 'is', null)
        .where('status', '!=', 'snoozed')
    case 'unassigned':
      return query.where('assignee_id', 'is', null).where('closed_at', 'is', null).where('status', '!=', 'snoozed')
    case 'waiting':
      return query.where('status', '=', 'awaiting_customer')
    case 'all':
      return query
  }
}
