import type { Query, Tx } from '../../db/store.ts'
import { Problem, Problems } from '../../lib/problem.ts'
import type { Actor } from '../events.ts'
import { recordingChanges } from '../people/history.ts'
import type { Field } from './field.ts'
import { agentKey, knownFields, load, type Whose } from './known.ts'
import { type Given, nameInForm, readValue } from './read.ts'
import { peopleIn, wordsOf } from './values.ts'

/**
 * Fills in fields, and empties those for which nothing is given; others stay, and so does what no form can show. Throws
 * Problems under those at fault.
 */
export async function setKnownFields(tx: Tx, whose: Whose, given: Given, actor: Actor): Promise<void> {
  const known = await knownFields(tx.q, whose)
  const faults: Problem[] = []
  const json = await load(tx.q, whose)
  for (const [id, texts] of Object.entries(given)) {
    const had = known.find(k => k.field.id === id)
    if (!had) {
      faults.push(new Problem('not_found', 'This field is no more.', nameInForm({ id })))
      continue
    }
    if (!texts.length && !had.picked.length) continue
    try {
      Object.assign(json, await entries(tx.q, had.field, await readValue(tx.q, had.field, texts, had.values)))
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      faults.push(error)
    }
  }
  if (faults.length) throw new Problems(faults)
  await recordingChanges(tx, whose, actor, () => keep(tx, whose, json))
}

/** As the JSON has it: one text by the field's key; of a person beside it, who it is. */
async function entries(q: Query, field: Field, values: string[]): Promise<Record<string, string>> {
  const [value = ''] = values
  if (field.kind !== 'user') return { [field.key]: values.join(', ') }
  const name = value && wordsOf('user', value, (await peopleIn(q, [value])).get(value)?.name)
  return { [field.key]: name, [agentKey(field.key)]: value }
}

async function keep(tx: Tx, { owner, id }: Whose, json: Record<string, string>): Promise<void> {
  const filled = Object.fromEntries(Object.entries(json).filter(([, text]) => text !== ''))
  await tx.q
    .updateTable(owner === 'customer' ? 'customers' : 'accounts')
    .set({ fields: JSON.stringify(filled) })
    .where('id', '=', id)
    .execute()
}
