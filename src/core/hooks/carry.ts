import { prepared } from '../../db/prepared.ts'
import type { HookDeliveryRow, HookRow } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { alert } from '../alerts.ts'
import { lease } from '../lease.ts'
import { hostOf, LOCKED, liveHooks, unsealed } from './hook.ts'
import { secretsOf } from './secret.ts'
import { hookAlert } from './subscribe.ts'

/** An event on its way to one subscription. */
export interface HookPost {
  row: HookDeliveryRow // attempts are 1 at the first try
  hook: HookRow
  url: string | null // perhaps a secret: it is never logged; null: it cannot be read any more
  secrets: string[] | null // that it is signed with; null: they cannot be read any more
}

/** What became of a try. */
export interface HookAnswer {
  problem: string | null // why it was not taken, a finished sentence; null: it was
  status: number | null
  answer: string | null // the beginning of what was answered
  afterMs?: number // when the far side wants it again
  isGone?: true // the far side wants nothing any more
  isOver?: true // it is not to be tried again
  tookMs: number
}

/** For how long a claim keeps others away (ms): longer than a try may take. */
const LEASE_MS = 30_000

const HANDS = 4 // that each subscription has at most, and one while it takes nothing
const FAILING_FROM = 5 // failures in a row

/** Takes what is due, the oldest of each line; nobody else gets it before the lease runs out. `busy` are those in hand, by subscription. */
export async function claimPosts(tx: Tx, free: number, busy: Map<string, number>): Promise<HookPost[]> {
  const posts: HookPost[] = []
  for (const hook of await liveHooks(tx.q)) {
    const hands = hook.failures >= FAILING_FROM ? 1 : HANDS
    const limit = Math.min(hands - (busy.get(hook.id) ?? 0), free - posts.length)
    if (limit <= 0 || isResting(hook, tx.now)) continue
    const { rows } = await selectDue(tx.q, { hookId: hook.id, now: tx.now, limit })
    const [url, secrets] = [unsealed(tx.key, hook.url), secretsOf(tx.key, hook, tx.now)]
    for (const row of await lease(tx, 'hook_deliveries', rows, LEASE_MS)) posts.push({ row, hook, url, secrets })
  }
  return posts
}

function isResting({ rest_until }: HookRow, now: number): boolean {
  return rest_until !== null && rest_until > now
}

const selectDue = prepared((q, v: { hookId: string; now: number; limit: number }) =>
  q
    .selectFrom('hook_deliveries as d')
    .selectAll('d')
    .where('d.hook_id', '=', v.hookId)
    .where('d.state', '=', 'queued')
    .where('d.due_at', '<=', v.now)
    .where(e =>
      e.not(
        e.exists(
          e
            .selectFrom('hook_deliveries as older')
            .select('older.id')
            .whereRef('older.hook_id', '=', 'd.hook_id')
            .whereRef('older.line', '=', 'd.line')
            .where('older.state', '=', 'queued')
            .whereRef('older.id', '<', 'd.id'),
        ),
      ),
    )
    .orderBy('d.id')
    .limit(v.limit),
)

/** What a process that ended had in hand is due now; what was to wait for less than a lease is, too, which harms nobody. */
export async function releasePostLeases(tx: Tx): Promise<void> {
  await tx.q
    .updateTable('hook_deliveries')
    .set({ due_at: tx.now })
    .where('state', '=', 'queued')
    .where('due_at', '>', tx.now)
    .where('due_at', '<=', tx.now + LEASE_MS)
    .execute()
}

/** Why a post cannot even be tried, a finished sentence; null when it can. */
export function whyNotTried({ url, secrets }: HookPost): string | null {
  if (url === null) return LOCKED
  return secrets === null ? 'Its secret was sealed under another APP_SECRET. Make a new one.' : null
}

const HOUR = 3_600_000
const LIFE_MS = 48 * HOUR // of one event
const LONGEST_FAILING_MS = 72 * HOUR
const MOST_FAILURES = 100 // in a row

/**
 * Writes down what became of a post. What was not taken is tried again, ever later, for two days. A subscription that takes
 * nothing for three days, or wants nothing any more, is switched off, and its team is told.
 */
export async function settlePost(tx: Tx, { row, hook }: HookPost, a: HookAnswer): Promise<void> {
  const tried = { status: a.status, answer: a.answer, problem: a.problem, took_ms: a.tookMs, tried_at: tx.now }
  const isLast = a.isOver || a.isGone || tx.now - row.created_at > LIFE_MS
  const settled = { body: null, settled_at: tx.now }
  await tx.q
    .updateTable('hook_deliveries')
    .set({
      ...tried,
      ...(a.problem === null && { state: 'delivered' as const, ...settled }),
      ...(a.problem !== null && isLast && { state: 'failed' as const, ...settled }),
      ...(a.problem !== null && !isLast && { due_at: tx.now + (a.afterMs ?? backOff(row.attempts)) }),
    })
    .where('id', '=', row.id)
    .where('state', '=', 'queued')
    .execute()
  if (a.problem === null) await noteTaken(tx, hook.id)
  else if (!a.isOver) await noteRefused(tx, hook.id, a, a.problem)
  tx.wake('hooks')
}

