import type { Query } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'
import { clockWords, isZone, momentAt } from '../../lib/zone.ts'
import type { Schedule } from '../deliveries/queue.ts'
import { type Hours, hoursOf } from '../hours/settings.ts'
import { nextWorkingMoment } from '../hours/working-time.ts'
import { teamById } from '../teams.ts'

/** By whose clock a moment is chosen. */
export interface Clock {
  zone: string // IANA time zone
  isTheirs: boolean // the customer's; else the team's, since theirs is not known
  hours: Hours // when the team works, by this clock
}

/** The customer's clock where their time zone is known, else the team's. */
export async function clockFor(q: Query, customerId: string | null, teamId: string): Promise<Clock> {
  const customer = customerId
    ? await q.selectFrom('customers').select('zone').where('id', '=', customerId).executeTakeFirst()
    : undefined
  const hours = hoursOf(await teamById(q, teamId))
  const theirs = customer?.zone && isZone(customer.zone) ? customer.zone : null
  const zone = theirs ?? hours.zone
  return { zone, isTheirs: theirs !== null, hours: { ...hours, zone } }
}

/** When somebody wants a mail to go: now, at a date and time by a clock, or when those at that clock work next. */
export interface Wish {
  when: 'now' | 'at' | 'hours'
  date: string | null // YYYY-MM-DD
  time: string | null // HH:mm
  unlessAnswered: boolean
}

/** The schedule that is wished for, or null for now. Throws a Problem under `date` or `time` for a moment that cannot be. */
export function scheduleOf(wish: Wish, { zone, hours }: Clock, now: number): Schedule | null {
  const { unlessAnswered } = wish
  if (wish.when === 'now') return null
  const at = wish.when === 'at' ? readMoment(wish, zone, now) : nextWorkingMoment(hours, now)
  return at <= now ? null : { at, zone, unlessAnswered }
}

const LONGEST_DAYS = 366
const DAY_MS = 24 * 3_600_000

/** The moment of a date and time by the clocks of a zone. Throws a Problem under `date` or `time`. */
export function readMoment(
  { date, time }: { date: string | null; time: string | null },
  zone: string,
  now: number,
): number {
  if (!date) throw new Problem('invalid', 'Choose the day.', 'date')
  if (!time) throw new Problem('invalid', 'Choose the time.', 'time')
  const at = momentAt(date, time, zone)
  if (at === null)
    throw new Problem(
      'invalid',
      `There is no ${time} on this day in ${zone}: clocks are put forward over it. Choose another time.`,
      'time',
    )
  if (at <= now) throw new Problem('invalid', `This moment is over: in ${zone} it is ${clockWords(now, zone)}.`, 'date')
  if (at - now > LONGEST_DAYS * DAY_MS)
    throw new Problem('invalid', 'This is more than a year ahead. Choose a nearer day.', 'date')
  return at
}
