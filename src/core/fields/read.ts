import { DateTime } from 'luxon'
import type { FieldKind } from '../../db/schema.ts'
import type { Query } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'
import type { Field } from './field.ts'

/** What fields are given, by the field's id: no text, one, or one for each option chosen. */
export type Given = Record<string, string[]>

/** By what a fault of a field finds its place in a form. */
export function nameInForm(field: Pick<Field, 'id'>): string {
  return `field:${field.id}`
}

/** The id of the field that is meant by it; undefined where another thing is. */
export function fieldIdIn(name: string): string | undefined {
  return name.startsWith('field:') ? name.slice('field:'.length) : undefined
}

export const MOST_OPTIONS = 100
export const LONGEST_OPTION = 75
const LONGEST: Partial<Record<FieldKind, number>> = { line: 255, text: 3_000, url: 2_000 }

/**
 * What was given as it is kept: a number without needless signs, a date as 2026-01-31, an option as it is written, a user
 * as the agent's id, a ticked box as `yes`; [] when nothing was. `known` may stay, though it is no option any more. Throws
 * a Problem under the field.
 */
export async function readValue(
  q: Query,
  field: Pick<Field, 'id' | 'kind' | 'options'>,
  given: string[],
  known: string[] = [],
): Promise<string[]> {
  if (field.kind !== 'user') return readText(field, given, known)
  const ids = written(given).slice(0, 1)
  for (const id of ids.filter(i => !known.includes(i))) {
    const agent = await q.selectFrom('agents').select('deactivated_at').where('id', '=', id).executeTakeFirst()
    if (!agent || agent.deactivated_at !== null)
      throw new Problem('not_found', 'This person is no longer here.', nameInForm(field))
  }
  return ids
}

/** The same for a field that is not for people. */
export function readText(
  field: Pick<Field, 'id' | 'kind' | 'options'>,
  given: string[],
  known: string[] = [],
): string[] {
  const texts = written(given)
  try {
    if (field.kind === 'multi') return readOptions(field.options, texts, known)
    if (field.kind === 'select') return readOptions(field.options, texts.slice(0, 1), known)
    return texts.slice(0, 1).flatMap(text => readers[field.kind as SingleKind](text))
  } catch (error) {
    throw error instanceof Problem ? new Problem(error.code, error.message, nameInForm(field)) : error
  }
}

function written(given: string[]): string[] {
  return given.map(text => text.normalize('NFC').trim()).filter(Boolean)
}

type SingleKind = Exclude<FieldKind, 'select' | 'multi' | 'user'>

const readers: Record<SingleKind, (text: string) => string[]> = {
  line: text => [notLonger('line', text.replace(/\s+/g, ' '))],
  text: text => [notLonger('text', text)],
  url(text) {
    const url = URL.canParse(text) ? new URL(text) : null
    if (url && /^https?:$/.test(url.protocol) && !/\s/.test(text)) return [notLonger('url', text)]
    throw new Problem('invalid', 'Write a whole web address, such as https://example.com/.')
  },
  number(text) {
    if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(text)) throw new Problem('invalid', 'Write a number, such as 12 or 12.5.')
    if (text.replace(/\D/g, '').length > 15) throw new Problem('invalid', 'A number has at most 15 digits.')
    return [plainNumber.format(Number(text)).replace(/^-0$/, '0')]
  },
  date(text) {
    if (/^\d{4}-\d{2}-\d{2}$/.test(text) && DateTime.fromISO(text, { zone: 'utc' }).isValid) return [text]
    throw new Problem('invalid', 'There is no such date. One looks like 2026-01-31.')
  },
  checkbox(text) {
    if (/^(yes|true|1|on)$/i.test(text)) return ['yes']
    if (/^(no|false|0|off)$/i.test(text)) return []
    throw new Problem('invalid', 'Write yes or no.')
  },
}

const plainNumber = new Intl.NumberFormat('en-US', { useGrouping: false, maximumFractionDigits: 15 })

function notLonger(kind: FieldKind, text: string): string {
  const most = LONGEST[kind] as number
  if (text.length > most) throw new Problem('invalid', `At most ${most} characters.`)
  return text
}

function readOptions(options: string[], texts: string[], known: string[]): string[] {
  const all = [...options, ...known]
  const chosen = texts.map(text => {
    const option = all.find(o => o === text) ?? all.find(o => folded(o) === folded(text))
    if (option) return option
    throw new Problem('invalid', `“${text.slice(0, 60)}” cannot be chosen.`)
  })
  return [...new Set(chosen)]
}

const LONGEST_KEY = 200

/** By what a value is found: its beginning, whatever the case. */
export function folded(text: string): string {
  return text.normalize('NFC').trim().replace(/\s+/g, ' ').toLowerCase().slice(0, LONGEST_KEY)
}

/** A number's value, and a date's in ms UTC: by what they are compared. */
export function numberIn(kind: FieldKind, value: string): number | null {
  if (kind === 'number') return Number(value)
  return kind === 'date' ? Date.parse(`${value}T00:00:00Z`) : null
}
