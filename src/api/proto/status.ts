import { isOverdue } from '../../core/sla/view.ts'
import type { TicketView } from '../../core/view.ts'
import type { Status } from '../../db/schema.ts'

type ProtoStatus = 'Open' | 'Pending' | 'Overdue' | 'Resolved'

/** Each of ours as Proto has it; it lists no drafts, and where one must be shown it is pending, since we are to act. */
const STATUSES: Record<Status, Exclude<ProtoStatus, 'Overdue'>> = {
  draft: 'Pending',
  scheduled: 'Open',
  awaiting_customer: 'Pending',
  open: 'Open',
  in_progress: 'Open',
  internal: 'Pending',
  snoozed: 'Pending',
  closed: 'Resolved',
}

/** What is overdue is so whatever else it is, until it is resolved. When that is so Proto tells nowhere: as it is with us. */
export function statusOf(ticket: TicketView, now: number): ProtoStatus {
  const status = STATUSES[ticket.status]
  return status !== 'Resolved' && isOverdue(ticket, now) ? 'Overdue' : status
}
