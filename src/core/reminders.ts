import { type SqlBool, sql } from 'kysely'
import type { MessageRow } from '../db/schema.ts'
import type { Tx } from '../db/store.ts'
import { cut } from '../lib/cut.ts'
import { postNotice } from './messages/notice.ts'
import { writingOf } from './permissions/may.ts'
import { ticketById } from './tickets/find.ts'

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
    const { says, calls } = await reminderOf(tx, m)
    await postNotice(tx, m.ticket_id, `${m.author_name} wrote "${cut(m.text, 60)}" ${says}`, m.id, calls)
  }
  return rows.length
}

type Undecided = Pick<MessageRow, 'ticket_id' | 'author_kind' | 'author_id'>

/** Whoever only drafts has done all they can: a colleague is called. */
async function reminderOf(tx: Tx, m: Undecided): Promise<{ says: string; calls: string | null }> {
  const author = m.author_kind === 'agent' ? m.author_id : null
  const ticket = await ticketById(tx.q, m.ticket_id)
  if (author && (await writingOf(tx.q, author, ticket)) === 'drafts') {
    const says = "and it waits for a colleague to send it, or to keep it as a note: the card's Look button shows it."
    return { says, calls: ticket.assignee_id === author ? null : ticket.assignee_id }
  }
  const says = "and has neither sent it nor kept it as a note. The card's Look button asks again."
  return { says, calls: author }
}
