import { createHash } from 'node:crypto'
import { prepared } from '../../db/prepared.ts'
import type { ApiAnswerRow } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'

export interface Answer {
  status: number
  body: unknown // JSON
}

/** A request that is to be done once, however often it comes. */
export interface Request {
  key: string // the same key again is the same request; says nothing of whom it is about
  fingerprint: string // of all that it asks
}

/** What tells one request from another, from whatever they are made of. */
export function fingerprintOf(...parts: unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}

/**
 * Does the work and remembers its answer in the same transaction; the same request again is given the first answer, and
 * nothing is done. Throws a Problem for another request under the same key. Of many at once one does it, and the others wait.
 */
export async function once(tx: Tx, request: Request, work: () => Promise<Answer>): Promise<Answer> {
  const known = await answerKnown(tx.q, request)
  if (known) return known
  const answer = await work()
  const { key, fingerprint } = request
  const row = { key, fingerprint, status: answer.status, body: JSON.stringify(answer.body), created_at: tx.now }
  await insertAnswer(tx.q, row) // fails when somebody was faster, and all is done again
  return answer
}

/** What the request was answered before. Throws a Problem when it was another one under this key. */
export async function answerKnown(q: Query, { key, fingerprint }: Request): Promise<Answer | undefined> {
  const [known] = (await selectAnswer(q, { key })).rows
  if (!known) return undefined
  if (known.fingerprint === fingerprint) {
    if (!known.body) throw new Problem('not_found', 'This was done, and whom it was about was forgotten since.')
    return { status: known.status, body: JSON.parse(known.body) }
  }
  throw new Problem('conflict', 'Another request came under this key before. Choose a new key.')
}

const selectAnswer = prepared((q, v: { key: string }) =>
  q.selectFrom('api_answers').selectAll().where('key', '=', v.key),
)

const insertAnswer = prepared((q, row: ApiAnswerRow) =>
  q.insertInto('api_answers').values({
    key: row.key,
    fingerprint: row.fingerprint,
    status: row.status,
    body: row.body,
    created_at: row.created_at,
  }),
)

const KEPT_MS = 48 * 3_600_000

/** Forgets answers that were given two days ago: nobody asks again so late. */
export async function pruneAnswers(tx: Tx): Promise<void> {
  await tx.q
    .deleteFrom('api_answers')
    .where('created_at', '<', tx.now - KEPT_MS)
    .execute()
}
