import type { AgentRow, DeedRow } from '../../db/schema.ts'
import type { Query, Store, Tx } from '../../db/store.ts'
import { newId } from '../../lib/id.ts'
import { actorOf, agentById } from '../agents.ts'
import { queueDeskPost } from '../desk-posts.ts'
import type { Filter } from '../find/filter.ts'
import { askerOf, eachFound, ticketsAt } from '../find/find.ts'
import { type Deed, type Done, doWithAll, MOST_AT_ONCE } from './bulk.ts'

/** Which tickets are meant: these entries of the index, or all that a filter finds. */
export type Meant = { seqs: number[] } | { filter: Filter }

export interface DeedForm {
  key: string // the same key again is the same work
  agent: Pick<AgentRow, 'id'>
  deed: Deed
  meant: Meant
}

/** For how long whoever works on it keeps others away (ms); each step renews it. */
const LEASE_MS = 60_000

/**
 * Writes down what an agent wants done with many tickets, for whoever calls to go on with at once: should that end in
 * between, `resumeDeeds` takes it up. Undefined when the same is under way.
 */
export async function beginDeed(tx: Tx, { key, agent, deed, meant }: DeedForm): Promise<DeedRow | undefined> {
  const row: DeedRow = {
    id: newId(),
    key,
    agent_id: agent.id,
    deed: JSON.stringify(deed),
    meant: JSON.stringify(meant),
    tickets: null,
    looked: 0,
    result: JSON.stringify({ done: 0, skipped: [] } satisfies Done),
    due_at: tx.now + LEASE_MS,
    created_at: tx.now,
  }
  return tx.q
    .insertInto('deeds')
    .values(row)
    .onConflict(c => c.column('key').doNothing())
    .returningAll()
    .executeTakeFirst()
}

/** Works from where it was to the end. `tell` hears how many tickets were looked at, after each step. */
export async function goOn(store: Store, row: DeedRow, tell: (looked: number) => void = () => {}): Promise<Done> {
  const agent = await store.read(q => agentById(q, row.agent_id))
  const asker = await store.read(q => askerOf(q, agent, row.created_at))
  const tickets: string[] = row.tickets ? JSON.parse(row.tickets) : await list(store, row, asker)
  const by = { actor: actorOf(agent), visible: asker.visible }
  return doWithAll(store, [tickets.slice(row.looked)], JSON.parse(row.deed), by, {
    sofar: JSON.parse(row.result),
    async tell(more, result) {
      const looked = row.looked + more
      await store.write(tx => put(tx, row.id, { looked, result: JSON.stringify(result) }))
      tell(looked)
    },
  })
}

/** They are found once: what changes meanwhile, by this very deed, too, is still the same list. */
async function list(
  store: Store,
  { id, meant }: DeedRow,
  asker: Awaited<ReturnType<typeof askerOf>>,
): Promise<string[]> {
  const asked: Meant = JSON.parse(meant)
  const tickets: string[] = []
  if ('seqs' in asked) tickets.push(...(await store.read(q => ticketsAt(q, asked.seqs, asker))))
  else for await (const some of eachFound(store, asked.filter, asker, MOST_AT_ONCE)) tickets.push(...some)
  await store.write(tx => put(tx, id, { tickets: JSON.stringify(tickets) }))
  return tickets
}

async function put(tx: Tx, id: string, changes: Partial<DeedRow>): Promise<void> {
  await tx.q
    .updateTable('deeds')
    .set({ ...changes, due_at: tx.now + LEASE_MS })
    .where('id', '=', id)
    .execute()
}

/** It is done, and whoever wanted it knows. */
export async function endDeed(tx: Tx, id: string): Promise<void> {
  await tx.q.deleteFrom('deeds').where('id', '=', id).execute()
}

/** Ends what was cut off, and tells whose it was. */
export async function resumeDeeds(store: Store): Promise<void> {
  for (let row = await store.write(claimDeed); row; row = await store.write(claimDeed)) {
    const { id, agent_id: agentId } = row
    const text = wordsOf(await goOn(store, row))
    await store.write(async tx => {
      await queueDeskPost(tx, { agentId, key: `deed:${id}`, kind: 'word', text })
      await endDeed(tx, id)
    })
  }
}

async function claimDeed(tx: Tx): Promise<DeedRow | undefined> {
  const row = await nextDue(tx.q, tx.now)
  if (!row) return undefined
  const { numUpdatedRows } = await tx.q
    .updateTable('deeds')
    .set({ due_at: tx.now + LEASE_MS })
    .where('id', '=', row.id)
    .where('due_at', '=', row.due_at) // another process may have been faster
    .executeTakeFirst()
  return numUpdatedRows > 0n ? row : undefined
}

/** There are only as many as are under way. */
function nextDue(q: Query, now: number): Promise<DeedRow | undefined> {
  return q.selectFrom('deeds').selectAll().where('due_at', '<=', now).orderBy('due_at').limit(1).executeTakeFirst()
}

function wordsOf({ done, skipped }: Done): string {
  const left = skipped.map(s => `${s.count === 1 ? 'One' : s.count} stayed as before: ${s.why}`)
  return [`What you began with many tickets was cut off and is done now: ${done} changed.`, ...left].join('\n')
}