/** 1 s, 2 s, 4 s ... 1 h (ms), after so many tries. */
function backOff(attempts: number): number {
  return Math.min(1_000 * 2 ** Math.min(attempts - 1, 12), HOUR)
}

async function noteTaken(tx: Tx, hookId: string): Promise<void> {
  const before = await tx.q.selectFrom('hooks').select('failures').where('id', '=', hookId).executeTakeFirst()
  await tx.q
    .updateTable('hooks')
    .set({ failures: 0, failing_since: null, rest_until: null, problem: null, delivered_at: tx.now })
    .where('id', '=', hookId)
    .execute()
  if (!before || before.failures < FAILING_FROM) return
  await tx.q
    .updateTable('hook_deliveries')
    .set({ due_at: tx.now }) // what failed while nothing was taken
    .where('hook_id', '=', hookId)
    .where('state', '=', 'queued')
    .where('due_at', '>', tx.now + LEASE_MS) // what may be in hand stays
    .execute()
}

async function noteRefused(tx: Tx, hookId: string, a: HookAnswer, problem: string): Promise<void> {
  const hook = await tx.q
    .updateTable('hooks')
    .set(e => ({
      failures: e('failures', '+', 1),
      failing_since: e.fn.coalesce('failing_since', e.val(tx.now)),
      problem,
    }))
    .where('id', '=', hookId)
    .where('off_at', 'is', null)
    .where('deleted_at', 'is', null)
    .returningAll()
    .executeTakeFirst()
  if (!hook) return
  const why = whyOff(hook, a, tx.now)
  if (why) return switchOff(tx, hook, why)
  if (hook.failures < FAILING_FROM) return
  const rest = a.afterMs ?? backOff(hook.failures - FAILING_FROM + 1)
  await tx.q
    .updateTable('hooks')
    .set({ rest_until: tx.now + rest })
    .where('id', '=', hookId)
    .execute()
}

function whyOff({ failures, failing_since }: HookRow, a: HookAnswer, now: number): string | null {
  if (a.isGone) return 'It answered with 410: nothing is wanted there any more.'
  if (failing_since !== null && now - failing_since >= LONGEST_FAILING_MS)
    return `Nothing was taken for three days. The last time: ${a.problem}`
  return failures >= MOST_FAILURES ? `Nothing was taken ${failures} times in a row. The last time: ${a.problem}` : null
}

async function switchOff(tx: Tx, hook: HookRow, why: string): Promise<void> {
  await tx.q.updateTable('hooks').set({ off_at: tx.now, off_reason: why }).where('id', '=', hook.id).execute()
  const where = hostOf(unsealed(tx.key, hook.url))
  const teams: string[] = hook.teams ? JSON.parse(hook.teams) : []
  const text = `The webhook to ${where} was switched off. ${why} Mend what is there, then switch it on again: /outreach webhooks. What waited goes out then, up to two days of it.`
  await alert(tx, hookAlert(hook.id), text, teams.length === 1 ? (teams[0] ?? null) : null)
}

/** When there is something to do next (ms UTC), of what is not due yet; null when there is nothing. */
export async function nextPostDue(q: Query, now: number): Promise<number | null> {
  const { rows } = await selectNext(q, { now })
  const due = rows.flatMap(h => {
    if (h.rest_until !== null && h.rest_until > now) return h.waits === null ? [] : [h.rest_until]
    return h.next === null ? [] : [Number(h.next)]
  })
  return due.length ? Math.min(...due) : null
}

const selectNext = prepared((q, v: { now: number }) =>
  q
    .selectFrom('hooks as h')
    .select(e => {
      const waiting = e
        .selectFrom('hook_deliveries as d')
        .select(d => d.fn.min('d.due_at').as('at'))
        .whereRef('d.hook_id', '=', 'h.id')
        .where('d.state', '=', 'queued')
      return ['h.rest_until', waiting.as('waits'), waiting.where('d.due_at', '>', v.now).as('next')]
    })
    .where('h.off_at', 'is', null)
    .where('h.deleted_at', 'is', null),
)

/** Whether something could be done at this very moment. */
export async function isPostDue(q: Query, now: number): Promise<boolean> {
  if ((await q.selectFrom('hook_events').select('id').where('told_at', 'is', null).limit(1).execute()).length)
    return true
  for (const hook of await liveHooks(q))
    if (!isResting(hook, now) && (await selectDue(q, { hookId: hook.id, now, limit: 1 })).rows.length) return true
  return false
}
