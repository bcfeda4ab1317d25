import { type SqlBool, sql } from 'kysely'
import { DateTime } from 'luxon'
import { z } from 'zod'
import type { TeamRow } from '../../db/schema.ts'
import type { Store, Tx } from '../../db/store.ts'
import { Problem, Problems } from '../../lib/problem.ts'
import { daysToWeekday, timeInDays } from '../../lib/zone.ts'
import { queueDeskPost } from '../desk-posts.ts'
import { hoursOf } from '../hours/settings.ts'
import { teamById } from '../teams.ts'
import { figuresOf } from './figures.ts'

/** When a team's week is told in its place. */
export interface Digest {
  weekday: number // 1 is Monday
  time: string // HH:mm in the team's zone
}

const shape = z.object({
  weekday: z.number().int().min(1).max(7),
  time: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'A time looks like 09:00.'),
})

/** When the team's digest comes; null: never. */
export function digestOf({ digest }: Pick<TeamRow, 'digest'>): Digest | null {
  return digest === null ? null : JSON.parse(digest)
}

/** Has a team's week told from now on, or (null) no more. Throws Problems that name the fields. */
export async function setDigest(tx: Tx, teamId: string, digest: Digest | null): Promise<void> {
  const team = await teamById(tx.q, teamId)
  const read = digest && shape.safeParse(digest)
  if (read && !read.success)
    throw new Problems(read.error.issues.map(i => new Problem('invalid', i.message, String(i.path[0]))))
  await tx.q
    .updateTable('teams')
    .set({
      digest: digest && JSON.stringify(digest),
      digest_at: digest && nextDigest(digest, hoursOf(team).zone, tx.now),
    })
    .where('id', '=', teamId)
    .execute()
}

/** The first such weekday and time of day after this moment (ms UTC). */
export function nextDigest({ weekday, time }: Digest, zone: string, after: number): number {
  const days = daysToWeekday(after, weekday, zone)
  const next = timeInDays(after, days, time, zone)
  const today = timeInDays(after, 0, time, zone)
  return days === 7 && today > after ? today : next
}

/** Tells the week of each team whose time has come: once, however often it is asked. Returns how many. */
export async function sendDigests(store: Store): Promise<number> {
  const due = await store.read(q =>
    q
      .selectFrom('teams')
      .selectAll()
      .where(sql<SqlBool>`digest_at is not null`)
      .where('digest_at', '<=', store.now())
      .where('archived_at', 'is', null)
      .execute(),
  )
  let sent = 0
  for (const team of due) if (await sendDigest(store, team)) sent++
  return sent
}

async function sendDigest(store: Store, team: TeamRow): Promise<boolean> {
  const digest = digestOf(team)
  const to = team.digest_at
  if (!digest || to === null) return false
  const { zone } = hoursOf(team)
  const from = DateTime.fromMillis(to, { zone }).minus({ weeks: 1 }).toMillis()
  const figures = await figuresOf(store, team.id, from, to)
  return store.write(async tx => {
    const { numUpdatedRows } = await tx.q
      .updateTable('teams')
      .set({ digest_at: nextDigest(digest, zone, tx.now) })
      .where('id', '=', team.id)
      .where('digest_at', '=', to) // another process may have been faster, or somebody changed it
      .executeTakeFirst()
    if (numUpdatedRows === 0n) return false
    const week = DateTime.fromMillis(to, { zone }).toFormat("kkkk-'W'WW")
    return queueDeskPost(tx, {
      teamId: team.id,
      key: `digest:${team.id}:${week}`,
      kind: 'digest',
      text: `The week of ${team.name}`,
      figures,
    })
  })
}
