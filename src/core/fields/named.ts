import type { Query } from '../../db/store.ts'
import { Problem, Problems } from '../../lib/problem.ts'
import { agentNamed } from '../programs/named.ts'
import { fieldsFor } from './define.ts'
import { valuesIn } from './known.ts'
import { folded, type Given } from './read.ts'

/**
 * What a program gives for fields of a team's tickets, which it knows by key or name, as forms give it: several choices
 * stand between commas, a person is named by id or address, and an empty text empties a field. Throws Problems under the keys that are no field's.
 */
export async function givenByName(q: Query, teamId: string, told: Record<string, string>): Promise<Given> {
  const entries = Object.entries(told)
  if (!entries.length) return {}
  const fields = (await fieldsFor(q, { owner: 'ticket', teamId })).filter(f => f.archivedAt === null)
  const faults: Problem[] = []
  const given: Given = {}
  for (const [key, text] of entries) {
    const field = fields.find(f => f.key === key || f.id === key || folded(f.name) === folded(key))
    if (!field) faults.push(new Problem('invalid', `There is no field ${key}.`, key))
    else if (field.kind !== 'user' || !text.trim()) given[field.id] = valuesIn(field, text)
    else
      try {
        given[field.id] = [(await agentNamed(q, text.trim())).id]
      } catch (error) {
        if (!(error instanceof Problem)) throw error
        faults.push(new Problem('invalid', error.message, key))
      }
  }
  if (faults.length) throw new Problems(faults)
  return given
}
