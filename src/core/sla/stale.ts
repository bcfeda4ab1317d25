import type { Tx } from '../../db/store.ts'

/** The team's clocks are reckoned anew soon: its hours, holidays or policies are others now. */
export async function clocksAreStale(tx: Tx, teamId: string): Promise<void> {
  await tx.q
    .updateTable('sla_clocks')
    .set({ look_at: tx.now })
    .where('team_id', '=', teamId)
    .where('settled_at', 'is', null)
    .execute()
}
