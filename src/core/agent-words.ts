import { type SqlBool, sql } from 'kysely'
import type { Query, Tx } from '../db/store.ts'
import { newId } from '../lib/id.ts'
import { backOff } from './deliveries/retry.ts'
import type { Outcome } from './letter.ts'

/** A word to one agent on its way, where nobody else sees it. */
export interface AgentWord {
  id: string
  place: string // the agent's handle
  text: string
  ticketId: string | null // what it is about
  attempts: number // 1 at the first try
}

/** Tells one agent something, finished sentences, beside what the team sees. The same key again is the same word. */
export async function tellAgent(
  tx: Tx,
  agentId: string,
  text: string,
  { key, ticketId = null }: { key: string; ticketId?: string | null },
): Promise<void> {
  const word = { id: newId(), agent_id: agentId, ticket_id: ticketId, text, key }
  await tx.q
    .insertInto('agent_words')
    .values({ ...word, external_id: null, attempts: 0, due_at: tx.now, created_at: tx.now })
    .onConflict(c => c.column('key').doNothing())
    .execute()
  tx.wake('desk')
}

const LEASE_MS = 15_000

/** In the very words of the partial index. */
const toBeSaid = sql<SqlBool>`due_at is not null`

/** Takes the words that are due, oldest first; nobody else gets them before the lease runs out. */
export async function claimAgentWords(tx: Tx, limit: number): Promise<AgentWord[]> {
  const due = await tx.q
    .selectFrom('agent_words')
    .selectAll()
    .where(toBeSaid)
    .where('due_at', '<=', tx.now)
    .orderBy('due_at')
    .limit(limit)
    .execute()
  const words: AgentWord[] = []
  for (const row of due) {
    const { numUpdatedRows } = await tx.q
      .updateTable('agent_words')
      .set({ due_at: tx.now + LEASE_MS, attempts: row.attempts + 1 })
      .where('id', '=', row.id)
      .where('due_at', '<=', tx.now) // another process may have been faster
      .executeTakeFirst()
    if (numUpdatedRows === 0n) continue
    const agent = await tx.q.selectFrom('agents').select('handle').where('id', '=', row.agent_id).executeTakeFirst()
    const { id, text, ticket_id: ticketId, attempts } = row
    words.push({ id, place: agent?.handle ?? '', text, ticketId, attempts: attempts + 1 })
  }
  return words
}

/** Writes down what became of a word. */
export async function settleAgentWord(tx: Tx, word: AgentWord, outcome: Outcome): Promise<void> {
  const isLater = 'retry' in outcome
  await tx.q
    .updateTable('agent_words')
    .set({
      ...('sent' in outcome && { external_id: outcome.sent.id }),
      due_at: isLater ? tx.now + (outcome.retry.afterMs ?? backOff(word.attempts)) : null,
    })
    .where('id', '=', word.id)
    .execute()
  tx.wake('desk')
}

/** When the next word is due (ms UTC), of those that are not due yet at `after`, or null. */
export async function nextAgentWordDue(q: Query, after = 0): Promise<number | null> {
  const row = await q
    .selectFrom('agent_words')
    .select(e => e.fn.min('due_at').as('at'))
    .where(toBeSaid)
    .where('due_at', '>', after)
    .executeTakeFirst()
  return row?.at == null ? null : Number(row.at)
}
