import type { Actor } from '../../../core/events.ts'
import { ticketById } from '../../../core/tickets/find.ts'
import { snoozeTicket } from '../../../core/tickets/snooze.ts'
import { setStatus } from '../../../core/tickets/status.ts'
import type { Status } from '../../../db/schema.ts'
import type { Tx } from '../../../db/store.ts'
import { Problem } from '../../../lib/problem.ts'
import { STATUSES } from '../status.ts'

/** A status as programs name it: by its id or, where that is missing, its name, whatever the case. */
export interface StatusNamed {
  statusId?: string | null | undefined
  statusName?: string | null | undefined
}

/**
 * Afterwards the ticket has this status. On hold it waits for its customer's answer, closed it is closed as an agent closes
 * it. Throws a Problem under `statusId` or `statusName` when there is none such, or it is none that can be set.
 */
export async function setStatusAs(tx: Tx, ticketId: string, named: StatusNamed, actor: Actor): Promise<void> {
  const status = statusIn(named)
  if (status === null || (await ticketById(tx.q, ticketId)).status === status) return
  if (status === 'snoozed') await snoozeTicket(tx, ticketId, { until: null, untilAnswer: true }, actor)
  else await setStatus(tx, ticketId, status, actor)
}

/** Null when none is named. Throws as setStatusAs does. */
export function statusIn({ statusId, statusName }: StatusNamed): Status | null {
  const [field, given] = statusId ? ['statusId', statusId] : ['statusName', statusName]
  if (!given) return null
  const wanted = bare(given)
  const found = Object.entries(STATUSES).find(([, { id, name }]) => bare(id) === wanted || bare(name) === wanted)
  if (found) return found[0] as Status
  if (wanted === 'new') return 'open' // as the oldest programs say it
  const names = Object.values(STATUSES).map(s => s.name)
  throw new Problem('invalid', `There is no such status. There are ${names.join(', ')}.`, field)
}

function bare(name: string): string {
  return name
    .toLowerCase()
    .replace(/[\s_-]+/g, ' ')
    .trim()
}
