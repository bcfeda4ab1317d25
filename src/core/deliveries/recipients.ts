import type { DeliveryRow } from '../../db/schema.ts'
import type { Query } from '../../db/store.ts'
import type { Letter } from '../letter.ts'
import { obstaclesTo } from '../suppressions.ts'

/** Of mails to customers, by delivery: who gets a copy, and who of all recipients must not be written to any more. */
export async function recipientsOf(
  q: Query,
  rows: DeliveryRow[],
  placeOf: (row: DeliveryRow) => string,
): Promise<Map<string, Pick<Letter, 'copies' | 'blind' | 'barred'>>> {
  const mails = rows
    .filter(row => row.key !== null)
    .map(row => ({
      id: row.id,
      place: placeOf(row),
      copies: JSON.parse(row.copies ?? '[]') as string[],
      blind: JSON.parse(row.blind ?? '[]') as string[],
    }))
  if (!mails.length) return new Map()
  const obstacles = await obstaclesTo(q, [...new Set(mails.flatMap(m => [m.place, ...m.copies]))])
  return new Map(
    mails.map(({ id, place, copies, blind }) => [
      id,
      {
        copies: copies.filter(address => !obstacles.has(address)),
        blind,
        barred: [place, ...copies].flatMap(address => {
          const reason = obstacles.get(address)
          return reason === undefined ? [] : [{ address, reason }]
        }),
      },
    ]),
  )
}
