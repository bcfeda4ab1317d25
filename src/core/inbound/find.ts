import type { InboundRow } from '../../db/schema.ts'
import type { Query } from '../../db/store.ts'

/** What came in by a channel since a moment (ms UTC), oldest first. */
export function inboundSince(q: Query, channel: string, since: number): Promise<Pick<InboundRow, 'id' | 'raw'>[]> {
  return q
    .selectFrom('inbound')
    .select(['id', 'raw'])
    .where('channel', '=', channel)
    .where('received_at', '>=', since)
    .orderBy('id')
    .limit(1_000)
    .execute()
}

/** When the newest arrival of a channel came in (ms UTC), or null when none did. */
export async function lastInboundAt(q: Query, channel: string): Promise<number | null> {
  const row = await q
    .selectFrom('inbound')
    .select(e => e.fn.max('received_at').as('at'))
    .where('channel', '=', channel)
    .executeTakeFirst()
  return row?.at ?? null
}
