import { v5 } from 'uuid'
import type { AgentRow, HookDeliveryRow, HookDeliveryState } from '../../db/schema.ts'
import type { Query, Store, Tx } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'
import { hookFor } from './hook.ts'
import { emptyDelivery, insertDeliveries } from './make.ts'
import { TEST_TYPE } from './types.ts'

/** Deliveries of a subscription, the newest first; `before` is the last one of the page before. */
export function deliveriesOf(
  q: Query,
  hookId: string,
  { state, before, limit }: { state?: HookDeliveryState | undefined; before?: string | undefined; limit: number },
): Promise<HookDeliveryRow[]> {
  return q
    .selectFrom('hook_deliveries')
    .selectAll()
    .where('hook_id', '=', hookId)
    .$if(state !== undefined, w => w.where('state', '=', state as HookDeliveryState))
    .$if(before !== undefined, w => w.where('id', '<', before as string))
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
}

/**
 * Posts an event again that was posted, or given up: with the same event id, as things are now. Throws a Problem for one that is
 * on its way, or not known any more, and while the subscription is switched off.
 */
export async function replay(tx: Tx, hookId: string, deliveryId: string, by: Pick<AgentRow, 'id'>) {
  await refuseOff(tx, hookId, by)
  const d = await deliveryIn(tx.q, hookId, deliveryId)
  if (d.state === 'queued') throw new Problem('conflict', 'This event is on its way already.')
  if (d.event_type !== TEST_TYPE && !(await isKnown(tx.q, d)))
    throw new Problem('conflict', 'What happened is not known any more.')
  const { hook_event_id, event_id, event_type, line, ticket_id } = d
  return queue(tx, hookId, { hook_event_id, event_id, event_type, line, ticket_id, is_replay: 1 })
}

async function deliveryIn(q: Query, hookId: string, id: string): Promise<HookDeliveryRow> {
  const row = await q
    .selectFrom('hook_deliveries')
    .selectAll()
    .where('id', '=', id)
    .where('hook_id', '=', hookId)
    .executeTakeFirst()
  if (!row) throw new Problem('not_found', 'This delivery is no more.')
  return row
}

async function isKnown(q: Query, { hook_event_id }: HookDeliveryRow): Promise<boolean> {
  const row = await q
    .selectFrom('hook_events')
    .select('id')
    .where('id', '=', hook_event_id ?? '')
    .executeTakeFirst()
  return row !== undefined
}

/** Posts an event that says nothing, to try the subscription out. */
export async function sendTest(tx: Tx, hookId: string, by: Pick<AgentRow, 'id'>): Promise<HookDeliveryRow> {
  await refuseOff(tx, hookId, by)
  const id = emptyDelivery(tx, hookId).id
  return queue(tx, hookId, { id, event_id: v5(TEST_TYPE, id), event_type: TEST_TYPE, line: id }) // nothing is before it
}

async function refuseOff(tx: Tx, hookId: string, by: Pick<AgentRow, 'id'>): Promise<void> {
  const hook = await hookFor(tx.q, tx.key, hookId, by.id)
  if (hook.offAt !== null) throw new Problem('conflict', 'This webhook is switched off. Switch it on first.')
  await tx.q.updateTable('hooks').set({ rest_until: null }).where('id', '=', hookId).execute() // somebody looks on
}

async function queue(
  tx: Tx,
  hookId: string,
  given: Pick<HookDeliveryRow, 'event_id' | 'event_type'> & Partial<HookDeliveryRow>,
): Promise<HookDeliveryRow> {
  const row: HookDeliveryRow = { ...emptyDelivery(tx, hookId), ...given }
  await insertDeliveries(tx.q, [row])
  tx.wake('hooks')
  return row
}

const DAY_MS = 24 * 3_600_000
const KEPT_MS = 30 * DAY_MS
const WAITED_MS = 2 * DAY_MS
const AT_ONCE = 500

/** Gives up what waited for two days, and forgets what was posted a month ago. */
export async function pruneHooks(store: Store): Promise<void> {
  for (const work of [giveUp, forgetDeliveries, forgetEvents]) while ((await store.write(work)) === AT_ONCE);
  await store.write(forgetRemoved)
}

async function giveUp(tx: Tx): Promise<number> {
  const old = tx.q
    .selectFrom('hook_deliveries')
    .select('id')
    .where('state', '=', 'queued')
    .where('created_at', '<', tx.now - WAITED_MS)
    .limit(AT_ONCE)
  const { numUpdatedRows } = await tx.q
    .updateTable('hook_deliveries')
    .set(e => ({
      state: 'failed',
      body: null,
      settled_at: tx.now,
      problem: e.fn.coalesce('problem', e.val('It waited for two days.')),
    }))
    .where('id', 'in', old)
    .executeTakeFirst()
  return Number(numUpdatedRows)
}

async function forgetDeliveries(tx: Tx): Promise<number> {
  const old = tx.q
    .selectFrom('hook_deliveries')
    .select('id')
    .where('created_at', '<', tx.now - KEPT_MS)
    .limit(AT_ONCE)
  return Number((await tx.q.deleteFrom('hook_deliveries').where('id', 'in', old).executeTakeFirst()).numDeletedRows)
}

async function forgetEvents(tx: Tx): Promise<number> {
  const old = tx.q
    .selectFrom('hook_events')
    .select('id')
    .where('at', '<', tx.now - KEPT_MS)
    .limit(AT_ONCE)
  return Number((await tx.q.deleteFrom('hook_events').where('id', 'in', old).executeTakeFirst()).numDeletedRows)
}

async function forgetRemoved(tx: Tx): Promise<void> {
  await tx.q
    .deleteFrom('hooks')
    .where('deleted_at', 'is not', null)
    .where(e =>
      e.not(e.exists(e.selectFrom('hook_deliveries as d').select('d.id').whereRef('d.hook_id', '=', 'hooks.id'))),
    )
    .execute()
}
