import type { Query } from '../../db/store.ts'
import { domainOf } from '../addresses.ts'
import { chatById } from './find.ts'

/** What came of a chat. */
export interface ChatReport {
  answerRate: number // of those whom it reached, 0 to 1
  medianAnswerMs: number | null // from the mail to the first answer
  bouncesByReason: { reason: string; count: number }[] // the most first
  byDomain: DomainReport[] // the most recipients first
  answersOverTime: { at: number; count: number }[] // answers in all by this moment (ms UTC), oldest first
}

export interface DomainReport {
  domain: string
  sent: number
  bounced: number
  answered: number
}

const MOST_REASONS = 20
const MOST_DOMAINS = 30
const POINTS = 60

/** Counted row by row in the order of the answers; memory holds the answered recipients' times alone. */
export async function chatReport(q: Query, chatId: string): Promise<ChatReport> {
  const chat = await chatById(q, chatId)
  const answers = await q
    .selectFrom('chat_recipients')
    .select(['sent_at', 'answered_at'])
    .where('chat_id', '=', chatId)
    .where('answered_at', 'is not', null)
    .orderBy('answered_at')
    .execute()
  const times = answers.map(r => Number(r.answered_at))
  const byDomain = await domains(q, chatId)
  const reached = byDomain.reduce((sum, d) => sum + d.sent, 0)
  return {
    answerRate: reached ? times.length / reached : 0,
    medianAnswerMs: median(answers.map(r => Number(r.answered_at) - Number(r.sent_at ?? r.answered_at))),
    bouncesByReason: await bounces(q, chatId),
    byDomain: byDomain.slice(0, MOST_DOMAINS),
    answersOverTime: curve(times, chat.started_at ?? chat.created_at),
  }
}

function median(values: number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? null
}

/** As many points as a picture can show, evenly over the time from the beginning to the last answer. */
function curve(times: number[], begun: number): { at: number; count: number }[] {
  const last = times.at(-1)
  if (last === undefined) return []
  const step = Math.max((last - begun) / POINTS, 1)
  const points: { at: number; count: number }[] = [{ at: begun, count: 0 }]
  let count = 0
  for (let i = 1; i <= POINTS; i++) {
    const at = i === POINTS ? last : Math.round(begun + i * step)
    while (count < times.length && (times[count] as number) <= at) count++
    points.push({ at, count })
  }
  return points
}

async function bounces(q: Query, chatId: string): Promise<ChatReport['bouncesByReason']> {
  const rows = await q
    .selectFrom('chat_recipients')
    .select(e => ['reason', e.fn.countAll().as('n')])
    .where('chat_id', '=', chatId)
    .where('state', 'in', ['bounced', 'failed'])
    .groupBy('reason')
    .execute()
  const counts = new Map<string, number>()
  for (const { reason, n } of rows) {
    const why = firstSentence(reason ?? 'No reason was given.')
    counts.set(why, (counts.get(why) ?? 0) + Number(n))
  }
  return [...counts]
    .map(([reason, count]) => ({ reason, count }))
    .sort((a, b) => b.count - a.count)
    .slice(0, MOST_REASONS)
}

/** What differs from mail to mail is left out: the address, and what the far side said in its own words. */
function firstSentence(text: string): string {
  const sentence = /^.*?[.!?](?=\s|$)/s.exec(text)?.[0] ?? text
  return sentence.replace(/ ?<?[^\s<>@]+@[^\s<>@]+\.[^\s<>@.]+>?/g, '')
}

async function domains(q: Query, chatId: string): Promise<DomainReport[]> {
  const found = new Map<string, DomainReport>()
  let line = 0
  for (;;) {
    const rows = await q
      .selectFrom('chat_recipients')
      .select(['line', 'address', 'state', 'answered_at'])
      .where('chat_id', '=', chatId)
      .where('line', '>', line)
      .orderBy('line')
      .limit(1_000)
      .execute()
    const last = rows.at(-1)
    if (!last) break
    line = last.line
    for (const r of rows) {
      if (r.state !== 'sent' && r.state !== 'bounced' && r.state !== 'failed') continue
      const domain = domainOf(r.address)
      const d = found.get(domain) ?? { domain, sent: 0, bounced: 0, answered: 0 }
      found.set(domain, d)
      if (r.state === 'sent') d.sent++
      else d.bounced++
      if (r.answered_at !== null) d.answered++
    }
  }
  return [...found.values()].sort((a, b) => b.sent + b.bounced - (a.sent + a.bounced))
}
