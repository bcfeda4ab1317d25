import type { TicketRow } from '../../db/schema.ts'
import type { Query } from '../../db/store.ts'
import { labelsOf } from './by-tag.ts'
import { daysOf } from './dates.ts'
import { NONE, type Source } from './filter.ts'

/** The exact marks by which a ticket is found; filters ask for them in these very words (terms.ts). */
export async function facetsOf(q: Query, ticket: TicketRow & { channel: string | null }): Promise<string[]> {
  const t = ticket
  return [
    t.archived_at !== null ? 'archived' : t.spam_at !== null ? 'spam' : 'live',
    `status:${t.status}`,
    ...(t.sub_status_id === null ? [] : [`substatus:${t.sub_status_id}`]),
    `priority:${t.priority}`,
    `team:${t.team_id}`,
    `assignee:${t.assignee_id ?? NONE}`,
    `by:${t.created_by ?? NONE}`,
    `customer:${t.customer_id}`,
    `channel:${t.published_at === null ? NONE : (t.channel ?? NONE)}`,
    `source:${sourceOf(t)}`,
    ...daysOf('created', t.created_at),
    ...daysOf('updated', t.updated_at),
    ...(t.answered_at === null ? ['answered:none'] : daysOf('answered', t.answered_at)),
    ...(await labelsOf(q, t.id)),
  ]
}

function sourceOf({ chat_id, created_by }: TicketRow): Source {
  if (chat_id) return 'chat'
  return created_by ? 'agent' : 'customer'
}
