import { prepared } from '../../db/prepared.ts'
import type { SlaClockRow, SlaMetric, TicketRow } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { newId } from '../../lib/id.ts'
import { redrawCard } from '../deliveries/redraw.ts'
import { hoursOf } from '../hours/settings.ts'
import { addWorkingMs, workingMsBetween } from '../hours/working-time.ts'
import { teamById } from '../teams.ts'
import { METRICS, policyFor } from './policies.ts'

/** With this share of its time left a clock warns. */
const LEFT_AT_WARNING = 0.25

/**
 * The customer's own words are on the ticket: what the team promised begins to run, unless it runs already. What we write
 * first starts none.
 */
export async function customerSpoke(tx: Tx, ticket: TicketRow): Promise<void> {
  await begin(tx, ticket, METRICS)
}

/** We wrote to the customer: the answer that they waited for is given, and the next update is promised anew. */
export async function customerWasHeard(tx: Tx, ticket: TicketRow): Promise<void> {
  const clocks = (await unsettled(tx.q, ticket.id)).filter(c => c.metric !== 'resolution')
  if (!clocks.length) return
  for (const clock of clocks) await settle(tx, clock, 1)
  await begin(tx, ticket, ['update'])
  await redrawCard(tx, ticket.id)
}

/** What we wrote at this moment was taken back: what it settled goes on. */
export async function answerTakenBack(tx: Tx, ticketId: string, writtenAt: number): Promise<void> {
  const clocks = tx.q.updateTable('sla_clocks').where('ticket_id', '=', ticketId)
  await tx.q
    .deleteFrom('sla_clocks')
    .where('ticket_id', '=', ticketId)
    .where('metric', '=', 'update')
    .where('settled_at', 'is', null)
    .where('started_at', '>=', writtenAt)
    .execute()
  await clocks
    .set({ settled_at: null, met: null, look_at: tx.now })
    .where('metric', '!=', 'resolution')
    .where('settled_at', '>=', writtenAt)
    .execute()
}

/** A ticket was changed: its clocks run while it waits for us, rest while it does not, and end with it. */
export async function keepClocks(tx: Tx, before: TicketRow, after: TicketRow): Promise<void> {
  const isClosed = after.closed_at !== null
  if (before.closed_at !== null && !isClosed && hasWritten(after)) await begin(tx, after, ['resolution'])
  if (before.status === after.status && before.priority === after.priority && before.team_id === after.team_id) return
  for (const clock of await unsettled(tx.q, after.id)) {
    if (isClosed) await settle(tx, clock, clock.metric === 'resolution' ? 1 : null)
    else if (isOurs(after) && clock.running_since === null) await run(tx, clock)
    else if (!isOurs(after) && clock.running_since !== null) await rest(tx, clock)
    const isOther = before.priority !== after.priority || before.team_id !== after.team_id
    if (!isClosed && isOther) await lookSoon(tx, clock, after) // another policy may fit now
  }
}

/** Whether the customer ever wrote on it, so that it is more than our own outreach. */
export function hasWritten(ticket: Pick<TicketRow, 'answered_at' | 'created_by'>): boolean {
  return ticket.answered_at !== null || ticket.created_by === null
}

/** Whether it is for us to do something. */
function isOurs({ status }: Pick<TicketRow, 'status'>): boolean {
  return status === 'open' || status === 'in_progress'
}

async function begin(tx: Tx, ticket: TicketRow, metrics: SlaMetric[]): Promise<void> {
  const policy = await policyFor(tx.q, ticket)
  if (!policy) return
  for (const metric of metrics) {
    const target = policy.targets[metric]
    if (target === null) continue
    const clock: SlaClockRow = {
      id: newId(),
      ticket_id: ticket.id,
      team_id: ticket.team_id,
      policy_id: policy.id,
      metric,
      target_ms: target,
      spent_ms: 0,
      started_at: tx.now,
      running_since: null,
      due_at: null,
      look_at: null,
      warned_at: null,
      breached_at: null,
      settled_at: null,
      met: null,
    }
    const { numInsertedOrUpdatedRows } = await tx.q
      .insertInto('sla_clocks')
      .values(clock)
      .onConflict(c => c.columns(['ticket_id', 'metric']).where('settled_at', 'is', null).doNothing())
      .executeTakeFirst()
    if ((numInsertedOrUpdatedRows ?? 0n) > 0n && isOurs(ticket)) await run(tx, clock)
  }
}

async function run(tx: Tx, clock: SlaClockRow): Promise<void> {
  const running = { ...clock, running_since: tx.now }
  await put(tx, clock.id, { running_since: tx.now, ...(await reckoned(tx, running)) })
}

async function rest(tx: Tx, clock: SlaClockRow): Promise<void> {
  await put(tx, clock.id, { spent_ms: await spentBy(tx, clock), running_since: null, due_at: null, look_at: null })
}

async function settle(tx: Tx, clock: SlaClockRow, met: 0 | 1 | null): Promise<void> {
  const spent = await spentBy(tx, clock)
  const isLate = clock.breached_at !== null || spent > clock.target_ms
  await put(tx, clock.id, {
    spent_ms: spent,
    running_since: null,
    due_at: null,
    look_at: null,
    settled_at: tx.now,
    met: met === null && !isLate ? null : isLate ? 0 : 1,
    ...(isLate && clock.breached_at === null && { breached_at: clock.due_at ?? tx.now }),
  })
}

async function lookSoon(tx: Tx, clock: SlaClockRow, { team_id }: TicketRow): Promise<void> {
  await put(tx, clock.id, { team_id, look_at: tx.now })
}

/** Working time that it took so far (ms). */
async function spentBy(tx: Tx, clock: SlaClockRow): Promise<number> {
  if (clock.running_since === null) return clock.spent_ms
  const hours = hoursOf(await teamById(tx.q, clock.team_id))
  return clock.spent_ms + workingMsBetween(hours, clock.running_since, tx.now)
}

/** When a clock is due, and when it is to be looked at next: to warn, or to tell that it is broken. */
export async function reckoned(tx: Tx, clock: SlaClockRow): Promise<Pick<SlaClockRow, 'due_at' | 'look_at'>> {
  if (clock.running_since === null) return { due_at: null, look_at: null }
  const hours = hoursOf(await teamById(tx.q, clock.team_id))
  const since = clock.running_since
  const due_at = addWorkingMs(hours, since, clock.target_ms - clock.spent_ms)
  const warn = addWorkingMs(hours, since, clock.target_ms * (1 - LEFT_AT_WARNING) - clock.spent_ms)
  const look_at = clock.breached_at !== null ? null : clock.warned_at !== null ? due_at : warn
  return { due_at, look_at }
}

async function unsettled(q: Query, ticketId: string): Promise<SlaClockRow[]> {
  return (await selectUnsettled(q, { ticketId })).rows
}

const selectUnsettled = prepared((q, v: { ticketId: string }) =>
  q.selectFrom('sla_clocks').selectAll().where('ticket_id', '=', v.ticketId).where('settled_at', 'is', null),
)

export async function put(tx: Tx, id: string, changes: Partial<SlaClockRow>): Promise<void> {
  await tx.q.updateTable('sla_clocks').set(changes).where('id', '=', id).execute()
}
