import { v5 } from 'uuid'
import { prepared, preparedMany, slotsOf } from '../../db/prepared.ts'
import type { HookDeliveryRow, HookEventRow, HookRow } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { newId } from '../../lib/id.ts'
import { isPrivate } from './comments.ts'
import { type Happening, happeningsOf } from './happening.ts'
import { liveHooks } from './hook.ts'
import { type EventType, isWanted, type ToldAs } from './types.ts'

/** An event that a subscription is to be told of. */
export interface Telling {
  hook: HookRow
  happening: Happening
  type: EventType
  eventId: string // the same for all who are told of it, and whenever they are
}

/** What happened and nobody was told of yet, oldest first, and who is to be told. */
export async function untold(q: Query, limit: number): Promise<{ rows: HookEventRow[]; tellings: Telling[] }> {
  const { rows } = await selectUntold(q, { limit })
  if (!rows.length) return { rows, tellings: [] }
  const hooks = await liveHooks(q)
  const happenings = hooks.length ? await happeningsOf(q, rows) : []
  return { rows, tellings: happenings.flatMap(h => (h ? hooks.flatMap(hook => tellingsOf(hook, h)) : [])) }
}

const selectUntold = prepared((q, v: { limit: number }) =>
  q.selectFrom('hook_events').selectAll().where('told_at', 'is', null).orderBy('id').limit(v.limit),
)

function tellingsOf(hook: HookRow, happening: Happening): Telling[] {
  if (hook.created_at > happening.at || !isOfTeam(hook, happening)) return []
  const wanted: string[] | null = hook.events ? JSON.parse(hook.events) : null
  return happening.told
    .filter(told => isWanted(told.type, wanted) && mayHear(hook, told, happening))
    .map(({ type }) => ({ hook, happening, type, eventId: v5(type, happening.id) }))
}

/** What belongs to no team is for those alone who hear of all. */
function isOfTeam({ teams }: HookRow, { ticket, chat }: Happening): boolean {
  const teamId = ticket?.row.team_id ?? chat?.team_id
  return teams === null || (teamId !== undefined && (JSON.parse(teams) as string[]).includes(teamId))
}

function mayHear(hook: HookRow, { type, to }: ToldAs, { comment }: Happening): boolean {
  const hearsNotes = hook.include_private === 1
  if (to) return (to === 'private') === hearsNotes
  return hearsNotes || !type.startsWith('ticket:comment:') || !comment || !isPrivate(comment)
}

/** The same event again, for who was told of it before; undefined where it is not known any more. */
export async function tellingAgain(q: Query, d: HookDeliveryRow): Promise<Telling | undefined> {
  if (!d.hook_event_id) return undefined
  const row = await q.selectFrom('hook_events').selectAll().where('id', '=', d.hook_event_id).executeTakeFirst()
  const hook = await q.selectFrom('hooks').selectAll().where('id', '=', d.hook_id).executeTakeFirst()
  if (!row || !hook) return undefined
  const [happening] = await happeningsOf(q, [row])
  return happening && tellingsOf(hook, happening).find(t => t.eventId === d.event_id)
}

/** What waits for one subscription at most; what is more is given up at once, and can be replayed. */
export const MOST_WAITING = 10_000

/** Queues what is to be posted, and what happened is told; of many who do so at once, one does. */
export async function keepDeliveries(
  tx: Tx,
  rows: HookEventRow[],
  made: { telling: Telling; body: string }[],
): Promise<void> {
  const won = await tx.q
    .updateTable('hook_events')
    .set({ told_at: tx.now })
    .where(
      'id',
      'in',
      rows.map(r => r.id),
    )
    .where('told_at', 'is', null)
    .returning('id')
    .execute()
  const ours = new Set(won.map(r => r.id))
  const mine = made.filter(m => ours.has(m.telling.happening.id))
  const waiting = await waitingFor(tx.q, mine)
  const deliveries = mine.map(({ telling, body }) => {
    const count = (waiting.get(telling.hook.id) ?? 0) + 1
    waiting.set(telling.hook.id, count)
    return deliveryOf(tx, telling, count > MOST_WAITING ? null : body)
  })
  if (deliveries.length) await insertDeliveries(tx.q, deliveries)
  const heard = new Set(mine.map(m => m.telling.happening.id))
  const unheard = [...ours].filter(id => !heard.has(id))
  if (unheard.length) await tx.q.deleteFrom('hook_events').where('id', 'in', unheard).execute()
}

async function waitingFor(q: Query, made: { telling: Telling }[]): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  for (const hookId of new Set(made.map(m => m.telling.hook.id)))
    counts.set(hookId, Number((await countWaiting(q, { hookId })).rows[0]?.n ?? 0))
  return counts
}

const countWaiting = prepared((q, v: { hookId: string }) =>
  q
    .selectFrom('hook_deliveries')
    .select(e => e.fn.countAll().as('n'))
    .where('hook_id', '=', v.hookId)
    .where('state', '=', 'queued'),
)

function deliveryOf(tx: Tx, { hook, happening, type, eventId }: Telling, body: string | null): HookDeliveryRow {
  const { ticket, person, account, chat } = happening
  return {
    ...emptyDelivery(tx, hook.id),
    hook_event_id: happening.id,
    event_id: eventId,
    event_type: type,
    line: (ticket?.row ?? person ?? account ?? chat)?.id ?? hook.id,
    ticket_id: ticket?.row.id ?? null,
    body,
    ...(body === null && {
      state: 'failed' as const,
      problem: `More than ${MOST_WAITING} events were waiting. Replay it once they are through.`,
      settled_at: tx.now,
    }),
  }
}

/** One that is due now. */
export function emptyDelivery(tx: Tx, hookId: string) {
  return {
    id: newId(),
    hook_id: hookId,
    hook_event_id: null,
    line: hookId,
    ticket_id: null,
    body: null,
    is_replay: 0 as const,
    state: 'queued' as const,
    attempts: 0,
    due_at: tx.now,
    status: null,
    answer: null,
    problem: null,
    took_ms: null,
    created_at: tx.now,
    tried_at: null,
    settled_at: null,
  }
}

export const insertDeliveries = preparedMany((q, rows: HookDeliveryRow[]) =>
  q.insertInto('hook_deliveries').values(rows.map(row => slotsOf(row, COLUMNS))),
)
const COLUMNS = [
  'id',
  'hook_id',
  'hook_event_id',
  'event_id',
  'event_type',
  'line',
  'ticket_id',
  'body',
  'is_replay',
  'state',
  'attempts',
  'due_at',
  'status',
  'answer',
  'problem',
  'took_ms',
  'created_at',
  'tried_at',
  'settled_at',
] as const
