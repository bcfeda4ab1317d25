import type { Tx } from '../../db/store.ts'

/** What programs said of these. */
export async function eraseFacts(tx: Tx, ownerIds: string[]): Promise<void> {
  if (ownerIds.length) await tx.q.deleteFrom('api_facts').where('owner_id', 'in', ownerIds).execute()
}
