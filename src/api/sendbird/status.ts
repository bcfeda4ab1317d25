import type { Priority, Status } from '../../db/schema.ts'

/** Where a ticket stands, as Sendbird Desk has it. */
export const STATUS2 = ['INITIALIZED', 'PROACTIVE', 'PENDING', 'ACTIVE', 'WORK_IN_PROGRESS', 'IDLE', 'CLOSED'] as const
type Status2 = (typeof STATUS2)[number]

/** Each of ours as Sendbird has it, without a loss: no two are the same. */
const STATUSES: Record<Exclude<Status, 'draft'>, Status2> = {
  scheduled: 'INITIALIZED',
  awaiting_customer: 'PROACTIVE',
  open: 'PENDING',
  in_progress: 'ACTIVE',
  internal: 'WORK_IN_PROGRESS',
  snoozed: 'IDLE',
  closed: 'CLOSED',
}

/** A draft is in no list of Sendbird's; where one must be shown it was not sent yet. */
export function status2Of(status: Status): Status2 {
  return STATUSES[status === 'draft' ? 'scheduled' : status]
}

/** Which of ours it is. */
export function statusFor(status2: Status2): Status {
  return (Object.keys(STATUSES) as (keyof typeof STATUSES)[]).find(s => STATUSES[s] === status2) as Status
}

export const PRIORITIES = ['LOW', 'MEDIUM', 'HIGH', 'URGENT'] as const

export function priorityOf(priority: Priority): (typeof PRIORITIES)[number] {
  return priority.toUpperCase() as (typeof PRIORITIES)[number]
}

export function priorityFor(name: (typeof PRIORITIES)[number]): Priority {
  return name.toLowerCase() as Priority
}
