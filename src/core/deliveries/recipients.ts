import type { DeliveryRow } from '../../db/schema.ts'
import type { Query } from '../../db/store.ts'
import type { Letter } from '../letter.ts'

/** Who gets a copy, by delivery, and who was to get one but must not be written to. */
export async function recipientsOf(
  q: Query,
  rows: DeliveryRow[],
): Promise<Map<string, Pick<Letter, 'copies' | 'barred'>>> {
  const wanted = rows.flatMap(r => (r.copies ? [{ id: r.id, addresses: JSON.parse(r.copies) as string[] }] : []))
  if (!wanted.length) return new Map()
  const suppressed = await q
    .selectFrom('suppressions')
    .select(['address', 'reason'])
    .where('address', 'in', [...new Set(wanted.flatMap(w => w.addresses))])
    .execute()
  return new Map(
    wanted.map(({ id, addresses }) => [
      id,
      {
        copies: addresses.filter(a => !suppressed.some(s => s.address === a)),
        barred: suppressed.filter(s => addresses.includes(s.address)),
      },
    ]),
  )
}
