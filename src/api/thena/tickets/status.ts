import type { Actor } from '../../../core/events.ts'
import { ticketById } from '../../../core/tickets/find.ts'
import { snoozeTicket } from '../../../core/tickets/snooze.ts'
import { reopenTicket, setStatus } from '../../../core/tickets/status.ts'
import { setSubStatus } from '../../../core/tickets/sub-status.ts'
import type { Status } from '../../../db/schema.ts'
import type { Query, Tx } from '../../../db/store.ts'
import { Problem } from '../../../lib/problem.ts'
import { type MeantStatus, statusNamed } from '../status.ts'

/** A status as programs name it: by its id or, where that is missing, its name, whatever the case. */
interface StatusNamed {
  statusId?: string | null | undefined
  statusName?: string | null | undefined
  status?: string | null | undefined // as the name
}

/**
 * Afterwards the ticket has this status; one that it has already changes nothing. On hold it waits for its customer's answer,
 * closed it is closed as an agent closes it. Throws a Problem by the name that was given for one that there is not, or that
 * cannot be set.
 */
export async function setStatusAs(tx: Tx, ticketId: string, named: StatusNamed, actor: Actor): Promise<void> {
  if (!named.statusId && !named.statusName && !named.status) return
  const ticket = await ticketById(tx.q, ticketId)
  const meant = await statusIn(tx.q, ticket.team_id, named)
  if (!meant) return
  if ('subStatusId' in meant) return setSubStatus(tx, ticketId, meant.subStatusId, actor)
  if (ticket.sub_status_id !== null) await setSubStatus(tx, ticketId, null, actor)
  if (ticket.status !== meant.status) await setFixed(tx, ticketId, meant.status, actor)
}

async function setFixed(tx: Tx, ticketId: string, status: Status, actor: Actor): Promise<void> {
  if (status !== 'snoozed') return setStatus(tx, ticketId, status, actor)
  await reopenTicket(tx, ticketId, actor)
  await snoozeTicket(tx, ticketId, { until: null, untilAnswer: true }, actor)
}

/** Undefined when none is named. Throws as setStatusAs does. */
export async function statusIn(q: Query, teamId: string, named: StatusNamed): Promise<MeantStatus | undefined> {
  const { statusId, statusName, status } = named
  const field = statusId ? 'statusId' : statusName ? 'statusName' : 'status'
  const name = statusId ? null : spelled(statusName || status || null)
  try {
    return await statusNamed(q, teamId, { id: statusId || null, name })
  } catch (error) {
    throw error instanceof Problem ? new Problem(error.code, error.message, field) : error
  }
}

/** The oldest programs write IN_PROGRESS, and NEW for what is open. */
function spelled(name: string | null): string | null {
  return name && (/^new$/i.test(name.trim()) ? 'Open' : name.replaceAll('_', ' '))
}
