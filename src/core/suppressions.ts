import { containing } from '../db/like.ts'
import { prepared, preparedMany } from '../db/prepared.ts'
import type { SuppressionRow } from '../db/schema.ts'
import type { Query, Tx } from '../db/store.ts'
import { Problem } from '../lib/problem.ts'
import { banOf, bansOf } from './bans.ts'
import { redrawCard } from './deliveries/redraw.ts'
import { type Actor, record } from './events.ts'
import { noteLift } from './lifts.ts'

/** Afterwards nothing is sent to the address, and the cards of its tickets say so; the first reason stands. */
export async function suppress(tx: Tx, address: string, reason: string, source: string): Promise<void> {
  const { numInsertedOrUpdatedRows } = await tx.q
    .insertInto('suppressions')
    .values({ address, reason, source, created_at: tx.now })
    .onConflict(c => c.column('address').doNothing())
    .executeTakeFirst()
  if (!numInsertedOrUpdatedRows) return
  for (const { id } of await ticketsTo(tx.q, address)) await redrawCard(tx, id)
}

const MOST_TOLD = 50

/**
 * The address may be written to again; the history of its tickets says who decided so, and why. Lifting none changes
 * nothing. Throws a Problem for an empty note, and for an agent where leads decide.
 */
export async function liftSuppression(tx: Tx, address: string, actor: Actor, note: string): Promise<void> {
  const found = await suppressionOf(tx.q, address)
  if (!found) return
  await noteLift(tx, { address, what: 'suppression', reason: found.reason, note, actor })
  await tx.q.deleteFrom('suppressions').where('address', '=', address).execute()
  await forgetBounces(tx, address)
  for (const { id } of await ticketsTo(tx.q, address)) {
    await record(tx, id, 'suppression_lifted', actor, { suppressed: found.reason }, { to: address, note: note.trim() })
    await redrawCard(tx, id)
  }
}

/** Its newest tickets. */
function ticketsTo(q: Query, address: string): Promise<{ id: string }[]> {
  return q
    .selectFrom('threads')
    .innerJoin('tickets', 'tickets.id', 'threads.ticket_id')
    .select('tickets.id')
    .where('threads.place', '=', address)
    .where('threads.side', '=', 'customer')
    .where('tickets.deleted_at', 'is', null)
    .orderBy('tickets.id', 'desc')
    .limit(MOST_TOLD)
    .execute()
}

/** What came back before somebody decided that it works counts no more. */
async function forgetBounces(tx: Tx, address: string): Promise<void> {
  const there = tx.q.selectFrom('threads').select('ticket_id').where('place', '=', address)
  await tx.q
    .updateTable('deliveries')
    .set({ bounced_at: null })
    .where('ticket_id', 'in', there)
    .where('bounced_at', 'is not', null)
    .execute()
}

/** The suppression of an address, if any. Whether it is banned says `obstacleTo`. */
export async function suppressionOf(q: Query, address: string): Promise<SuppressionRow | undefined> {
  return (await selectSuppression(q, { address })).rows[0]
}

const selectSuppression = prepared((q, v: { address: string }) =>
  q.selectFrom('suppressions').selectAll().where('address', '=', v.address),
)

export interface SuppressionView extends SuppressionRow {
  by: string | null // the agent's name
}

/** Suppressions whose address or reason contains what was typed, newest first. */
export function searchSuppressions(q: Query, typed: string, limit: number): Promise<SuppressionView[]> {
  const like = containing(typed.trim())
  return q
    .selectFrom('suppressions as s')
    .leftJoin('agents as a', 'a.id', 's.created_by')
    .selectAll('s')
    .select('a.name as by')
    .where(e => e.or([e('s.address', 'like', like), e(e.fn('lower', ['s.reason']), 'like', like)]))
    .orderBy('s.created_at', 'desc')
    .orderBy('s.address')
    .limit(limit)
    .execute()
}

/** How many addresses are suppressed. */
export async function countSuppressions(q: Query): Promise<number> {
  const row = await q
    .selectFrom('suppressions')
    .select(e => e.fn.countAll().as('n'))
    .executeTakeFirstOrThrow()
  return Number(row.n)
}

/** Why nothing may be sent to the address, a finished sentence: it is suppressed, or banned. Null when it may be. */
export async function obstacleTo(q: Query, address: string): Promise<string | null> {
  const suppressed = await suppressionOf(q, address)
  if (suppressed) return `${address} must not be written to: ${suppressed.reason}`
  const banned = await banOf(q, address)
  if (!banned) return null
  const whole = banned.address.startsWith('*@') ? ` (all of ${banned.address.slice(2)} is)` : ''
  return `${address} is banned${whole}, so nothing is sent there: ${banned.reason}`
}

/** Why nothing may be sent to those of many addresses that must not be written to, as sentences without the address. */
export async function obstaclesTo(q: Query, addresses: string[]): Promise<Map<string, string>> {
  const { rows: suppressed } = await selectReasons(
    q,
    addresses.map(address => ({ address })),
  )
  const banned = await bansOf(q, addresses)
  return new Map([
    ...[...banned].map(([address, ban]) => [address, `It is banned: ${ban.reason}`] as const),
    ...suppressed.map(s => [s.address, s.reason] as const),
  ])
}

const selectReasons = preparedMany((q, wanted: { address: string }[]) =>
  q
    .selectFrom('suppressions')
    .select(['address', 'reason'])
    .where(
      'address',
      'in',
      wanted.map(w => w.address),
    ),
)

/** Throws a Problem when one of these addresses must not be written to. */
export async function refuseAnyUnreachable(q: Query, addresses: string[]): Promise<void> {
  for (const address of (await obstaclesTo(q, addresses)).keys()) await refuseUnreachable(q, address)
}

/** Throws a Problem under the field when the address must not be written to. */
export async function refuseUnreachable(q: Query, address: string, field = 'customer'): Promise<void> {
  const obstacle = await obstacleTo(q, address)
  if (obstacle) throw new Problem('forbidden', obstacle, field)
}
