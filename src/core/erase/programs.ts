import { containing } from '../../db/like.ts'
import type { Tx } from '../../db/store.ts'
import { speaksOf } from './piece.ts'

/** What programs said of these. */
export async function eraseFacts(tx: Tx, ownerIds: string[]): Promise<void> {
  if (ownerIds.length) await tx.q.deleteFrom('api_facts').where('owner_id', 'in', ownerIds).execute()
}

/** What programs were answered lately that speaks of any of these: the same request again is done anew. */
export async function eraseAnswers(tx: Tx, names: string[]): Promise<void> {
  if (!names.length) return
  const rows = await tx.q
    .selectFrom('api_answers')
    .select(['key', 'body'])
    .where(e =>
      e.or(
        names
          .map(containing)
          .flatMap(named => [e(e.fn('lower', ['body']), 'like', named), e(e.fn('lower', ['key']), 'like', named)]),
      ),
    )
    .execute()
  const keys = rows.filter(({ key, body }) => speaksOf(names, `${key}\n${body}`)).map(r => r.key)
  for (const key of keys) await tx.q.deleteFrom('api_answers').where('key', '=', key).execute()
}
