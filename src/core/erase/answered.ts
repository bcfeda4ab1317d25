import type { Query, Tx } from '../../db/store.ts'
import { type Erasing, type Piece, speaksOf } from './piece.ts'

const AT_ONCE = 500

/** What programs were answered that says something of them, or of their tickets. That the request was done stays known. */
export async function eraseAnswered(tx: Tx, e: Erasing): Promise<Piece> {
  const rows = await tx.q
    .selectFrom('api_answers')
    .select(['key', 'body'])
    .where('key', '>', e.cursor)
    .orderBy('key')
    .limit(AT_ONCE)
    .execute()
  if (!rows.length) return { cursor: null }
  const marks = [...e.addresses, ...(e.customerId ? [e.customerId] : [])]
  const tickets = await ticketsOf(tx.q, e)
  const theirs = rows.filter(({ body }) => speaksOf(marks, body) || ticketsIn(body).some(id => tickets.has(id)))
  if (theirs.length)
    await tx.q
      .updateTable('api_answers')
      .set({ body: '' })
      .where(
        'key',
        'in',
        theirs.map(row => row.key),
      )
      .execute()
  return { cursor: rows.at(-1)?.key ?? null }
}

/** By their ids and by the numbers that some programs know them by. */
async function ticketsOf(q: Query, { customerId }: Erasing): Promise<Set<string>> {
  if (!customerId) return new Set()
  const rows = await q
    .selectFrom('tickets as t')
    .leftJoin('numbers as n', 'n.owner_id', 't.id')
    .select(['t.id', 'n.number'])
    .where('t.customer_id', '=', customerId)
    .execute()
  return new Set(rows.flatMap(row => [row.id, String(row.number)]))
}

function ticketsIn(body: string): string[] {
  const numbers = [...body.matchAll(/"ticket":(\d+)/g)].flatMap(found => found[1] ?? [])
  return [...(body.match(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g) ?? []), ...numbers]
}
