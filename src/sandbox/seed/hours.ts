import { setAutoClose, USUAL_REMINDER } from '../../core/auto-close/settings.ts'
import { type Hours, setTeamHours } from '../../core/hours/settings.ts'
import { addPolicy } from '../../core/sla/policies.ts'
import { setDigest } from '../../core/stats/digest.ts'
import type { Town } from './town.ts'

export const ZONE = 'Europe/Amsterdam'

const HOUR_MS = 3_600_000
const DAY = [{ from: '09:00', to: '17:00' }]
const SATURDAY = [{ from: '10:00', to: '13:00' }]
const ALWAYS = [{ from: '00:00', to: '24:00' }]
const HOLIDAYS = [
  { on: '01-01', name: 'New Year’s Day' },
  { on: '27-04', name: 'King’s Day' },
  { on: '25-12', name: 'Christmas' },
  { on: '26-12', name: 'Boxing Day' },
]

const OFFICE: Hours = { zone: ZONE, week: [DAY, DAY, DAY, DAY, DAY, SATURDAY, []], holidays: HOLIDAYS }
const LORRIES: Hours = { zone: ZONE, week: Array(7).fill(ALWAYS), holidays: [] }

/** When the teams work, what they promise, and what becomes of tickets that nobody answers. Lorries go day and night. */
export async function seedHours(town: Town): Promise<void> {
  const { Support, Sales, Dispatch } = town.teams
  await town.write(async tx => {
    for (const team of [Support, Sales]) await setTeamHours(tx, team.id, OFFICE)
    await setTeamHours(tx, Dispatch.id, LORRIES)
    await addPolicy(tx, {
      teamId: Support.id,
      name: 'Gold',
      meets: 'any',
      conditions: [{ on: 'field', name: 'Level', is: 'is', value: 'Gold' }],
      targets: { next_response: 4 * HOUR_MS, update: null, resolution: 24 * HOUR_MS },
    })
    await addPolicy(tx, {
      teamId: Support.id,
      name: 'Everybody',
      meets: 'all',
      conditions: [],
      targets: { next_response: 8 * HOUR_MS, update: null, resolution: null },
    })
    await addPolicy(tx, {
      teamId: Dispatch.id,
      name: 'On the road',
      meets: 'all',
      conditions: [],
      targets: { next_response: 2 * HOUR_MS, update: 6 * HOUR_MS, resolution: null },
    })
    await setAutoClose(tx, Support.id, {
      nudgeDays: 3,
      remindDays: 6,
      reminder: USUAL_REMINDER,
      closeDays: 10,
      except: ['urgent'],
    })
  })
}

/** The week of Support is told in its channel on Monday mornings. */
export async function seedDigest({ write, teams }: Town): Promise<void> {
  await write(tx => setDigest(tx, teams.Support.id, { weekday: 1, time: '09:00' }))
}
