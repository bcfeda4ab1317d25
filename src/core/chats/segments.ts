import type { SelectQueryBuilder } from 'kysely'
import { containing } from '../../db/like.ts'
import type { AgentRow, Schema, SegmentRow } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { newId } from '../../lib/id.ts'
import { Problem, Problems } from '../../lib/problem.ts'
import { actorOf } from '../agents.ts'
import { oldestAddress } from '../customers.ts'
import { refuseUnlessChangesSome } from '../permissions/may.ts'

/** Which customers are meant: those for whom all that is given holds; of several accounts or tags one is enough. */
export interface Filter {
  words?: string // in the name, address or company
  accounts?: string[] // ids
  tags?: string[]
  fields?: { name: string; is: string }[]
}

/** A customer whom a list names. */
export interface Chosen {
  customerId: string
  address: string
  name: string
}

/** Keeps a filter under a name, in place of what had it. Returns its id. Throws Problems for no name or no condition. */
export async function saveSegment(
  tx: Tx,
  { name, filter, agent }: { name: string; filter: Filter; agent: AgentRow },
): Promise<string> {
  await refuseUnlessChangesSome(tx.q, actorOf(agent))
  const title = name.trim().slice(0, 80)
  const faults: Problem[] = []
  if (!title) faults.push(new Problem('invalid', 'Give the segment a name.', 'name'))
  if (!hasCondition(filter)) faults.push(new Problem('invalid', 'Say which customers are meant.', 'words'))
  if (faults.length) throw new Problems(faults)
  await tx.q
    .insertInto('segments')
    .values({ id: newId(), name: title, filter: JSON.stringify(filter), created_by: agent.id, created_at: tx.now })
    .onConflict(c => c.column('name').doUpdateSet({ filter: JSON.stringify(filter), created_by: agent.id }))
    .execute()
  const row = await tx.q.selectFrom('segments').select('id').where('name', '=', title).executeTakeFirstOrThrow()
  return row.id
}

function hasCondition({ words, accounts, tags, fields }: Filter): boolean {
  return Boolean(words?.trim() || accounts?.length || tags?.length || fields?.length)
}

const MOST_SEGMENTS = 100 // that a select can offer

/** All segments by name. */
export function segments(q: Query): Promise<SegmentRow[]> {
  return q.selectFrom('segments').selectAll().orderBy('name').limit(MOST_SEGMENTS).execute()
}

export async function segmentById(q: Query, id: string): Promise<SegmentRow> {
  const segment = await q.selectFrom('segments').selectAll().where('id', '=', id).executeTakeFirst()
  if (!segment) throw new Problem('not_found', 'This segment is no more.', 'audience')
  return segment
}

export async function countSegment(q: Query, filter: Filter): Promise<number> {
  const { n } = await narrowed(q, filter)
    .select(e => e.fn.countAll().as('n'))
    .executeTakeFirstOrThrow()
  return Number(n)
}

/** Up to `limit` customers that the filter means, in the order of their ids, after this one. */
export async function customersIn(q: Query, filter: Filter, after: string, limit: number): Promise<Chosen[]> {
  const rows = await narrowed(q, filter)
    .select(['customers.id', 'customers.name', oldestAddress])
    .where('customers.id', '>', after)
    .orderBy('customers.id')
    .limit(limit)
    .execute()
  return rows.map(r => ({ customerId: r.id, address: r.address ?? '', name: r.name }))
}

function narrowed(q: Query, filter: Filter): SelectQueryBuilder<Schema, 'customers', object> {
  let found = q.selectFrom('customers') as SelectQueryBuilder<Schema, 'customers', object>
  for (const word of wordsIn(filter.words)) found = found.where('customers.search', 'like', containing(word))
  if (filter.accounts?.length) found = found.where('customers.account_id', 'in', filter.accounts)
  if (filter.tags?.length) {
    const tags = filter.tags.map(t => t.toLowerCase())
    found = found.where('customers.id', 'in', e =>
      e.selectFrom('customer_tags').select('customer_id').where('tag', 'in', tags),
    )
  }
  // fields are JSON text of our own making, so that a name and its value stand in it in just this way on both engines
  for (const { name, is } of filter.fields ?? []) {
    const pair = JSON.stringify({ [name]: is }).slice(1, -1)
    found = found.where('customers.fields', 'like', `%${pair.replace(/[%_\\]/g, '_')}%`)
  }
  return found
}

function wordsIn(typed = ''): string[] {
  return typed.toLowerCase().split(/\s+/).filter(Boolean).slice(0, 5)
}
