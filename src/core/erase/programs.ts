import { containing } from '../../db/like.ts'
import type { Tx } from '../../db/store.ts'

/** What programs said of these. */
export async function eraseFacts(tx: Tx, ownerIds: string[]): Promise<void> {
  if (ownerIds.length) await tx.q.deleteFrom('api_facts').where('owner_id', 'in', ownerIds).execute()
}

/** What programs were answered lately that names any of these: the same request again is done anew. */
export async function eraseAnswers(tx: Tx, names: string[]): Promise<void> {
  if (!names.length) return
  await tx.q
    .deleteFrom('api_answers')
    .where(e =>
      e.or(
        names
          .map(containing)
          .flatMap(named => [e(e.fn('lower', ['body']), 'like', named), e(e.fn('lower', ['key']), 'like', named)]),
      ),
    )
    .execute()
}
