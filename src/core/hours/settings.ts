import { z } from 'zod'
import type { AgentRow, TeamRow } from '../../db/schema.ts'
import type { Tx } from '../../db/store.ts'
import { Problem, Problems } from '../../lib/problem.ts'
import { isZone } from '../../lib/zone.ts'
import { agentById } from '../agents.ts'
import { clocksAreStale } from '../sla/stale.ts'
import { teamById } from '../teams.ts'

/** From when to when somebody works on a day, as clocks there show it; `24:00` is the end of the day. */
export interface Slot {
  from: string
  to: string
}

export interface Holiday {
  on: string // DD-MM each year, or DD-MM-YYYY
  name: string
}

/** When somebody works. */
export interface Hours {
  zone: string // IANA
  week: Slot[][] // Monday first; a day without slots is free
  holidays: Holiday[]
}

const MOST_SLOTS = 6
export const MOST_HOLIDAYS = 200

const FREE: Slot[] = []
const DAY: Slot[] = [{ from: '09:00', to: '17:00' }]
const USUAL: Hours = { zone: 'UTC', week: [DAY, DAY, DAY, DAY, DAY, FREE, FREE], holidays: [] }

const clock = z.string().regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'A time looks like 09:00.')
const slots = z
  .array(z.object({ from: clock, to: clock }))
  .max(MOST_SLOTS, `A day has at most ${MOST_SLOTS} slots.`)
  .transform(all => all.toSorted((a, b) => a.from.localeCompare(b.from)))
  .refine(all => all.every(s => s.from < s.to), NIGHT())
  .refine(all => all.every((s, i) => i === 0 || (all[i - 1] as Slot).to <= s.from), 'Two slots overlap.')
const shape = z.object({
  zone: z.string().refine(isZone, 'That is no time zone. One looks like Europe/Berlin.'),
  week: z.array(slots).length(7),
  holidays: z
    .array(
      z.object({
        on: z.string().refine(isDate, 'A holiday looks like 25-12 or 25-12-2026.'),
        name: z.string().max(80, 'That name is too long.'),
      }),
    )
    .max(MOST_HOLIDAYS, `At most ${MOST_HOLIDAYS} holidays can be kept.`),
})

function NIGHT(): string {
  return 'A slot ends after it begins. Write a night as 22:00-24:00 and, on the next day, 00:00-06:00.'
}

function isDate(on: string): boolean {
  const [, day, month, year = '2024'] = /^(\d\d)-(\d\d)(?:-(\d{4}))?$/.exec(on) ?? []
  const date = new Date(`${year}-${month}-${day}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.getUTCDate() === Number(day)
}

/** When the team works; what it never said is Monday to Friday from 9 to 17 UTC. */
export function hoursOf(team: Pick<TeamRow, 'hours'>): Hours {
  return read(team.hours) ?? USUAL
}

/** The agent's own hours; null when they work when their teams do. */
export function ownHoursOf(agent: Pick<AgentRow, 'hours'>): Hours | null {
  return read(agent.hours)
}

/** They are read many times a second while chats are sent, and what is known of their days is kept with them. */
const known = new Map<string, Hours>()
const MOST_KNOWN = 300

function read(text: string | null): Hours | null {
  if (text === null) return null
  let hours = known.get(text)
  if (!hours) {
    hours = Object.freeze(JSON.parse(text) as Hours)
    if (known.size >= MOST_KNOWN) known.clear()
    known.set(text, hours)
  }
  return hours
}

/** Sets when a team works; clocks that run go by it from now on. Throws Problems: `zone`, `day:1` (Monday) to `day:7`, `holidays`. */
export async function setTeamHours(tx: Tx, teamId: string, hours: Hours): Promise<void> {
  await teamById(tx.q, teamId)
  await tx.q
    .updateTable('teams')
    .set({ hours: checked(hours) })
    .where('id', '=', teamId)
    .execute()
  await clocksAreStale(tx, teamId)
}

/** Sets when an agent works, whatever their teams do; null: as their teams. Throws as setTeamHours does. */
export async function setAgentHours(tx: Tx, agentId: string, hours: Hours | null): Promise<void> {
  await agentById(tx.q, agentId)
  await tx.q
    .updateTable('agents')
    .set({ hours: hours && checked(hours) })
    .where('id', '=', agentId)
    .execute()
  tx.wake('routing')
}

function checked(hours: Hours): string {
  const result = shape.safeParse(hours)
  if (!result.success)
    throw new Problems(result.error.issues.map(i => new Problem('invalid', i.message, fieldAt(i.path))))
  if (result.data.week.every(day => day.length === 0))
    throw new Problem('invalid', 'Give at least one day on which somebody works.', 'day:1')
  return JSON.stringify(result.data)
}

function fieldAt([part, index]: PropertyKey[]): string {
  return part === 'week' ? `day:${Number(index ?? 0) + 1}` : String(part)
}
