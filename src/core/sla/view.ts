import { preparedFor } from '../../db/prepared.ts'
import type { SlaMetric } from '../../db/schema.ts'
import type { Query } from '../../db/store.ts'
import { isPastDue } from '../tickets/due.ts'

/** A promise that is not settled yet, as the card shows it. */
export interface ClockView {
  metric: SlaMetric
  dueAt: number | null // null: it rests
  leftMs: number | null // working time that is left while it rests
  isNear: boolean
  breachedAt: number | null
}

/** The unsettled clocks of these tickets, by ticket, what is due first at the front. */
export async function clocksOf(q: Query, ticketIds: string[]): Promise<Map<string, ClockView[]>> {
  const found = new Map<string, ClockView[]>()
  if (!ticketIds.length) return found
  const rows = await selectUnsettled(q, ticketIds)
  for (const r of rows.toSorted((a, b) => (a.due_at ?? Number.MAX_VALUE) - (b.due_at ?? Number.MAX_VALUE))) {
    const view = {
      metric: r.metric,
      dueAt: r.due_at,
      leftMs: r.running_since === null ? Math.max(r.target_ms - r.spent_ms, 0) : null,
      isNear: r.warned_at !== null,
      breachedAt: r.breached_at,
    }
    found.set(r.ticket_id, [...(found.get(r.ticket_id) ?? []), view])
  }
  return found
}

const selectUnsettled = preparedFor((q, ids) =>
  q.selectFrom('sla_clocks').selectAll().where('ticket_id', 'in', ids).where('settled_at', 'is', null),
)

/** Whether it is past its due date, or a promise on it is broken: reckoned from now, never stored. */
export function isOverdue(
  ticket: { clocks: ClockView[]; dueAt: number | null; closedAt: number | null },
  now: number,
): boolean {
  return (
    isPastDue(ticket, now) || ticket.clocks.some(c => c.breachedAt !== null || (c.dueAt !== null && c.dueAt <= now))
  )
}
