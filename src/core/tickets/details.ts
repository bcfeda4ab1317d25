import type { TicketRow } from '../../db/schema.ts'
import type { Tx } from '../../db/store.ts'
import { Problem, Problems } from '../../lib/problem.ts'
import { redrawCard } from '../deliveries/redraw.ts'
import type { Actor } from '../events.ts'
import { keepSetting, settingOf } from '../settings.ts'
import { change } from './change.ts'
import { lockTicket } from './lock.ts'

const LONGEST_DESCRIPTION = 3_000
const LATEST = Date.UTC(10_000, 0)

interface Details {
  description?: string | undefined
  dueAt?: number | null | undefined
}

/** What a ticket is about and until when (ms UTC), for the team alone; what is absent stays. Throws Problems by field. */
export async function setDetails(tx: Tx, id: string, { description, dueAt }: Details, actor: Actor): Promise<void> {
  const ticket = await lockTicket(tx, id, actor)
  const faults = faultsInDetails({ description, dueAt })
  if (faults.length) throw new Problems(faults)
  await change(tx, ticket, 'details_changed', actor, {
    ...(description !== undefined && { description: description.trim() || null }),
    ...(dueAt !== undefined && { due_at: dueAt }),
  })
}

/** What is wrong with what a ticket is to be about, or until when. */
export function faultsInDetails({ description, dueAt }: Details): Problem[] {
  const faults: Problem[] = []
  if (description && description.trim().length > LONGEST_DESCRIPTION)
    faults.push(new Problem('invalid', `A description has at most ${LONGEST_DESCRIPTION} characters.`, 'description'))
  if (dueAt && !isMoment(dueAt)) faults.push(new Problem('invalid', 'There is no such time.', 'due'))
  return faults
}

/** Whether there is such a time (ms UTC), after 1970 and before the year 10,000. */
export function isMoment(at: number): boolean {
  return Number.isInteger(at) && at > 0 && at < LATEST
}

const LOOKED_AT = 'overdue_looked_at'

/** Has the cards drawn anew of all tickets that became overdue since this was last done. */
export async function showOverdue(tx: Tx): Promise<void> {
  const since = Number((await settingOf(tx.q, LOOKED_AT)) ?? 0)
  const late: Pick<TicketRow, 'id'>[] = await tx.q
    .selectFrom('tickets')
    .select('id')
    .where('due_at', '>', since)
    .where('due_at', '<=', tx.now)
    .where('closed_at', 'is', null)
    .where('deleted_at', 'is', null)
    .execute()
  if (!late.length) return
  for (const { id } of late) await redrawCard(tx, id)
  await keepSetting(tx, LOOKED_AT, String(tx.now))
}
