import { folded } from '../../core/fields/read.ts'
import type { TicketRecord } from '../../core/programs/tickets.ts'
import { subStatuses } from '../../core/tickets/sub-statuses.ts'
import type { ParentStatus, Status } from '../../db/schema.ts'
import type { Query } from '../../db/store.ts'
import { cut } from '../../lib/cut.ts'
import { Problem } from '../../lib/problem.ts'

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

/** What is meant by a status: one that there always is, or one that people made. */
export type MeantStatus = { status: Exclude<Status, 'draft'> } | { subStatusId: string }

/**
 * The status of a team that is meant, by its id, or else by its name in any case; undefined when neither is given. Throws a
 * Problem under `status` for one that there is not.
 */
export async function statusNamed(
  q: Query,
  teamId: string,
  { id, name }: { id?: string | null | undefined; name?: string | null | undefined },
): Promise<MeantStatus | undefined> {
  const typed = id ?? name
  if (typed === undefined || typed === null) return undefined
  const made = await subStatuses(q, teamId)
  const all = [...FIXED.map(([status, f]) => ({ ...f, status })), ...made.map(s => ({ ...s, subStatusId: s.id }))]
  const found = all.find(s => (id ? s.id === id : folded(s.name) === folded(typed)))
  if (!found)
    throw new Problem(
      'invalid',
      `There is no status ${cut(typed, 60)}. There are ${all.map(s => s.name).join(', ')}.`,
      'status',
    )
  return 'status' in found ? { status: found.status } : { subStatusId: found.subStatusId }
}

/** Those that there always are. */
const FIXED = Object.entries(STATUSES) as [Exclude<Status, 'draft'>, ThenaStatus][]
