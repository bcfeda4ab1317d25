import { type SqlBool, sql } from 'kysely'
import type { InboundRow } from '../db/schema.ts'
import type { Query, Tx } from '../db/store.ts'
import { Problem } from '../lib/problem.ts'
import type { About } from './inbound.ts'
import { usableSender } from './senders.ts'
import { MAIL } from './threads.ts'

/** A mail that belongs to no ticket, or that could not be understood, until somebody gives it to a team. */
export interface TrayEntry {
  id: string
  receivedAt: number
  reason: string
  about: About | null
}

/** In the very words of the partial index: with parameters in their place SQLite would not use it. */
const leftOver = sql<SqlBool>`state in ('unmatched', 'quarantined')`

export async function countTray(q: Query): Promise<number> {
  const row = await q
    .selectFrom('inbound')
    .select(e => e.fn.countAll().as('n'))
    .where(leftOver)
    .where('channel', '=', MAIL)
    .executeTakeFirstOrThrow()
  return Number(row.n)
}

/** The newest entries of the tray, newest first. */
export async function tray(q: Query, limit: number): Promise<TrayEntry[]> {
  const rows = await q
    .selectFrom('inbound')
    .select(['id', 'received_at', 'reason', 'about'])
    .where(leftOver)
    .where('channel', '=', MAIL)
    .orderBy('received_at', 'desc')
    .limit(limit)
    .execute()
  return rows.map(r => ({
    id: r.id,
    receivedAt: r.received_at,
    reason: r.reason ?? '',
    about: r.about ? JSON.parse(r.about) : null,
  }))
}

/** Gives a mail of the tray to a team: it is understood once more and becomes a new ticket there. */
export async function giveToTeam(tx: Tx, id: string, teamId: string): Promise<void> {
  await usableSender(tx.q, teamId, null)
  const { numUpdatedRows } = await tx.q
    .updateTable('inbound')
    .set({ state: 'pending', team_id: teamId, attempts: 0, due_at: tx.now, settled_at: null, reason: null })
    .where('id', '=', id)
    .where('channel', '=', MAIL)
    .where(leftOver)
    .executeTakeFirst()
  if (numUpdatedRows === 0n) throw new Problem('conflict', 'This mail is no longer in the tray.')
  tx.wake('inbox')
}

/** The team that somebody gave an arrival to, if anybody did. */
export async function teamGiven(q: Query, inboundId: string): Promise<InboundRow['team_id']> {
  const row = await q.selectFrom('inbound').select('team_id').where('id', '=', inboundId).executeTakeFirst()
  return row?.team_id ?? null
}
