import type { Query, Tx } from '../../db/store.ts'
import { giveOrWait } from './assign.ts'

const MOST_OF_A_TEAM = 50

/**
 * Gives tickets that wait, the oldest first, to whoever became free, and to the fallback team's agents once they waited
 * long enough. Returns how many found somebody.
 */
export async function tendQueue(tx: Tx): Promise<number> {
  let given = 0
  for (const id of await waitingTickets(tx.q)) if (await giveOrWait(tx, id, null)) given++
  return given
}

/** Of each team the oldest ones, so that a team whose tickets nobody claims holds up no other. */
async function waitingTickets(q: Query): Promise<string[]> {
  const ids: string[] = []
  for (const { team_id } of await waiting(q).select('team_id').distinct().execute()) {
    const oldest = await waiting(q)
      .select('id')
      .where('team_id', '=', team_id)
      .orderBy('queued_at')
      .orderBy('id')
      .limit(MOST_OF_A_TEAM)
      .execute()
    ids.push(...oldest.map(t => t.id))
  }
  return ids
}

function waiting(q: Query) {
  return q
    .selectFrom('tickets')
    .where('queued_at', 'is not', null)
    .where('assignee_id', 'is', null)
    .where('closed_at', 'is', null)
    .where('deleted_at', 'is', null)
}

/** Whether any ticket waits for somebody. */
export async function isAnyWaiting(q: Query): Promise<boolean> {
  return (await waiting(q).select('id').limit(1).executeTakeFirst()) !== undefined
}
