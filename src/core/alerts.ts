import { type SqlBool, sql } from 'kysely'
import { prepared } from '../db/prepared.ts'
import type { AlertRow, TeamRow } from '../db/schema.ts'
import type { Query, Store, Tx } from '../db/store.ts'
import { newId } from '../lib/id.ts'
import { backOff } from './deliveries/retry.ts'
import { LEASE_MS, lease } from './lease.ts'
import type { Outcome } from './letter.ts'
import { teams } from './teams.ts'

/** A word to operators on its way to a team's place. It belongs to no ticket. */
export interface Notice {
  id: string // the same notice again has the same id
  key: string // what it is about
  place: string
  text: string
  over: string | null // set once it is over: what is said then
  attempts: number // 1 at the first try
  externalId: string | null // how the place knows it, once it was shown
  createdAt: number
}

/** The key of the alert that a mail waits in the tray. */
export const MAILS_LEFT_OVER = 'mail:quarantined'

/** What lasts longer is said again, once a day, as long as somebody raises it. */
const SAID_AGAIN_MS = 24 * 3_600_000

/**
 * Tells operators of something that they must look at, in the team's place, or in the first team's. The text is finished
 * sentences. While an alert of the same key is up nothing more is said. Returns whether this was news.
 */
export async function alert(tx: Tx, key: string, text: string, teamId: string | null = null): Promise<boolean> {
  const up = await alertByKey(tx.q, key)
  if (up && tx.now - up.raised_at < SAID_AGAIN_MS) return false
  if (up) await tx.q.updateTable('alerts').set({ ended_at: tx.now, due_at: null }).where('id', '=', up.id).execute()
  const { numInsertedOrUpdatedRows } = await tx.q
    .insertInto('alerts')
    .values(newAlert(tx, key, text, teamId))
    .onConflict(c => c.column('key').where('ended_at', 'is', null).doNothing())
    .executeTakeFirst()
  tx.wake('desk')
  return (numInsertedOrUpdatedRows ?? 0n) > 0n
}

/** Ends the alert of this key and says so where it was shown. Returns whether one was up. */
export async function liftAlert(tx: Tx, key: string, text = 'This is over.'): Promise<boolean> {
  const { numUpdatedRows } = await tx.q
    .updateTable('alerts')
    .set({ ended_at: tx.now, end_text: text, due_at: tx.now })
    .where('key', '=', key)
    .where('ended_at', 'is', null)
    .executeTakeFirst()
  tx.wake('desk')
  return numUpdatedRows > 0n
}

function newAlert(tx: Tx, key: string, text: string, teamId: string | null): AlertRow {
  return {
    id: newId(),
    key,
    team_id: teamId,
    text,
    raised_at: tx.now,
    ended_at: null,
    end_text: null,
    external_id: null,
    attempts: 0,
    due_at: tx.now,
  }
}

function alertByKey(q: Query, key: string): Promise<AlertRow | undefined> {
  return q.selectFrom('alerts').selectAll().where('key', '=', key).where('ended_at', 'is', null).executeTakeFirst()
}

/** What is up now, newest first. */
export function alertsUp(q: Query, limit: number): Promise<Pick<AlertRow, 'text' | 'raised_at'>[]> {
  return q
    .selectFrom('alerts')
    .select(['text', 'raised_at'])
    .where('ended_at', 'is', null)
    .orderBy('raised_at', 'desc')
    .limit(limit)
    .execute()
}

/** The keys of what is up now that begin so. */
export async function alertsOf(q: Query, prefix: string): Promise<string[]> {
  const rows = await q.selectFrom('alerts').select('key').where('ended_at', 'is', null).execute()
  return rows.map(r => r.key).filter(key => key.startsWith(prefix))
}

const NO_TEAM_MS = 60_000

/** In the very words of the partial index. */
const toBeSaid = sql<SqlBool>`due_at is not null`

/** Takes the notices that are due, oldest first; nobody else gets them before the lease runs out. `notTo` leaves places out. */
export async function claimNotices(tx: Tx, limit: number, notTo: string[] = []): Promise<Notice[]> {
  const due = (await selectDue(tx.q, { now: tx.now, limit })).rows
  if (!due.length) return []
  const all = await teams(tx.q)
  const notices: Notice[] = []
  for (const row of due) {
    const place = placeOf(row, all)
    if (place !== undefined && notTo.includes(place)) continue
    if (row.ended_at !== null && row.external_id === null && row.attempts === 0) await unsaid(tx, row)
    else if (place === undefined) await postpone(tx, row.id, NO_TEAM_MS)
    else for (const ours of await lease(tx, 'alerts', [row], LEASE_MS)) notices.push(noticeOf(ours, place))
  }
  return notices
}

const selectDue = prepared((q, v: { now: number; limit: number }) =>
  q.selectFrom('alerts').selectAll().where(toBeSaid).where('due_at', '<=', v.now).orderBy('due_at').limit(v.limit),
)

function placeOf(row: AlertRow, all: TeamRow[]): string | undefined {
  return (all.find(t => t.id === row.team_id) ?? all[0])?.place
}

/** It was over before anybody heard of it. */
async function unsaid(tx: Tx, row: AlertRow): Promise<void> {
  await tx.q.updateTable('alerts').set({ due_at: null }).where('id', '=', row.id).execute()
}

function noticeOf(row: AlertRow, place: string): Notice {
  return {
    id: row.id,
    key: row.key,
    place,
    text: row.text,
    over: row.ended_at === null ? null : (row.end_text ?? ''),
    attempts: row.attempts,
    externalId: row.external_id,
    createdAt: row.raised_at,
  }
}

/** Writes down what became of a notice. What was lifted while it was carried is due again. */
export async function settleNotice(tx: Tx, notice: Notice, outcome: Outcome): Promise<void> {
  if ('retry' in outcome) return postpone(tx, notice.id, outcome.retry.afterMs ?? backOff(notice.attempts))
  await tx.q
    .updateTable('alerts')
    .set(e => ({
      ...('sent' in outcome ? { external_id: outcome.sent.id } : {}),
      attempts: 0,
      due_at: notice.over === null ? e.ref('ended_at') : null,
    }))
    .where('id', '=', notice.id)
    .execute()
  tx.wake('desk')
}

async function postpone(tx: Tx, id: string, ms: number): Promise<void> {
  await tx.q
    .updateTable('alerts')
    .set({ due_at: tx.now + ms })
    .where('id', '=', id)
    .execute()
}

/** When the next notice is due (ms UTC), of those that are not due yet at `after`, or null when there is none. */
export async function nextNoticeDue(store: Store, after = 0): Promise<number | null> {
  const { rows } = await store.read(q => selectNextDue(q, { after }))
  return rows[0]?.at ?? null
}

const selectNextDue = prepared((q, v: { after: number }) =>
  q
    .selectFrom('alerts')
    .select(e => e.fn.min('due_at').as('at'))
    .where(toBeSaid)
    .where('due_at', '>', v.after),
)
