import type { Query } from '../../db/store.ts'

/** The message that a far side knows one of our posts on a ticket by; undefined when the post is none of its messages. */
export async function messageOfPost(q: Query, ticketId: string, externalId: string): Promise<string | undefined> {
  const row = await q
    .selectFrom('deliveries')
    .select('message_id')
    .where('ticket_id', '=', ticketId)
    .where('external_id', '=', externalId)
    .where('kind', '=', 'message')
    .executeTakeFirst()
  return row?.message_id ?? undefined
}
