import type { Required } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { formsOf } from '../teams.ts'
import { askedBy, changeForm } from './forms.ts'

/** How the forms of a team ask for one of its fields. */
export interface Asked {
  byAll: boolean
  required: Required | null // by any of them; what a new ticket needs is needed to close it, too
}

/** How the forms of these teams ask for fields, by the field's id; those that none asks for are missing. */
export async function askedIn(q: Query, teamIds: string[]): Promise<Map<string, Asked>> {
  const asked = new Map<string, Asked>()
  for (const teamId of new Set(teamIds)) {
    const forms = await formsOf(q, teamId)
    const times = new Map<string, number>()
    for (const form of forms)
      for (const { id, required } of await askedBy(q, form.id)) {
        const n = (times.get(id) ?? 0) + 1
        times.set(id, n)
        const before = asked.get(id)?.required ?? null
        asked.set(id, { byAll: n === forms.length, required: stricter(before, required) })
      }
  }
  return asked
}

function stricter(a: Required | null, b: Required | null): Required | null {
  return a === 'creation' || b === 'creation' ? 'creation' : (a ?? b)
}

/**
 * Afterwards the team's forms that ask for the field want it filled in then. `everywhere`: all of them ask for it. Where
 * none did and it must be filled in, all do, since else nobody would be asked.
 */
export async function askFor(
  tx: Tx,
  teamId: string,
  fieldId: string,
  { required, everywhere }: { required?: Required | null | undefined; everywhere?: boolean | undefined },
): Promise<void> {
  const forms = []
  for (const form of await formsOf(tx.q, teamId)) forms.push({ ...form, fields: await askedBy(tx.q, form.id) })
  const isAsked = forms.some(f => f.fields.some(one => one.id === fieldId))
  const byAll = everywhere || (!isAsked && !!required)
  for (const { id, name, priority, fields } of forms) {
    const known = fields.find(f => f.id === fieldId)
    if (known && (required === undefined || known.required === required)) continue
    if (!known && !byAll) continue
    const others = fields.filter(f => f.id !== fieldId)
    const one = { id: fieldId, required: required === undefined ? null : required }
    const at = known ? fields.indexOf(known) : others.length
    await changeForm(tx, id, { name, priority, fields: [...others.slice(0, at), one, ...others.slice(at)] })
  }
}
