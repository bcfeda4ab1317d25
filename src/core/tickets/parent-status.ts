import type { ParentStatus, Status } from '../../db/schema.ts'

const PARENT: Record<Status, ParentStatus> = {
  draft: 'open',
  scheduled: 'open',
  open: 'open',
  in_progress: 'in_progress',
  internal: 'in_progress',
  awaiting_customer: 'on_hold',
  snoozed: 'on_hold',
  closed: 'closed',
}

/** Which of the four a status is below. */
export function parentOf(status: Status): ParentStatus {
  return PARENT[status]
}
