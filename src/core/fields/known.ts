import type { Query } from '../../db/store.ts'
import { Problem, Problems } from '../../lib/problem.ts'
import { fieldsFor } from './define.ts'
import type { Field } from './field.ts'
import { folded, readText } from './read.ts'
import { peopleIn } from './values.ts'

/** What is filled in of a customer or a company is theirs everywhere, and templates and segments speak of it by its key. */
export type Whose = { owner: 'customer' | 'account'; id: string }

/** A field of a customer or a company, with what it holds. */
export interface KnownField {
  field: Field
  values: string[] // as they are kept
  picked: string[] // the same for a form: people by their handle
  text: string // for people to read; '' when nothing is filled in
}

/** All fields that are asked of customers, or of companies, with what this one's hold. */
export async function knownFields(q: Query, whose: Whose): Promise<KnownField[]> {
  const fields = await definedFor(q, whose.owner)
  const json = await load(q, whose)
  const agents = fields.flatMap(f => (f.kind === 'user' ? (json[agentKey(f.key)] ?? []) : []))
  const people = await peopleIn(q, agents)
  const known: KnownField[] = []
  for (const field of fields) {
    const text = json[field.key] ?? ''
    const agent = json[agentKey(field.key)]
    const values = field.kind === 'user' && agent ? [agent] : valuesIn(field, text)
    const picked = field.kind === 'user' ? given(people.get(agent ?? '')?.handle) : readable(field, values)
    known.push({ field, values, picked, text: wordsShown(field, text) })
  }
  return known
}

/** A field that is filled in, for programs. */
export interface HeldField {
  field: Field
  values: string[] // as they are kept; people by their id
}

/** What the JSON of a customer or a company holds of these fields, in their order. */
export function heldIn(fields: Field[], json: string | null): HeldField[] {
  const known: Record<string, string> = json ? JSON.parse(json) : {}
  return fields.flatMap(field => {
    const text = known[field.key] ?? ''
    const agent = field.kind === 'user' ? known[agentKey(field.key)] : undefined
    const values = agent ? [agent] : valuesIn(field, text)
    return values.length ? { field, values } : []
  })
}

/** The fields that are asked of all customers, or of all companies. */
export async function definedFor(q: Query, owner: Whose['owner']): Promise<Field[]> {
  return (await fieldsFor(q, { owner, teamId: null })).filter(f => f.archivedAt === null)
}

function given(text: string | undefined): string[] {
  return text ? [text] : []
}

/** A form cannot show what came from elsewhere before the field was defined and is none of its kind. */
function readable(field: Field, values: string[]): string[] {
  try {
    return readText(field, values, values)
  } catch (error) {
    if (error instanceof Problem) return []
    throw error
  }
}

function wordsShown({ kind }: Field, text: string): string {
  return kind === 'checkbox' && text ? 'Yes' : text
}

/** All that is filled in, for people to read: first what is defined, in its order, then what else a list brought. */
export function shownFields(fields: Field[], json: string | null): [name: string, text: string][] {
  const known: Record<string, string> = json ? JSON.parse(json) : {}
  const defined = fields.map((f): [string, string] => [f.name, wordsShown(f, known[f.key] ?? '')])
  const keys = fields.flatMap(f => [f.key, agentKey(f.key)])
  const others = Object.entries(known).filter(([key]) => !keys.includes(key) && !key.endsWith(AGENT))
  return [...defined.filter(([, text]) => text), ...others.filter(([, text]) => text)]
}

/**
 * What a list or a program tells of a customer's or a company's fields, by key or name: of those that are defined, as they
 * are kept. Throws Problems named after the keys at fault.
 */
export function readByKey(fields: Field[], given: Record<string, string>): Record<string, string> {
  const faults: Problem[] = []
  const read: Record<string, string> = {}
  for (const [key, text] of Object.entries(given)) {
    const field = fields.find(f => f.key === key || folded(f.name) === folded(key))
    if (!field || field.kind === 'user')
      read[field?.key ?? key] = text // people are chosen by hand
    else
      try {
        read[field.key] = readText(field, valuesIn(field, text)).join(', ')
      } catch (error) {
        if (!(error instanceof Problem)) throw error
        faults.push(new Problem(error.code, `${field.name}: ${error.message}`, key))
      }
  }
  if (faults.length) throw new Problems(faults)
  return read
}

const AGENT = ':agent'

/** No template can speak of it, and no field is called so. */
export function agentKey(key: string): string {
  return `${key}${AGENT}`
}

/** Of several choices, those that stand in the text between commas; they may have commas themselves. */
export function valuesIn({ kind, options }: Field, text: string): string[] {
  if (kind !== 'multi') return text.trim() ? [text] : []
  const whole = `, ${folded(text)},`
  const chosen = options.filter(o => whole.includes(`, ${folded(o)},`))
  const rest = chosen.reduce((left, o) => left.replace(`, ${folded(o)},`, ','), whole)
  return [
    ...chosen,
    ...rest
      .split(',')
      .map(t => t.trim())
      .filter(Boolean),
  ]
}

/** What is filled in of a customer or a company, by key, as it is kept. Throws a Problem where there is none. */
export async function load(q: Query, { owner, id }: Whose): Promise<Record<string, string>> {
  const row = await q
    .selectFrom(owner === 'customer' ? 'customers' : 'accounts')
    .select('fields')
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row)
    throw new Problem('not_found', owner === 'customer' ? 'This customer is no more.' : 'This company is no more.')
  return row.fields ? JSON.parse(row.fields) : {}
}
