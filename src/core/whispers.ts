import type { WhisperRow } from '../db/schema.ts'
import type { Query, Tx } from '../db/store.ts'
import { newId } from '../lib/id.ts'
import { backOff } from './deliveries/retry.ts'
import type { Outcome } from './letter.ts'

/** A word to one agent on its way. */
export interface Whisper {
  id: string
  place: string // the agent's handle
  text: string
  ticketId: string | null // which the word leads to
  attempts: number // 1 at the first try
}

/** For how long a claim keeps others away (ms). */
const LEASE_MS = 15_000
const MOST_ATTEMPTS = 20

/** Tells one agent something, where nobody else reads it; the text is finished sentences. */
export async function whisper(tx: Tx, to: { agentId: string; ticketId: string | null; text: string }): Promise<void> {
  await tx.q
    .insertInto('whispers')
    .values({
      id: newId(),
      agent_id: to.agentId,
      ticket_id: to.ticketId,
      text: to.text,
      attempts: 0,
      due_at: tx.now,
      created_at: tx.now,
    })
    .execute()
  tx.wake('desk')
}

/** Takes whispers that are due, oldest first; nobody else gets them before the lease runs out. */
export async function claimWhispers(tx: Tx, limit: number): Promise<Whisper[]> {
  const due = await tx.q
    .selectFrom('whispers as w')
    .innerJoin('agents as a', 'a.id', 'w.agent_id')
    .selectAll('w')
    .select('a.handle')
    .where('w.due_at', '<=', tx.now)
    .orderBy('w.due_at')
    .orderBy('w.id')
    .limit(limit)
    .execute()
  const taken: Whisper[] = []
  for (const row of due)
    if (await lease(tx, row))
      taken.push({
        id: row.id,
        place: row.handle,
        text: row.text,
        ticketId: row.ticket_id,
        attempts: row.attempts + 1,
      })
  return taken
}

async function lease(tx: Tx, row: WhisperRow): Promise<boolean> {
  const { numUpdatedRows } = await tx.q
    .updateTable('whispers')
    .set({ due_at: tx.now + LEASE_MS, attempts: row.attempts + 1 })
    .where('id', '=', row.id)
    .where('due_at', '=', row.due_at) // another process may have been faster
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Writes down what became of a whisper: what was said, or cannot be, is gone. */
export async function settleWhisper(tx: Tx, said: Whisper, outcome: Outcome): Promise<void> {
  if ('retry' in outcome && said.attempts < MOST_ATTEMPTS) {
    const wait = outcome.retry.afterMs ?? backOff(said.attempts)
    await tx.q
      .updateTable('whispers')
      .set({ due_at: tx.now + wait })
      .where('id', '=', said.id)
      .execute()
  } else await tx.q.deleteFrom('whispers').where('id', '=', said.id).execute()
  tx.wake('desk')
}

/** When the next whisper is due (ms UTC), of those that are not due yet at `after`, or null when there is none. */
export async function nextWhisperDue(q: Query, after: number): Promise<number | null> {
  const row = await q
    .selectFrom('whispers')
    .select(e => e.fn.min('due_at').as('at'))
    .where('due_at', '>', after)
    .executeTakeFirst()
  return row?.at ?? null
}
