import { preparedFor, preparedMany } from '../../db/prepared.ts'
import type { NumberKind } from '../../db/schema.ts'
import type { Query, Store, Tx } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'

/** By owner's id. */
export type Numbers = Map<string, number>

/** What is to be told of, by its kind. */
export type Owners = Partial<Record<NumberKind, readonly string[]>>

/** The numbers of all of these. Whatever is told of for the first time gets its own here, and has the same for ever. */
export async function numbered(tx: Tx, owners: Owners): Promise<Numbers> {
  const known = await numbersKnown(tx.q, owners)
  const fresh = without(owners, known)
  if (!fresh.length) return known
  await insertNumbers(tx.q, fresh)
  return new Map([...known, ...(await numbersKnown(tx.q, owners))])
}

/** The same for a read, which writes only when something is told of for the first time. */
export async function numberedIn(store: Store, owners: Owners): Promise<Numbers> {
  const known = await store.read(q => numbersKnown(q, owners))
  return without(owners, known).length ? store.write(tx => numbered(tx, owners)) : known
}

/** The id of what has this number. Throws a Problem under the kind when nothing of the kind has it. */
export async function idOf(q: Query, kind: NumberKind, number: number): Promise<string> {
  const [id] = (await idsOf(q, kind, [number])).values()
  if (!id) throw new Problem('not_found', `There is no ${kind} ${number}.`, kind)
  return id
}

/** The same for many, by number; those are missing that nothing of the kind has. */
export async function idsOf(q: Query, kind: NumberKind, numbers: readonly number[]): Promise<Map<number, string>> {
  const wanted = numbers.filter(n => Number.isSafeInteger(n) && n > 0).map(number => ({ number }))
  const found = new Map<number, string>()
  for (const { number, owner_id, merged_into_id, kind: of } of (await selectOwners(q, wanted)).rows)
    if (of === kind) found.set(number, merged_into_id ? await survivorOf(q, merged_into_id) : owner_id)
  return found
}

/** A customer who turned out to be another, who may have turned out to be a third one, is found by all their numbers. */
async function survivorOf(q: Query, customerId: string): Promise<string> {
  const row = await q.selectFrom('customers').select('merged_into_id').where('id', '=', customerId).executeTakeFirst()
  return row?.merged_into_id ? survivorOf(q, row.merged_into_id) : customerId
}

/** The same of those that have one, of a read. */
export async function numbersKnown(q: Query, owners: Owners): Promise<Numbers> {
  const ids = Object.values(owners).flat()
  return new Map(ids.length ? (await selectNumbers(q, ids)).map(r => [r.owner_id, r.number]) : [])
}

interface Fresh {
  kind: NumberKind
  owner_id: string
}

/** In one order for everybody, so that two who number the same things do not wait for each other. */
function without(owners: Owners, known: Numbers): Fresh[] {
  const all = Object.entries(owners).flatMap(([kind, ids]) =>
    [...new Set(ids)].map(owner_id => ({ kind: kind as NumberKind, owner_id })),
  )
  return all.filter(o => !known.has(o.owner_id)).sort((a, b) => (a.owner_id < b.owner_id ? -1 : 1))
}

const selectNumbers = preparedFor((q, ids) =>
  q.selectFrom('numbers').select(['owner_id', 'number']).where('owner_id', 'in', ids),
)

const selectOwners = preparedMany((q, wanted: { number: number }[]) =>
  q
    .selectFrom('numbers')
    .leftJoin('customers', 'customers.id', 'numbers.owner_id')
    .select(['numbers.kind', 'numbers.number', 'numbers.owner_id', 'customers.merged_into_id'])
    .where(
      'numbers.number',
      'in',
      wanted.map(w => w.number),
    ),
)

const insertNumbers = preparedMany((q, rows: Fresh[]) =>
  q
    .insertInto('numbers')
    .values(rows.map(({ kind, owner_id }) => ({ kind, owner_id })))
    .onConflict(c => c.column('owner_id').doNothing()),
)
