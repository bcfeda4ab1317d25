import { DateTime, IANAZone } from 'luxon'

/** Whether this is a time zone that we know. */
export function isZone(zone: string): boolean {
  return IANAZone.isValidZone(zone)
}

/** The time zone, where it is one that we know; else UTC. */
export function zoneOrUtc(zone: string | null): string {
  return zone && isZone(zone) ? zone : 'UTC'
}

/** The next moment after `now` (ms UTC) at which clocks in this zone show this time of day (HH:mm). */
export function nextTimeOfDay(now: number, time: string, zone: string): number {
  const today = timeInDays(now, 0, time, zone)
  return today > now ? today : timeInDays(now, 1, time, zone)
}

/** When clocks in this zone show this time of day (HH:mm), so many days from today (ms UTC). */
export function timeInDays(now: number, days: number, time: string, zone: string): number {
  return timeOn(DateTime.fromMillis(now, { zone }).startOf('day').plus({ days }), time)
}

/**
 * When clocks show this time (HH:mm; 24:00 is the day's end) on a day, given by its beginning (ms UTC). Where they leap over it
 * it is when they do; where it comes twice it is the first one.
 */
export function timeOn(day: DateTime, time: string): number {
  if (time === '24:00') return day.plus({ days: 1 }).startOf('day').toMillis()
  const [hour = 0, minute = 0] = time.split(':').map(Number)
  const at = day.set({ hour, minute })
  return at.hour === hour && at.minute === minute ? at.toMillis() : leapBefore(at)
}

function leapBefore(after: DateTime): number {
  let at = after
  while (at.minus({ minutes: 1 }).offset === after.offset) at = at.minus({ minutes: 1 })
  return at.toMillis()
}

/** How many days it is until the next such weekday (1: Monday) in this zone: from 1 to 7. */
export function daysToWeekday(now: number, weekday: number, zone: string): number {
  return ((weekday - DateTime.fromMillis(now, { zone }).weekday + 6) % 7) + 1
}

/** The last moment (ms UTC) of a day such as 2026-11-21 in a zone. */
export function endOfDay(day: string, zone: string): number {
  return DateTime.fromISO(day, { zone }).endOf('day').toMillis()
}

/**
 * The moment (ms UTC) at which clocks in this zone show this date (YYYY-MM-DD) and time (HH:mm), the first of two where
 * they are put back; null when they never do: they are put forward over it, or it is no date.
 */
export function momentAt(date: string, time: string, zone: string): number | null {
  const local = DateTime.fromFormat(`${date} ${time}`, 'yyyy-MM-dd HH:mm', { zone })
  return local.isValid && local.toFormat('yyyy-MM-dd HH:mm') === `${date} ${time}` ? local.toMillis() : null
}

/** A moment as clocks in this zone show it: `Mon 9 Feb 2026, 09:00`. */
export function clockWords(at: number, zone: string): string {
  return DateTime.fromMillis(at, { zone, locale: 'en' }).toFormat('ccc d LLL yyyy, HH:mm')
}
