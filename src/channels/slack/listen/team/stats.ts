import type { App, BlockAction } from '@slack/bolt'
import { DateTime } from 'luxon'
import { hoursOf } from '../../../../core/hours/settings.ts'
import { figuresOf } from '../../../../core/stats/figures.ts'
import { teamAtPlace, teams } from '../../../../core/teams.ts'
import type { TeamRow } from '../../../../db/schema.ts'
import { own } from '../../../../lib/own.ts'
import { Problem } from '../../../../lib/problem.ts'
import { drawn } from '../../deliver/chart.ts'
import type { Desk } from '../../desk.ts'
import { sendFile } from '../../files.ts'
import { ids } from '../../views/ids.ts'
import { type Asked, statsTitle, statsView } from '../../views/team/stats.ts'
import { weekSvg } from '../../views/team/week-chart.ts'
import { admit } from '../show.ts'
import { onPress } from '../showing-problems.ts'

/** The chart of figures that somebody asked for, in their direct messages. */
export function listenToStats(app: App, desk: Desk): void {
  app.action<BlockAction>(
    ids.statsChart,
    onPress(desk, async ({ user, value, respond }) => {
      await admit(desk, user)
      const { teamId, from, to } = JSON.parse(value) as Asked
      const figures = await figuresOf(desk.store, teamId, from, to)
      const png = await drawn(weekSvg(figures))
      await sendFile(desk, user, { name: 'figures.png', bytes: png, comment: statsTitle(figures) })
      const text = 'The chart is in your direct messages.'
      await respond({ response_type: 'ephemeral', replace_original: false, text })
    }),
  )
}

const MOST_DAYS = 366
const DAYS: Record<string, number> = { day: 1, week: 7, month: 30, quarter: 91, year: 365 }

/**
 * `/outreach stats`, `/outreach stats month`, `/outreach stats 14d SUP`, `/outreach stats week all`: the figures of the team
 * that is named, or whose channel this is, or of all.
 */
export async function statsFor(desk: Desk, user: string, channel: string, typed: string) {
  await admit(desk, user)
  const [first = '', ...rest] = typed.split(/\s+/).filter(Boolean)
  const days = readDays(first)
  const name = (days === null ? [first, ...rest] : rest).join(' ')
  const team = await teamFor(desk, name, channel)
  const to = desk.store.now()
  const zone = team ? hoursOf(team).zone : 'UTC'
  const from = DateTime.fromMillis(to, { zone })
    .minus({ days: days ?? DAYS.week ?? 7 })
    .toMillis()
  return statsView(await figuresOf(desk.store, team?.id ?? null, from, to), team?.id ?? null)
}

/** `week`, `14d`, `14 days` is written in one word; null for what is no time. */
function readDays(word: string): number | null {
  const known = own(DAYS, word.toLowerCase())
  if (known) return known
  const [, number] = /^(\d{1,4})(?:d|days?)?$/i.exec(word) ?? []
  if (!number) return null
  const days = Number(number)
  if (days < 1 || days > MOST_DAYS) throw new Problem('invalid', `Name 1 to ${MOST_DAYS} days, such as 14d.`)
  return days
}

async function teamFor(desk: Desk, name: string, channel: string): Promise<TeamRow | undefined> {
  if (name.toLowerCase() === 'all') return undefined
  if (!name) return desk.store.read(q => teamAtPlace(q, channel))
  const wanted = name.toLowerCase()
  const found = (await desk.store.read(teams)).find(t => [t.name, t.prefix].some(n => n.toLowerCase() === wanted))
  if (!found)
    throw new Problem(
      'not_found',
      'There is no such team. Write /outreach stats week SUP, with a time and the name or prefix of a team, or all.',
    )
  return found
}
