import type { TicketRecord } from '../../core/api/tickets.ts'
import type { ParentStatus, Status } from '../../db/schema.ts'

/** A status as Thena has it: one of four, or one below them. */
export interface ThenaStatus {
  id: string
  name: string
  parent: ParentStatus | null // null: one of the four itself
}

/** The four that all others are below. */
export const PARENTS: Record<ParentStatus, string> = {
  open: 'Open',
  in_progress: 'In progress',
  on_hold: 'On hold',
  closed: 'Closed',
}

/** Each of ours as Thena has it, without a loss: no two are the same. */
export const STATUSES: Record<Exclude<Status, 'draft'>, ThenaStatus> = {
  open: { id: 'open', name: 'Open', parent: null },
  scheduled: { id: 'scheduled', name: 'Scheduled', parent: 'open' },
  in_progress: { id: 'in_progress', name: 'In progress', parent: null },
  internal: { id: 'internal', name: 'Internal', parent: 'in_progress' },
  snoozed: { id: 'on_hold', name: 'On hold', parent: null },
  awaiting_customer: { id: 'awaiting_customer', name: 'Waiting on customer', parent: 'on_hold' },
  closed: { id: 'closed', name: 'Closed', parent: null },
}

/** A draft has no status at Thena; where one must be shown it is open. */
export function statusOf({ row, subStatus }: Pick<TicketRecord, 'row' | 'subStatus'>): { id: string; name: string } {
  if (subStatus) return subStatus
  return STATUSES[row.status === 'draft' ? 'open' : row.status]
}

/** Which of the four a ticket of ours is below. */
export function parentOf(status: Status): ParentStatus {
  const { id, parent } = STATUSES[status === 'draft' ? 'open' : status]
  return parent ?? (id as ParentStatus)
}
