import { type SqlBool, sql } from 'kysely'
import type { DeskPostRow } from '../db/schema.ts'
import type { Query, Tx } from '../db/store.ts'
import { newId } from '../lib/id.ts'
import { backOff } from './deliveries/retry.ts'
import { LEASE_MS, lease } from './lease.ts'
import type { Outcome } from './letter.ts'
import type { Figures } from './stats/figures.ts'

/** Something to be said at the desk by itself, in a team's place or to one agent. */
export interface DeskPost {
  id: string // the same post again has the same id
  place: string // the team's
  handle: string | null // the agent's, who alone is told
  kind: DeskPostRow['kind']
  text: string
  ticketId: string | null
  figures: Figures | null
  attempts: number // 1 at the first try
  createdAt: number
}

const NOWHERE = '-' // no place is called so: a list in a query is not empty

/** Queues what is to be said; the same key again is the same post. Returns whether it is new. */
export async function queueDeskPost(
  tx: Tx,
  post: ({ teamId: string } | { agentId: string }) & {
    key: string
    kind: DeskPostRow['kind']
    text: string
    ticketId?: string | null
    figures?: Figures
  },
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx.q
    .insertInto('desk_posts')
    .values({
      id: newId(),
      key: post.key,
      team_id: 'teamId' in post ? post.teamId : null,
      agent_id: 'agentId' in post ? post.agentId : null,
      kind: post.kind,
      text: post.text,
      ticket_id: post.ticketId ?? null,
      figures: post.figures ? JSON.stringify(post.figures) : null,
      external_id: null,
      attempts: 0,
      due_at: tx.now,
      created_at: tx.now,
    })
    .onConflict(c => c.column('key').doNothing())
    .executeTakeFirst()
  tx.wake('desk')
  return (numInsertedOrUpdatedRows ?? 0n) > 0n
}

/** In the very words of the partial index. */
const toBeSaid = sql<SqlBool>`due_at is not null`

/** Takes the posts that are due, oldest first; nobody else gets them before the lease runs out. `notTo` leaves places out. */
export async function claimDeskPosts(tx: Tx, limit: number, notTo: string[] = []): Promise<DeskPost[]> {
  const due = await tx.q
    .selectFrom('desk_posts as p')
    .leftJoin('teams as t', 't.id', 'p.team_id')
    .leftJoin('agents as a', 'a.id', 'p.agent_id')
    .selectAll('p')
    .select(['t.place', 'a.handle'])
    .where(sql<SqlBool>`p.due_at is not null`)
    .where('p.due_at', '<=', tx.now)
    .where(e => e(e.fn.coalesce('t.place', 'a.handle', e.val('')), 'not in', [...notTo, NOWHERE]))
    .orderBy('p.due_at')
    .limit(limit)
    .execute()
  return (await lease(tx, 'desk_posts', due, LEASE_MS)).map(row => ({
    id: row.id,
    place: row.place ?? row.handle ?? '',
    handle: row.handle,
    kind: row.kind,
    text: row.text,
    ticketId: row.ticket_id,
    figures: row.figures ? JSON.parse(row.figures) : null,
    attempts: row.attempts,
    createdAt: row.created_at,
  }))
}

/** Writes down what became of a post. Once it was said, or is refused for good, only that it was remains: what it said stands where it was said. */
export async function settleDeskPost(tx: Tx, post: DeskPost, outcome: Outcome): Promise<void> {
  const to =
    'retry' in outcome
      ? { due_at: tx.now + (outcome.retry.afterMs ?? backOff(post.attempts)) }
      : { due_at: null, text: '', figures: null, ...('sent' in outcome && { external_id: outcome.sent.id }) }
  await tx.q.updateTable('desk_posts').set(to).where('id', '=', post.id).execute()
  tx.wake('desk')
}

/** When the next post is due (ms UTC), of those that are not due yet at `after`, or null when there is none. */
export async function nextDeskPostDue(q: Query, after: number): Promise<number | null> {
  const row = await q
    .selectFrom('desk_posts')
    .select(e => e.fn.min('due_at').as('at'))
    .where(toBeSaid)
    .where('due_at', '>', after)
    .executeTakeFirst()
  return row?.at == null ? null : Number(row.at)
}
