import { DateTime } from 'luxon'

/** When people work, by their own clock. */
export interface WorkingHours {
  days: number[] // 1 is Monday
  from: string // HH:mm
  to: string
}

export const USUAL_HOURS: WorkingHours = { days: [1, 2, 3, 4, 5], from: '09:00', to: '17:00' }

/** The first moment from `at` on (ms UTC) at which somebody in this zone works; `at` itself when they do then. */
export function nextWorkingMoment(zone: string, at: number, hours: WorkingHours = USUAL_HOURS): number {
  const now = DateTime.fromMillis(at, { zone })
  for (let ahead = 0; ahead <= 8; ahead++) {
    const day = now.startOf('day').plus({ days: ahead })
    if (!hours.days.includes(day.weekday)) continue
    const [from, to] = [clockOn(day, hours.from), clockOn(day, hours.to)]
    if (at < to) return Math.max(at, from)
  }
  return at
}

function clockOn(day: DateTime, clock: string): number {
  const [hour = 0, minute = 0] = clock.split(':').map(Number)
  return day.set({ hour, minute }).toMillis()
}
