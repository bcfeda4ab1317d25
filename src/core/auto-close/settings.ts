import { z } from 'zod'
import type { Priority, TeamRow } from '../../db/schema.ts'
import type { Tx } from '../../db/store.ts'
import { Problem, Problems } from '../../lib/problem.ts'
import { fromText } from '../document.ts'
import { teamById } from '../teams.ts'

/** What becomes of tickets whose customer does not answer, in working days after our last word. */
export interface AutoClose {
  nudgeDays: number | null // the assignee is told; null: nobody is
  remindDays: number | null // the customer gets the reminder; null: nothing is sent
  reminder: string // Liquid
  closeDays: number | null // the ticket is closed; null: it is not
  except: Priority[] // tickets that are left alone
}

export const USUAL_REMINDER =
  'Hello {{ customer.first_name | default: "there" }},\n\nwe have not heard from you about "{{ ticket.subject }}". If you still need us, just answer this mail. Otherwise we will close this soon.'

const MOST_DAYS = 365

const days = z
  .number('A whole number from 1 to 365.')
  .int('A whole number from 1 to 365.')
  .min(1, 'A whole number from 1 to 365.')
  .max(MOST_DAYS, 'A whole number from 1 to 365.')
  .nullable()
const shape = z.object({
  nudgeDays: days,
  remindDays: days,
  reminder: z.string().max(3_000, 'A reminder has at most 3000 characters.'),
  closeDays: days,
  except: z.array(z.enum(['low', 'medium', 'high', 'urgent'])),
})

const NEVER: AutoClose = {
  nudgeDays: null,
  remindDays: null,
  reminder: USUAL_REMINDER,
  closeDays: null,
  except: ['urgent'],
}

/** What the team does with silent tickets; what it never said is nothing. */
export function autoCloseOf({ auto_close }: Pick<TeamRow, 'auto_close'>): AutoClose {
  return auto_close === null ? NEVER : { ...NEVER, ...JSON.parse(auto_close) }
}

/** Sets what becomes of a team's silent tickets. Throws Problems that name the fields. */
export async function setAutoClose(tx: Tx, teamId: string, form: AutoClose): Promise<void> {
  await teamById(tx.q, teamId)
  const read = shape.safeParse(form)
  const faults = read.success
    ? await faultsOf(form)
    : read.error.issues.map(i => new Problem('invalid', i.message, String(i.path[0])))
  if (faults.length) throw new Problems(faults)
  await tx.q
    .updateTable('teams')
    .set({ auto_close: JSON.stringify({ ...form, reminder: form.reminder.trim() }) })
    .where('id', '=', teamId)
    .execute()
}

async function faultsOf({ nudgeDays, remindDays, closeDays, reminder }: AutoClose): Promise<Problem[]> {
  const faults: Problem[] = []
  const late = 'It comes after the step above it: give more days.'
  if (nudgeDays !== null && remindDays !== null && remindDays <= nudgeDays)
    faults.push(new Problem('invalid', late, 'remindDays'))
  if (closeDays !== null && closeDays <= Math.max(nudgeDays ?? 0, remindDays ?? 0))
    faults.push(new Problem('invalid', late, 'closeDays'))
  if (remindDays !== null && !reminder.trim()) faults.push(new Problem('invalid', 'Write the reminder.', 'reminder'))
  const { readTemplate } = await import('../chats/template.ts')
  try {
    readTemplate('', fromText(reminder))
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    faults.push(new Problem('invalid', error.message, 'reminder'))
  }
  return faults
}
