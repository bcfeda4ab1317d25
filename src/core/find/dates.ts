import { type RawBuilder, type SqlBool, sql } from 'kysely'
import { DateTime } from 'luxon'
import type { Term } from '../../db/full-text.ts'
import type { Span } from './filter.ts'

/** Which moment of a ticket is meant. */
export type Moment = 'created' | 'updated' | 'answered'
export const MOMENTS: Moment[] = ['created', 'updated', 'answered']

const DAY_MS = 24 * 3_600_000

/** A moment's year, month and day (UTC) as marks, so that a span of years is found by a few. */
export function daysOf(moment: Moment, at: number): string[] {
  const day = new Date(at).toISOString().slice(0, 10)
  return [`${moment}:${day}`, `${moment}:${day.slice(0, 7)}m`, `${moment}:${day.slice(0, 4)}y`]
}

/** The first moment of a span and the first after it (ms UTC); days are those of the zone. */
export function boundsOf(span: Exclude<Span, 'none'>, now: number, zone: string): { from: number; to: number } {
  if ('last' in span) {
    const [, number, unit] = /^(\d+)([dwm])$/.exec(span.last) ?? []
    const units = { d: 'days', w: 'weeks', m: 'months' } as const
    const back = DateTime.fromMillis(now, { zone }).minus({ [units[unit as 'd']]: Number(number) })
    return { from: back.toMillis(), to: now + DAY_MS }
  }
  const from = span.from ? DateTime.fromISO(span.from, { zone }).toMillis() : FIRST
  const to = span.to ? DateTime.fromISO(span.to, { zone }).plus({ days: 1 }).toMillis() : now + DAY_MS
  return { from, to }
}

const FIRST = Date.UTC(2015, 0, 1)

/** All tickets of the span, and at most a day more at either end: `isWithin` then says exactly. */
export function spanTerm(moment: Moment, { from, to }: { from: number; to: number }): Term {
  const any: Term[] = []
  let day = Math.floor(Math.max(from, FIRST) / DAY_MS) * DAY_MS
  const end = Math.min(to, day + MOST_DAYS * DAY_MS)
  while (day < end) {
    const date = new Date(day)
    const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()]
    const [nextMonth, nextYear] = [Date.UTC(year, month + 1, 1), Date.UTC(year + 1, 0, 1)]
    const [dayMark, monthMark, yearMark] = daysOf(moment, day) as [string, string, string]
    const isYear = month === 0 && date.getUTCDate() === 1 && nextYear <= end
    const isMonth = date.getUTCDate() === 1 && nextMonth <= end
    any.push({ facet: isYear ? yearMark : isMonth ? monthMark : dayMark })
    day = isYear ? nextYear : isMonth ? nextMonth : day + DAY_MS
  }
  return { any }
}

const MOST_DAYS = 200 * 366

/** Exactly. */
export function isWithin(moment: Moment, { from, to }: { from: number; to: number }): RawBuilder<SqlBool> {
  const column = sql.ref(`t.${moment}_at`)
  return sql<SqlBool>`${column} >= ${from} and ${column} < ${to}`
}
