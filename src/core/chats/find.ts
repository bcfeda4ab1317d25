import { containing } from '../../db/like.ts'
import { prepared } from '../../db/prepared.ts'
import type { ChatRecipientRow, ChatRow } from '../../db/schema.ts'
import type { Query } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'

/** Throws a Problem for a chat that is not there. */
export async function chatById(q: Query, id: string): Promise<ChatRow> {
  const [chat] = (await selectChat(q, { id })).rows
  if (!chat) throw new Problem('not_found', 'This chat is no more.')
  return chat
}

const selectChat = prepared((q, v: { id: string }) => q.selectFrom('chats').selectAll().where('id', '=', v.id))

export function chatByNumber(q: Query, number: number): Promise<ChatRow | undefined> {
  return q.selectFrom('chats').selectAll().where('number', '=', number).executeTakeFirst()
}

/** The names of the files that a chat carries. */
export async function fileNamesOf(q: Query, chatId: string): Promise<string[]> {
  const rows = await q
    .selectFrom('chat_files')
    .select('name')
    .where('chat_id', '=', chatId)
    .orderBy('position')
    .execute()
  return rows.map(r => r.name)
}

/** The recipient whose ticket this is. */
export function recipientOfTicket(q: Query, ticketId: string): Promise<ChatRecipientRow | undefined> {
  return q.selectFrom('chat_recipients').selectAll().where('ticket_id', '=', ticketId).executeTakeFirst()
}

/** Recipients whose address or name contains what was typed: those who get it, then the blocked, each in the order of the list. */
export async function findRecipients(
  q: Query,
  chatId: string,
  typed: string,
  limit: number,
): Promise<Pick<ChatRecipientRow, 'id' | 'address' | 'name' | 'state'>[]> {
  const like = containing(typed.trim())
  const found = q
    .selectFrom('chat_recipients')
    .select(['id', 'address', 'name', 'state'])
    .where('chat_id', '=', chatId)
    .where('line', '>', 0)
    .where(e => e.or([e('address', 'like', like), e(e.fn('lower', ['name']), 'like', like)]))
    .orderBy('line')
  const getting = await found.where('state', '!=', 'blocked').limit(limit).execute()
  if (getting.length === limit) return getting
  const blocked = await found
    .where('state', '=', 'blocked')
    .limit(limit - getting.length)
    .execute()
  return [...getting, ...blocked]
}

/** Up to `limit` recipients in the order of the list, after this line. */
export function recipientsAfter(q: Query, chatId: string, line: number, limit: number): Promise<ChatRecipientRow[]> {
  return q
    .selectFrom('chat_recipients')
    .selectAll()
    .where('chat_id', '=', chatId)
    .where('line', '>', line)
    .orderBy('line')
    .limit(limit)
    .execute()
}

/** The first of those who get nothing of a chat, and why, in the order of the list. */
export function blockedIn(
  q: Query,
  chatId: string,
  limit: number,
): Promise<Pick<ChatRecipientRow, 'customer_id' | 'address' | 'reason'>[]> {
  return q
    .selectFrom('chat_recipients')
    .select(['customer_id', 'address', 'reason'])
    .where('chat_id', '=', chatId)
    .where('state', '=', 'blocked')
    .where('line', '>', 0)
    .orderBy('line')
    .limit(limit)
    .execute()
}
