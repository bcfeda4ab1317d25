import { z } from 'zod'
import { Problem } from '../../lib/problem.ts'
import type { Facts } from './facts.ts'

export const SUBJECTS = ['account', 'tag', 'field', 'subject', 'sender', 'address', 'priority'] as const
export const OPERATORS = ['is', 'is_not', 'contains', 'begins', 'ends'] as const

/** What a condition looks at, and how it is compared; case does not count. */
export interface Condition {
  on: (typeof SUBJECTS)[number]
  name?: string | undefined // of the field
  is: (typeof OPERATORS)[number]
  value: string
}

/** Conditions of which all or any must hold. */
export interface Conditions {
  meets: 'all' | 'any'
  conditions: Condition[]
}

export const MOST_CONDITIONS = 10

const shape = z.array(
  z.object({ on: z.enum(SUBJECTS), name: z.string().optional(), is: z.enum(OPERATORS), value: z.string() }),
)

/** Conditions as they are kept. */
export function conditionsIn(json: string): Condition[] {
  return shape.parse(JSON.parse(json))
}

/** Conditions to be kept: without the white space around what was typed. */
export function keptConditions(conditions: Condition[]): string {
  return JSON.stringify(
    conditions.map(c => ({ ...c, value: c.value.trim(), ...(c.on === 'field' && { name: c.name?.trim() }) })),
  )
}

/** What is wrong with them, each under `condition:1` and so on. */
export function faultsOfConditions(conditions: Condition[]): Problem[] {
  const faults: Problem[] = []
  if (conditions.length > MOST_CONDITIONS)
    faults.push(
      new Problem('limited', `There are at most ${MOST_CONDITIONS} conditions.`, `condition:${MOST_CONDITIONS}`),
    )
  for (const [i, condition] of conditions.entries()) {
    const fault = faultOf(condition)
    if (fault) faults.push(new Problem('invalid', fault, `condition:${i + 1}`))
  }
  return faults
}

function faultOf({ on, name, value }: Condition): string | null {
  if (on === 'field' && !name?.trim()) return 'Name the field: write it as plan = gold.'
  if (!value.trim()) return 'Write what it is compared with.'
  if (value.length > 200 || (name?.length ?? 0) > 80) return 'That is too long to compare with.'
  return null
}

/** Whether what is known of a ticket meets them; no conditions are met by nothing. */
export function meetsConditions({ meets, conditions }: Conditions, facts: Facts): boolean {
  const holds = (c: Condition) => meetsCondition(c, facts)
  return conditions.length > 0 && (meets === 'all' ? conditions.every(holds) : conditions.some(holds))
}

function meetsCondition({ on, name = '', is, value }: Condition, facts: Facts): boolean {
  const wanted = folded(value)
  const given = (on === 'field' ? (facts.fields.get(folded(name)) ?? []) : facts[on]).map(folded).filter(Boolean)
  if (is === 'is_not') return !given.includes(wanted)
  return given.some(text => compare[is](text, wanted))
}

const compare = {
  is: (text: string, wanted: string) => text === wanted,
  contains: (text: string, wanted: string) => text.includes(wanted),
  begins: (text: string, wanted: string) => text.startsWith(wanted),
  ends: (text: string, wanted: string) => text.endsWith(wanted),
}

function folded(text: string): string {
  return text.normalize('NFC').trim().toLowerCase()
}
