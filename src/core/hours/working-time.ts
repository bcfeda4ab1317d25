import { DateTime } from 'luxon'
import { timeOn } from '../../lib/zone.ts'
import type { Hours } from './settings.ts'

/** A stretch of time in which somebody works (ms UTC), its end left out. */
interface Open {
  from: number
  to: number
}

const MOST_DAYS = 3_660 // what lies further ahead is not looked for

/** Whether they work at this moment (ms UTC). */
export function isOpen(hours: Hours, at: number): boolean {
  return openingsOn(hours, dayOf(hours, at)).some(o => o.from <= at && at < o.to)
}

/** When they next begin to work after this moment (ms UTC). */
export function nextOpening(hours: Hours, at: number): number {
  for (const open of openingsFrom(hours, at)) if (open.from > at) return open.from
  return at
}

/** This moment if they work then, else when they next begin to (ms UTC). */
export function nextWorkingMoment(hours: Hours, at: number): number {
  return isOpen(hours, at) ? at : nextOpening(hours, at)
}

/** The moment (ms UTC) by which so much working time has passed since `from`; with 0 it is `from` itself. */
export function addWorkingMs(hours: Hours, from: number, ms: number): number {
  let left = ms
  if (left <= 0) return from
  let end = from
  for (const open of openingsFrom(hours, from)) {
    const begin = Math.max(open.from, from)
    if (left <= open.to - begin) return begin + left
    left -= open.to - begin
    end = open.to
  }
  return end + left
}

/** How much working time lies between two moments (ms); none where the second one is earlier. */
export function workingMsBetween(hours: Hours, from: number, to: number): number {
  let sum = 0
  if (to <= from) return sum
  for (const open of openingsFrom(hours, from)) {
    if (open.from >= to) break
    sum += Math.min(open.to, to) - Math.max(open.from, from)
  }
  return sum
}

/** The moment that lies so many working days after `at` (ms UTC), at the same time of day. */
export function workingDaysAfter(hours: Hours, at: number, days: number): number {
  let day = local(hours, at)
  for (let left = days, looked = 0; left > 0 && looked < MOST_DAYS; looked++) {
    day = day.plus({ days: 1 })
    if (isWorkingDay(hours, day)) left--
  }
  return day.toMillis()
}

/** What lies before this moment (ms UTC) is so many working days old by `at`, or older. */
export function workingDaysBefore(hours: Hours, at: number, days: number): number {
  let day = local(hours, at)
  for (let left = days, looked = 0; left > 0 && looked < MOST_DAYS; looked++) {
    if (isWorkingDay(hours, day)) left--
    day = day.minus({ days: 1 })
  }
  return day.toMillis()
}

function isWorkingDay(hours: Hours, day: DateTime): boolean {
  return openingsOn(hours, day.startOf('day')).length > 0
}

/** All stretches that end after this moment, in order; the first may have begun before. */
function* openingsFrom(hours: Hours, at: number): Generator<Open> {
  let day = dayOf(hours, at)
  for (let looked = 0; looked < MOST_DAYS; looked++) {
    for (const open of openingsOn(hours, day)) if (open.to > at) yield open
    day = day.plus({ days: 1 }).startOf('day')
  }
}

function local(hours: Hours, at: number): DateTime {
  return DateTime.fromMillis(at, { zone: hours.zone })
}

function dayOf(hours: Hours, at: number): DateTime {
  return local(hours, at).startOf('day')
}

/** Working out a day is dear, and the same days are asked for again and again. */
const known = new WeakMap<Hours, Map<number, Open[]>>()
const MOST_KNOWN = 2_000

function openingsOn(hours: Hours, day: DateTime): Open[] {
  const days = known.get(hours) ?? new Map<number, Open[]>()
  known.set(hours, days)
  const key = day.toMillis()
  let openings = days.get(key)
  if (!openings) {
    openings = workOut(hours, day)
    if (days.size >= MOST_KNOWN) days.clear()
    days.set(key, openings)
  }
  return openings
}

function workOut({ week, holidays }: Hours, day: DateTime): Open[] {
  const each = day.toFormat('dd-MM')
  const once = day.toFormat('dd-MM-yyyy')
  if (holidays.some(h => h.on === each || h.on === once)) return []
  return (week[day.weekday - 1] ?? [])
    .map(slot => ({ from: timeOn(day, slot.from), to: timeOn(day, slot.to) }))
    .filter(open => open.from < open.to) // where clocks leap over a slot there is none
}
