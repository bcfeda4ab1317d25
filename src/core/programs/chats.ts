import type { ExpressionBuilder } from 'kysely'
import { containing } from '../../db/like.ts'
import type { ChatRecipientRow, ChatRow, Priority, Schema, Status } from '../../db/schema.ts'
import type { Query } from '../../db/store.ts'
import { blockedIn, chatById } from '../chats/find.ts'
import { type ChatCounts, countsOf } from '../chats/view.ts'
import { reached, type Scope } from '../permissions/may.ts'

/** A chat as programs are told of it. */
export interface ChatRecord {
  row: ChatRow
  counts: ChatCounts
  customerIds: string[] // whom it was made for, in the order of its list; the first ones of many
  blocked: Pick<ChatRecipientRow, 'customer_id' | 'address' | 'reason'>[] // the first ones
  steps: number
}

const MOST_BLOCKED = 100

/** The chat, with so many of its customers. Throws a Problem when there is none. */
export async function chatRecord(q: Query, id: string, mostCustomers: number): Promise<ChatRecord> {
  const row = await chatById(q, id)
  const steps = await q
    .selectFrom('chat_steps')
    .select(e => e.fn.countAll().as('n'))
    .where('chat_id', '=', id)
    .executeTakeFirst()
  return {
    row,
    counts: await countsOf(q, id),
    customerIds: await customersOf(q, id, mostCustomers),
    blocked: await blockedIn(q, id, MOST_BLOCKED),
    steps: Number(steps?.n ?? 0),
  }
}

/** Of a list that is none of customers they are known by their address. */
async function customersOf(q: Query, chatId: string, limit: number): Promise<string[]> {
  const rows = await q
    .selectFrom('chat_recipients as r')
    .leftJoin('addresses as a', 'a.address', 'r.address')
    .select(e => e.fn.coalesce('r.customer_id', 'a.customer_id').as('id'))
    .where('r.chat_id', '=', chatId)
    .where('r.line', '>', 0)
    .orderBy('r.line')
    .limit(limit)
    .execute()
  return rows.flatMap(r => r.id ?? [])
}

/** Which chats are looked for: all that is given must hold. */
export interface ChatFilter {
  agentId?: string | undefined // in whose name they are
  teamId?: string | undefined
  priority?: Priority | undefined
  text?: string | undefined // in the subject or the message
  from?: number | undefined // made at or after (ms UTC)
  until?: number | undefined // made before
}

export interface Slice {
  limit: number
  offset: number
  oldestFirst: boolean
  most: number // more are not counted
}

/** Ids of a page of the chats, and how many there are. */
export async function chatsFound(
  q: Query,
  filter: ChatFilter,
  { limit, offset, oldestFirst, most }: Slice,
): Promise<{ ids: string[]; count: number }> {
  const found = q.selectFrom('chats as c').where(e => isWanted(e, filter))
  const rows = await found
    .select('c.id')
    .orderBy('c.number', oldestFirst ? 'asc' : 'desc')
    .limit(limit)
    .offset(offset)
    .execute()
  const { n } = await q
    .selectFrom(found.select('c.id').limit(most).as('some'))
    .select(e => e.fn.countAll().as('n'))
    .executeTakeFirstOrThrow()
  return { ids: rows.map(r => r.id), count: Number(n) }
}

type Chats = ExpressionBuilder<Schema & { c: ChatRow }, 'c'>

function isWanted(e: Chats, { agentId, teamId, priority, text, from, until }: ChatFilter) {
  const all = [
    ...(agentId === undefined ? [] : [e('c.agent_id', '=', agentId)]),
    ...(teamId === undefined ? [] : [e('c.team_id', '=', teamId)]),
    ...(priority === undefined ? [] : [e('c.priority', '=', priority)]),
    ...(from === undefined ? [] : [e('c.created_at', '>=', from)]),
    ...(until === undefined ? [] : [e('c.created_at', '<', until)]),
    ...(text === undefined ? [] : [e.or(SAID.map(column => e(e.fn('lower', [column]), 'like', containing(text))))]),
  ]
  return e.and(all) // of nothing: true
}

const SAID = ['c.subject', 'c.body'] as const

/** Which recipients of chats are looked for, of those who have a ticket. */
export interface ChatTicketFilter extends ChatFilter {
  chatId?: string | undefined
  customerId?: string | undefined
  statuses?: Status[] | undefined
  recipient?: string | undefined // in their address or name; of one chat
}

/** Ids of a page of the tickets that chats began, the newest chat first and each in the order of its list, of those that the scope reaches. */
export async function chatTicketsFound(
  q: Query,
  filter: ChatTicketFilter,
  scope: Scope,
  { limit, offset, oldestFirst, most }: Slice,
): Promise<{ ids: string[]; count: number }> {
  const { chatId, customerId, statuses, recipient, ...ofChat } = filter
  const direction = oldestFirst ? 'asc' : 'desc'
  let found = q
    .selectFrom('chat_recipients as r')
    .innerJoin('tickets', 'tickets.id', 'r.ticket_id')
    .where('r.line', '>', 0)
    .where('tickets.deleted_at', 'is', null)
    .where(e => reached(e as unknown as ExpressionBuilder<Schema, 'tickets'>, scope))
  if (chatId !== undefined) found = found.where('r.chat_id', '=', chatId)
  if (Object.values(ofChat).some(v => v !== undefined))
    found = found.where(
      'r.chat_id',
      'in',
      q
        .selectFrom('chats as c')
        .select('c.id')
        .where(e => isWanted(e, ofChat)),
    )
  if (customerId !== undefined) found = found.where('tickets.customer_id', '=', customerId)
  if (statuses) found = found.where('tickets.status', 'in', statuses)
  if (recipient !== undefined) {
    const like = containing(recipient)
    found = found.where(e => e.or([e('r.address', 'like', like), e(e.fn('lower', ['r.name']), 'like', like)]))
  }
  const rows = await found
    .select('tickets.id')
    .orderBy('r.chat_id', direction)
    .orderBy('r.line', direction)
    .limit(limit)
    .offset(offset)
    .execute()
  const { n } = await q
    .selectFrom(found.select('tickets.id').limit(most).as('some'))
    .select(e => e.fn.countAll().as('n'))
    .executeTakeFirstOrThrow()
  return { ids: rows.map(r => r.id), count: Number(n) }
}

/** In whose name the chats of these tickets are, by ticket's id; nothing for those that none began. */
export async function chatsOfTickets(
  q: Query,
  tickets: { id: string; chat_id: string | null }[],
): Promise<Map<string, Pick<ChatRow, 'number' | 'agent_id'>>> {
  const ids = [...new Set(tickets.flatMap(t => t.chat_id ?? []))]
  if (!ids.length) return new Map()
  const rows = await q.selectFrom('chats').select(['id', 'number', 'agent_id']).where('id', 'in', ids).execute()
  const chats = new Map(rows.map(r => [r.id, r]))
  return new Map(
    tickets.flatMap(t => {
      const chat = chats.get(t.chat_id ?? '')
      return chat ? [[t.id, chat] as const] : []
    }),
  )
}
