import type { PeopleEventRow } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { newId } from '../../lib/id.ts'
import { addressesOf } from '../customers.ts'
import type { Actor } from '../events.ts'
import { definedFor, shownFields, type Whose } from '../fields/known.ts'
import { tellHooks } from '../hooks/heard.ts'
import { tagsOfCustomer } from '../tags/customers.ts'

/** Does the work, and writes down who changed by it what is known of a customer or a company: before, after, and when. */
export async function recordingChanges(tx: Tx, whose: Whose, actor: Actor, work: () => Promise<void>): Promise<void> {
  const before = await factsOf(tx.q, whose)
  await work()
  await write(tx, whose, actor, before)
}

/** Writes down who made what is known of a customer or a company that there was not before. */
export function recordMade(tx: Tx, whose: Whose, actor: Actor): Promise<void> {
  return write(tx, whose, actor, new Map())
}

async function write(tx: Tx, whose: Whose, actor: Actor, before: Map<string, string>): Promise<void> {
  const after = await factsOf(tx.q, whose)
  const names = [...new Set([...before.keys(), ...after.keys()])].filter(name => before.get(name) !== after.get(name))
  if (!names.length) return
  const told = (facts: Map<string, string>) =>
    JSON.stringify(Object.fromEntries(names.map(name => [name, facts.get(name) ?? null])))
  const id = newId()
  await tx.q
    .insertInto('people_events')
    .values({
      id,
      owner: whose.owner,
      owner_id: whose.id,
      actor_kind: actor.kind,
      actor_id: actor.id,
      actor_name: actor.name,
      before: told(before),
      after: told(after),
      at: tx.now,
    })
    .execute()
  await tellHooks(tx, [{ cause: 'people', sourceId: id }])
}

/** What is known, in words, by what people call it; nothing where nothing is known. */
async function factsOf(q: Query, whose: Whose): Promise<Map<string, string>> {
  const facts = whose.owner === 'customer' ? await factsOfCustomer(q, whose.id) : await factsOfAccount(q, whose.id)
  return new Map(facts.filter(([, text]) => text))
}

type Fact = [name: string, text: string]

async function factsOfCustomer(q: Query, id: string): Promise<Fact[]> {
  const row = await q
    .selectFrom('customers as c')
    .leftJoin('accounts as a', 'a.id', 'c.account_id')
    .select(['c.name', 'c.zone', 'c.fields', 'a.name as company'])
    .where('c.id', '=', id)
    .executeTakeFirst()
  if (!row) return []
  return [
    ['name', row.name],
    ['company', row.company ?? ''],
    ['time zone', row.zone ?? ''],
    ['tags', (await tagsOfCustomer(q, id)).join(', ')],
    ['addresses', (await addressesOf(q, id)).join(', ')],
    ...shownFields(await definedFor(q, 'customer'), row.fields),
  ]
}

async function factsOfAccount(q: Query, id: string): Promise<Fact[]> {
  const row = await q
    .selectFrom('accounts')
    .select(['name', 'domain', 'fields'])
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row) return []
  return [['name', row.name], ['domain', row.domain ?? ''], ...shownFields(await definedFor(q, 'account'), row.fields)]
}

/** A change of what is known, and who made it. */
export interface PeopleEvent {
  at: number
  by: string
  changes: { name: string; before: string | null; after: string | null }[]
}

/** Who changed what is known of the customer or the company with this id, newest first. */
export async function historyOfPeople(q: Query, id: string, limit: number): Promise<PeopleEvent[]> {
  const rows = await q
    .selectFrom('people_events')
    .selectAll()
    .where('owner_id', '=', id)
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
  return rows.map(eventIn)
}

function eventIn(row: PeopleEventRow): PeopleEvent {
  const before: Record<string, string | null> = JSON.parse(row.before)
  const after: Record<string, string | null> = JSON.parse(row.after)
  const changes = Object.keys(after).map(name => ({ name, before: before[name] ?? null, after: after[name] ?? null }))
  return { at: row.at, by: row.actor_name, changes }
}
