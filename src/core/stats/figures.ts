import { type SqlBool, sql } from 'kysely'
import { DateTime } from 'luxon'
import type { Query, Store } from '../../db/store.ts'
import { isStepKey } from '../chats/step-key.ts'
import { hoursOf } from '../hours/settings.ts'
import { teamById, teams } from '../teams.ts'

/** What a team, or all of them, did in a while. */
export interface Figures {
  team: string | null // its name; null: all teams
  from: number // ms UTC
  to: number
  zone: string // in which days are counted
  begun: number // tickets that we began, chats' left out
  received: number // tickets that customers began
  sent: number // messages to single customers
  chats: number // that began
  chatMails: number
  answered: number // customers who answered what we wrote first
  medianTheirsMs: number | null // until that answer
  medianOursMs: number | null // until we answered a customer
  slaMet: number
  slaBroken: number
  open: number // now
  openBy: { name: string | null; count: number }[] // the most first; null: nobody has them
  days: { day: string; sent: number; answers: number }[] // YYYY-MM-DD; answers: what customers wrote
}

const PAGE = 250 // rows: some milliseconds

/**
 * The figures of the time from `from` to before `to` (ms UTC), of one team or of all. Read page by page, so that a year of a
 * large installation holds up nobody else.
 */
export async function figuresOf(store: Store, teamId: string | null, from: number, to: number): Promise<Figures> {
  const team = teamId === null ? null : await store.read(q => teamById(q, teamId))
  const first = team ?? (await store.read(teams))[0]
  const zone = first ? hoursOf(first).zone : 'UTC'
  const period = { teamId, from, to }
  const said = await countSaid(store, period, zone)
  const { theirs, ours } = await answerTimes(store, period)
  const openBy = await countOpen(store, teamId)
  return {
    team: team?.name ?? null,
    from,
    to,
    zone,
    ...said,
    chats: await store.read(q => countChats(q, period)),
    answered: theirs.length,
    medianTheirsMs: await median(theirs),
    medianOursMs: await median(ours),
    ...(await countClocks(store, period)),
    open: openBy.reduce((sum, o) => sum + o.count, 0),
    openBy: openBy.filter(o => o.count > 0).toSorted((a, b) => b.count - a.count),
  }
}

/** Asks, and lets others have their turn: SQLite answers without the event loop coming round. */
async function asked<T>(store: Store, ask: (q: Query) => Promise<T>): Promise<T> {
  await turn()
  return store.read(ask)
}

function turn(): Promise<unknown> {
  return new Promise(resolve => setImmediate(resolve))
}

interface Period {
  teamId: string | null
  from: number
  to: number
}

async function countSaid(store: Store, period: Period, zone: string) {
  const days = new Map(daysOf(period, zone).map(day => [day, { day, sent: 0, answers: 0 }]))
  const sums = { begun: 0, received: 0, sent: 0, chatMails: 0 }
  let last = { at: period.from, id: '' }
  for (;;) {
    const page = await asked(store, q => saidAfter(q, period, last))
    for (const m of page) {
      const day = days.get(dayIn(m.created_at, zone))
      const isChat = m.chat_id !== null && (m.opening === 1 || isStepKey(m.dedup_key))
      if (m.author_kind === 'agent' && isChat) sums.chatMails++
      else if (m.author_kind === 'agent') {
        sums.sent++
        if (m.opening === 1) sums.begun++
        if (day) day.sent++
      } else {
        if (m.opening === 1) sums.received++
        if (day) day.answers++
      }
    }
    const end = page.at(-1)
    if (!end || page.length < PAGE) return { ...sums, days: [...days.values()] }
    last = { at: end.created_at, id: end.id }
  }
}

/** What was said to customers and by them, in the order of time. */
function saidAfter(q: Query, { teamId, to }: Period, last: { at: number; id: string }) {
  return q
    .selectFrom('messages as m')
    .innerJoin('tickets as t', 't.id', 'm.ticket_id')
    .select(['m.id', 'm.created_at', 'm.author_kind', 'm.opening', 'm.dedup_key', 't.chat_id'])
    .where(sql<SqlBool>`m.visibility = 'public' and m.automatic is null`) // in the very words of the partial index
    .where('m.author_kind', 'in', ['agent', 'customer'])
    .where('m.created_at', '>=', last.at)
    .where('m.created_at', '<', to)
    .where(e => e.or([e('m.created_at', '>', last.at), e('m.id', '>', last.id)]))
    .where('t.spam_at', 'is', null)
    .$if(teamId !== null, s => s.where('t.team_id', '=', teamId as string))
    .orderBy('m.created_at')
    .orderBy('m.id')
    .limit(PAGE)
    .execute()
}

