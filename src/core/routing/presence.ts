import type { Query, Tx } from '../../db/store.ts'

/** Has the desk asked, outside of any transaction, whether these agents are there; those who wait are given out after. */
export async function askPresence(tx: Tx, agentIds: string[]): Promise<void> {
  await tx.q
    .updateTable('agents')
    .set({ presence_due_at: tx.now })
    .where('id', 'in', agentIds)
    .where('presence_due_at', 'is', null)
    .execute()
  tx.wake('routing')
}

const MOST_ASKED = 50

/** The handles of those of whom the desk is to be asked. */
export async function presenceDue(q: Query): Promise<string[]> {
  const rows = await q
    .selectFrom('agents')
    .select('handle')
    .where('presence_due_at', 'is not', null)
    .orderBy('presence_due_at')
    .limit(MOST_ASKED)
    .execute()
  return rows.map(r => r.handle)
}

/** Whether somebody is there, as the desk says; null: it does not say, so what they said themselves counts. */
export type Presence = 'active' | 'away' | null

/** Notes what the desk said, by handle. */
export async function notePresence(tx: Tx, said: Map<string, Presence>): Promise<void> {
  for (const [handle, presence] of said)
    await tx.q
      .updateTable('agents')
      .set({ presence, presence_at: tx.now, presence_due_at: null })
      .where('handle', '=', handle)
      .execute()
}
