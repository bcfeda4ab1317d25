import type { TicketRow } from '../../db/schema.ts'
import type { Tx } from '../../db/store.ts'
import { Problem, Problems } from '../../lib/problem.ts'
import { redrawCard } from '../deliveries/redraw.ts'
import type { Actor } from '../events.ts'
import { keepSetting, settingOf } from '../settings.ts'
import { change } from './change.ts'
import { lockTicket } from './lock.ts'

const LONGEST_SUBJECT = 255
const LONGEST_DESCRIPTION = 3_000
const LATEST = Date.UTC(10_000, 0)

interface Details {
  subject?: string | undefined
  formId?: string | undefined // a form of its team: what it is asked for before it is closed
  description?: string | undefined // for the team alone
  dueAt?: number | null | undefined // ms UTC
}

/** Sets what a ticket is about, what it is asked for and until when; what is absent stays. Throws Problems by field. */
export async function setDetails(tx: Tx, id: string, details: Details, actor: Actor): Promise<void> {
  const { subject, formId, description, dueAt } = details
  const ticket = await lockTicket(tx, id, actor)
  const faults = faultsInDetails(details)
  if (formId && (await isOfAnother(tx, formId, ticket.team_id)))
    faults.push(new Problem('invalid', 'This form is not one of the team.', 'form'))
  if (faults.length) throw new Problems(faults)
  await change(tx, ticket, 'details_changed', actor, {
    ...(subject !== undefined && { subject: oneLine(subject) }),
    ...(formId !== undefined && { form_id: formId }),
    ...(description !== undefined && { description: description.trim() || null }),
    ...(dueAt !== undefined && { due_at: dueAt }),
  })
}

async function isOfAnother(tx: Tx, formId: string, teamId: string): Promise<boolean> {
  const form = await tx.q.selectFrom('forms').select('team_id').where('id', '=', formId).executeTakeFirst()
  return form?.team_id !== teamId
}

/** A subject as it is kept. */
export function oneLine(subject: string): string {
  return subject.trim().replace(/\s+/g, ' ')
}

/** What is wrong with what a ticket is to be about, or until when. */
export function faultsInDetails({ subject, description, dueAt }: Details): Problem[] {
  const faults: Problem[] = []
  if (subject?.trim() === '') faults.push(new Problem('invalid', 'Give the ticket a subject.', 'subject'))
  if (subject && subject.trim().length > LONGEST_SUBJECT)
    faults.push(new Problem('invalid', `A subject has at most ${LONGEST_SUBJECT} characters.`, 'subject'))
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
