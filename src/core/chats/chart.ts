import { type SqlBool, sql } from 'kysely'
import type { Query, Tx } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'
import { queueChatPost } from './card.ts'
import { chatReport } from './report.ts'

const MINUTE_MS = 60_000
const DAY_MS = 24 * 3_600_000
const LONGEST_MS = 14 * DAY_MS // what ended before is no news
const MOST_CHATS = 20

/** Under this key a chat has one chart that comes by itself. */
const KEY = 'chart'

/**
 * Puts the chart of each chat that is over into its thread, once: a day after its last mail, or as soon as all whom it
 * reached have answered. Returns how many.
 */
export async function chartFinished(tx: Tx): Promise<number> {
  const chats = await overWithoutChart(tx.q, tx.now)
  for (const { id, number } of chats) {
    const { answersOverTime, answerRate } = await chatReport(tx.q, id)
    const answers = answersOverTime.at(-1)?.count ?? 0
    await queueChatPost(tx, id, {
      kind: answers ? 'chart' : 'word', // of nothing there is no curve
      key: KEY,
      text: `Chat ${number}: ${answers ? `${peopleHave(answers)} answered so far, ${percent(answerRate)} of those whom it reached.` : 'nobody has answered so far.'}`,
      ticketId: null,
    })
  }
  return chats.length
}

function peopleHave(answers: number): string {
  return answers === 1 ? 'one person has' : `${answers.toLocaleString('en')} people have`
}

function percent(rate: number): string {
  return `${Math.round(100 * Math.min(rate, 1))} %`
}

function overWithoutChart(q: Query, now: number): Promise<{ id: string; number: number }[]> {
  return q
    .selectFrom('chats as c')
    .select(['c.id', 'c.number'])
    .where(sql<SqlBool>`c.finished_at is not null`) // in the very words of the partial index
    .where('c.finished_at', '>', now - LONGEST_MS)
    .where('c.state', 'in', ['finished', 'stopped'])
    .where('c.started_at', 'is not', null)
    .where(e =>
      e.not(
        e.exists(
          e.selectFrom('chat_posts as p').select('p.id').whereRef('p.chat_id', '=', 'c.id').where('p.key', '=', KEY),
        ),
      ),
    )
    .where(e => {
      const reached = e
        .selectFrom('chat_recipients as r')
        .select('r.id')
        .whereRef('r.chat_id', '=', 'c.id')
        .where('r.state', '=', 'sent')
        .where('r.line', '>', 0)
      return e.or([
        e('c.finished_at', '<=', now - DAY_MS),
        e.and([e.exists(reached), e.not(e.exists(reached.where('r.answered_at', 'is', null)))]),
      ])
    })
    .orderBy('c.finished_at')
    .limit(MOST_CHATS)
    .execute()
}

/** Has the answers so far drawn in the chat's thread. Throws a Problem while there are none. */
export async function postChart(tx: Tx, chatId: string): Promise<void> {
  const { answered } = await tx.q
    .selectFrom('chat_recipients')
    .select(e => e.fn.count('answered_at').as('answered'))
    .where('chat_id', '=', chatId)
    .executeTakeFirstOrThrow()
  if (Number(answered) === 0) throw new Problem('conflict', 'Nobody has answered yet.')
  const key = `chart:${Math.floor(tx.now / MINUTE_MS)}` // pressed twice, it is one
  await queueChatPost(tx, chatId, { kind: 'chart', key, text: 'The answers so far.', ticketId: null })
}
