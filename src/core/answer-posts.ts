import { prepared } from '../db/prepared.ts'
import type { AnswerPostRow, TeamRow, TicketRow } from '../db/schema.ts'
import type { Query, Store, Tx } from '../db/store.ts'
import { newId } from '../lib/id.ts'
import { Problem } from '../lib/problem.ts'
import { whyNotPosted } from '../lib/public-address.ts'
import { seal, unseal } from '../lib/sign.ts'
import { customerById } from './customers.ts'
import { backOff } from './deliveries/retry.ts'
import { lease } from './lease.ts'
import { teamById } from './teams.ts'
import { ticketById } from './tickets/find.ts'
import { ticketUrl } from './tickets/link.ts'

/** Word of a customer's answer, on its way to where the team wants it posted. */
export interface AnswerPost {
  id: string // the same post again has the same id
  teamId: string
  ticketId: string
  url: string | null // perhaps a secret: it is never logged; null: it cannot be read any more
  attempts: number // 1 at the first try
  createdAt: number
  says: { identifier: string; subject: string; customer: string; link: string } // flat text, as Slack's webhooks want it
}

/**
 * From now on word of customers' answers in the team is posted there; null: nowhere. What waits goes to the new address.
 * Throws a Problem under `url` for what is no public https address. `local` also allows loopback, to try it out.
 */
export async function setAnswerHook(tx: Tx, teamId: string, url: string | null, local: boolean): Promise<void> {
  const refusal = url === null ? null : whyNotPosted(url.trim(), local)
  if (refusal) throw new Problem('invalid', refusal, 'url')
  await tx.q
    .updateTable('teams')
    .set({ hook_url: url && seal(tx.key, url.trim()), hook_problem: null })
    .where('id', '=', teamId)
    .execute()
  if (url === null) await tx.q.deleteFrom('answer_posts').where('team_id', '=', teamId).execute()
  else await tx.q.updateTable('answer_posts').set({ due_at: tx.now }).where('team_id', '=', teamId).execute()
  tx.wake('posts')
}

/** The host that a team's word is posted to, which is no secret; null: nowhere. */
export function hookHost(key: Buffer, team: Pick<TeamRow, 'hook_url'>): string | null {
  if (team.hook_url === null) return null
  const url = unsealed(key, team.hook_url)
  return url ? new URL(url).host : 'an address that cannot be read any more'
}

/** Why nothing can be posted to an address that cannot be read. */
export const LOCKED_HOOK = 'The address was sealed under another APP_SECRET. Give it again.'

/** Null when it was sealed under another secret. */
function unsealed(key: Buffer, sealed: string): string | null {
  try {
    return unseal(key, sealed)
  } catch {
    return null
  }
}

/** Has word of the customer's answer posted, where the team wants that. */
export async function queueAnswerPost(tx: Tx, ticket: Pick<TicketRow, 'id' | 'team_id'>): Promise<void> {
  if (!(await selectHooked(tx.q, { teamId: ticket.team_id })).rows.length) return
  const row: AnswerPostRow = {
    id: newId(),
    team_id: ticket.team_id,
    ticket_id: ticket.id,
    created_at: tx.now,
    attempts: 0,
    due_at: tx.now,
  }
  await tx.q.insertInto('answer_posts').values(row).execute()
  tx.wake('posts')
}

const selectHooked = prepared((q, v: { teamId: string }) =>
  q.selectFrom('teams').select('id').where('id', '=', v.teamId).where('hook_url', 'is not', null),
)

/** For how long a claim keeps others away (ms): longer than a try may take. */
const LEASE_MS = 30_000

/** Takes posts that are due, oldest first; nobody else gets them before the lease runs out. */
export async function claimAnswerPosts(tx: Tx, limit: number): Promise<AnswerPost[]> {
  const due = (await selectDue(tx.q, { now: tx.now, limit })).rows
  const posts: AnswerPost[] = []
  for (const row of await lease(tx, 'answer_posts', due, LEASE_MS)) {
    const post = await postOf(tx, row)
    if (post) posts.push(post)
  }
  return posts
}

const selectDue = prepared((q, v: { now: number; limit: number }) =>
  q.selectFrom('answer_posts').selectAll().where('due_at', '<=', v.now).orderBy('due_at').limit(v.limit),
)

/** Undefined for a ticket that is no more: nothing is told of it. */
async function postOf(tx: Tx, row: AnswerPostRow): Promise<AnswerPost | undefined> {
  const team = await teamById(tx.q, row.team_id)
  const says = team.hook_url && (await wordsOf(tx, row.ticket_id))
  if (!says || !team.hook_url) {
    await forget(tx, row.id)
    return undefined
  }
  return {
    id: row.id,
    teamId: team.id,
    ticketId: row.ticket_id,
    url: unsealed(tx.key, team.hook_url),
    attempts: row.attempts,
    createdAt: row.created_at,
    says,
  }
}

async function wordsOf(tx: Tx, ticketId: string): Promise<AnswerPost['says'] | null> {
  try {
    const { identifier, subject, customer_id } = await ticketById(tx.q, ticketId)
    const { name, address } = await customerById(tx.q, customer_id)
    const customer = name === address ? address : `${name} <${address}>`
    return { identifier, subject, customer, link: ticketUrl(tx.files, identifier) ?? '' }
  } catch (error) {
    if (error instanceof Problem) return null
    throw error
  }
}

const LIFE_MS = 24 * 3_600_000

/** Writes down what became of a post: `problem` says why it was not taken. It is tried for a day; Set-up shows the problem. */
export async function settleAnswerPost(tx: Tx, post: AnswerPost, problem: string | null): Promise<void> {
  const isGivenUp = problem !== null && tx.now - post.createdAt > LIFE_MS
  if (problem === null || isGivenUp) await forget(tx, post.id)
  else
    await tx.q
      .updateTable('answer_posts')
      .set({ due_at: tx.now + backOff(post.attempts) })
      .where('id', '=', post.id)
      .execute()
  const what = isGivenUp ? `Word of ${post.says.identifier} was given up` : `Word of ${post.says.identifier} waits`
  await tx.q
    .updateTable('teams')
    .set({ hook_problem: problem && `${what}: ${problem}` })
    .where('id', '=', post.teamId)
    .where('hook_url', 'is not', null)
    .execute()
}

async function forget(tx: Tx, id: string): Promise<void> {
  await tx.q.deleteFrom('answer_posts').where('id', '=', id).execute()
}

/** When the next post is due (ms UTC), or null when there is none. */
export async function nextAnswerPostDue(store: Store): Promise<number | null> {
  const { rows } = await store.read((q: Query) => selectNextDue(q, {}))
  return rows[0]?.at ?? null
}

const selectNextDue = prepared(q => q.selectFrom('answer_posts').select(e => e.fn.min('due_at').as('at')))
