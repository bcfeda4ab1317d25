import { DateTime, IANAZone } from 'luxon'

/** The next moment after `now` (ms UTC) at which clocks in this IANA time zone show this time of day. */
export function nextTimeOfDay(now: number, hour: number, minute: number, zone: string): number {
  const today = DateTime.fromMillis(now, { zone }).startOf('day')
  const at = (day: number) => today.plus({ days: day }).set({ hour, minute }).toMillis()
  return at(0) > now ? at(0) : at(1)
}

/** Whether this is a time zone that we know. */
export function isZone(zone: string): boolean {
  return IANAZone.isValidZone(zone)
}

/** The last moment (ms UTC) of a day such as 2026-11-21 in a time zone. */
export function endOfDay(day: string, zone: string): number {
  return DateTime.fromISO(day, { zone }).endOf('day').toMillis()
}

/** When clocks in this IANA time zone show nine in the morning, so many days from today (ms UTC). */
export function morningIn(now: number, days: number, zone: string): number {
  return DateTime.fromMillis(now, { zone }).startOf('day').plus({ days }).set({ hour: 9 }).toMillis()
}

/** How many days it is until the next Monday in this time zone: from 1 to 7. */
export function daysToMonday(now: number, zone: string): number {
  return 8 - DateTime.fromMillis(now, { zone }).weekday
}
