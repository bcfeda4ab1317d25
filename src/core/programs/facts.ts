import { prepared, preparedFor } from '../../db/prepared.ts'
import type { ApiFactsRow } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { type Actor, record } from '../events.ts'
import { lockTicket } from '../tickets/lock.ts'

/** What a program said of something, by names of its own. */
export type Facts = Record<string, unknown>

/** Adds to what a program said of a ticket or a message, in place of what it said before under the same names. */
export async function keepFacts(tx: Tx, ownerId: string, facts: Facts): Promise<void> {
  const given = givenIn(facts)
  if (!Object.keys(given).length) return
  const known = (await factsOf(tx.q, [ownerId])).get(ownerId)
  const json = JSON.stringify({ ...known, ...given })
  await tx.q
    .insertInto('api_facts')
    .values({ owner_id: ownerId, facts: json })
    .onConflict(c => c.column('owner_id').doUpdateSet({ facts: json }))
    .execute()
}

/**
 * The same of a ticket by somebody who may change it: its history says so, and it is as new as that. What is so already
 * changes nothing. Throws a Problem for an agent who may not.
 */
export async function setFacts(tx: Tx, ticketId: string, facts: Facts, actor: Actor): Promise<void> {
  if (!Object.keys(facts).length) return
  const { id } = await lockTicket(tx, ticketId, actor)
  const known = (await factsOf(tx.q, [id])).get(id) ?? {}
  const names = Object.keys(facts).filter(name => JSON.stringify(facts[name]) !== JSON.stringify(known[name] ?? null))
  if (!names.length) return
  const only = (from: Facts) => Object.fromEntries(names.map(name => [name, from[name] ?? null]))
  await keepFacts(tx, id, only(facts))
  await tx.q.updateTable('tickets').set({ updated_at: tx.now }).where('id', '=', id).execute()
  await record(tx, id, 'facts_changed', actor, only(known), only(facts))
}

/** The same of something new, of which nothing was said before. */
export async function keepFirstFacts(tx: Tx, ownerId: string, facts: Facts): Promise<void> {
  const given = givenIn(facts)
  if (Object.keys(given).length) await insertFacts(tx.q, { owner_id: ownerId, facts: JSON.stringify(given) })
}

/** Without those of which nothing is said. */
function givenIn(facts: Facts): Facts {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined))
}

const insertFacts = prepared((q, row: ApiFactsRow) =>
  q.insertInto('api_facts').values({ owner_id: row.owner_id, facts: row.facts }),
)

/** What programs said of each of these; nothing for those of which none said anything. */
export async function factsOf(q: Query, ownerIds: string[]): Promise<Map<string, Facts>> {
  if (!ownerIds.length) return new Map()
  const rows = await selectFacts(q, ownerIds)
  return new Map(rows.map(r => [r.owner_id, JSON.parse(r.facts)]))
}

const selectFacts = preparedFor((q, ids) => q.selectFrom('api_facts').selectAll().where('owner_id', 'in', ids))