async function answerTimes(store: Store, { teamId, from, to }: Period): Promise<{ theirs: number[]; ours: number[] }> {
  const times = { theirs: [] as number[], ours: [] as number[] }
  let last = { at: from, id: '' }
  for (;;) {
    const page = await asked(store, q =>
      q
        .selectFrom('answer_times')
        .select(['id', 'at', 'whose', 'took_ms'])
        .where('at', '>=', last.at)
        .where('at', '<', to)
        .where(e => e.or([e('at', '>', last.at), e('id', '>', last.id)]))
        .$if(teamId !== null, s => s.where('team_id', '=', teamId as string))
        .orderBy('at')
        .orderBy('id')
        .limit(PAGE)
        .execute(),
    )
    for (const row of page) times[row.whose].push(row.took_ms)
    const end = page.at(-1)
    if (!end || page.length < PAGE) return times
    last = { at: end.at, id: end.id }
  }
}

/** A million sort in a tenth of a second, so others have their turn before. */
async function median(values: number[]): Promise<number | null> {
  await turn()
  const sorted = Float64Array.from(values).sort()
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? null
}

/** A clock is broken when it breaks, and met when it is settled in time. Day by day. */
async function countClocks(store: Store, { teamId, from, to }: Period): Promise<{ slaMet: number; slaBroken: number }> {
  const sums = { slaMet: 0, slaBroken: 0 }
  for (let begin = from; begin < to; begin += DAY_MS) {
    const end = Math.min(begin + DAY_MS, to)
    sums.slaMet += await asked(store, q => countIn(q, 'settled_at', teamId, begin, end))
    sums.slaBroken += await asked(store, q => countIn(q, 'breached_at', teamId, begin, end))
  }
  return sums
}

const DAY_MS = 24 * 3_600_000

async function countIn(
  q: Query,
  column: 'settled_at' | 'breached_at',
  teamId: string | null,
  begin: number,
  end: number,
): Promise<number> {
  const row = await q
    .selectFrom('sla_clocks')
    .select(e => e.fn.countAll().as('n'))
    .where(column, '>=', begin)
    .where(column, '<', end)
    .$if(column === 'settled_at', s => s.where('met', '=', 1))
    .$if(teamId !== null, s => s.where('team_id', '=', teamId as string))
    .executeTakeFirst()
  return Number(row?.n ?? 0)
}

async function countChats(q: Query, { teamId, from, to }: Period): Promise<number> {
  const row = await q
    .selectFrom('chats')
    .select(e => e.fn.countAll().as('n'))
    .where('started_at', '>=', from)
    .where('started_at', '<', to)
    .$if(teamId !== null, s => s.where('team_id', '=', teamId as string))
    .executeTakeFirst()
  return Number(row?.n ?? 0)
}

/** One short question for each team and agent: a single one over all tickets would hold up others. */
async function countOpen(store: Store, teamId: string | null): Promise<{ name: string | null; count: number }[]> {
  const ids = teamId === null ? (await store.read(teams)).map(t => t.id) : [teamId]
  const all = await store.read(q => q.selectFrom('agents').select(['id', 'name']).execute())
  const counts: { name: string | null; count: number }[] = []
  for (const agent of [null, ...all]) {
    let count = 0
    for (const id of ids) count += await asked(store, q => countOpenOf(q, id, agent?.id ?? null))
    counts.push({ name: agent?.name ?? null, count })
  }
  return counts
}

async function countOpenOf(q: Query, teamId: string, agentId: string | null): Promise<number> {
  const row = await q
    .selectFrom('tickets')
    .select(e => e.fn.countAll().as('n'))
    .where('team_id', '=', teamId)
    .where('assignee_id', agentId === null ? 'is' : '=', agentId)
    .where('closed_at', 'is', null)
    .where('deleted_at', 'is', null)
    .where('general_at', 'is not', null)
    .executeTakeFirst()
  return Number(row?.n ?? 0)
}

function daysOf({ from, to }: Period, zone: string): string[] {
  const days: string[] = []
  let day = DateTime.fromMillis(from, { zone }).startOf('day')
  while (day.toMillis() < to) {
    days.push(day.toFormat('yyyy-MM-dd'))
    day = day.plus({ days: 1 }).startOf('day')
  }
  return days
}

/** Asked for each message: a date is worked out once for each quarter of an hour. */
const known = new Map<string, string>()

function dayIn(at: number, zone: string): string {
  const key = `${zone} ${Math.floor(at / QUARTER_MS)}`
  let day = known.get(key)
  if (day === undefined) {
    if (known.size > 5_000) known.clear()
    day = DateTime.fromMillis(at, { zone }).toFormat('yyyy-MM-dd')
    known.set(key, day)
  }
  return day
}

const QUARTER_MS = 15 * 60_000 // no zone begins a day within one
