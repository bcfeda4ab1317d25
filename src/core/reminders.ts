import { type SqlBool, sql } from 'kysely'
import type { Tx } from '../db/store.ts'
import { cut } from '../lib/cut.ts'
import { postNotice } from './messages/notice.ts'

const AFTER_MS = 15 * 60_000
const MOST = 100

/** Reminds, once, of each message that its author neither sent nor kept as a note. Returns how many. */
export async function remindOfUndecided(tx: Tx): Promise<number> {
  const rows = await tx.q
    .selectFrom('messages as m')
    .leftJoin('messages as said', 'said.dedup_key', 'm.id')
    .select(['m.id', 'm.ticket_id', 'm.author_kind', 'm.author_id', 'm.author_name', 'm.text'])
    .where(sql<SqlBool>`m.visibility = 'undecided'`)
    .where('m.deleted_at', 'is', null)
    .where('m.created_at', '<', tx.now - AFTER_MS)
    .where('said.id', 'is', null)
    .orderBy('m.created_at')
    .limit(MOST)
    .execute()
  for (const m of rows) {
    await postNotice(
      tx,
      m.ticket_id,
      `${m.author_name} wrote "${cut(m.text, 60)}" and has neither sent it nor kept it as a note. The card's Look button asks again.`,
      m.id,
      m.author_kind === 'agent' ? m.author_id : null,
    )
  }
  return rows.length
}
