import type { HookDeliveryRow } from '../../db/schema.ts'
import type { Tx } from '../../db/store.ts'
import { type Erasing, type Piece, speaksOf } from './piece.ts'

const AT_ONCE = 500

/** What is on its way to programs that says something of them, and what those answered. That they forget it, too, they are told. */
export async function eraseTold(tx: Tx, e: Erasing): Promise<Piece> {
  const rows = await tx.q
    .selectFrom('hook_deliveries')
    .select(['id', 'body', 'answer', 'problem'])
    .where(d => d.or([d('body', 'is not', null), d('answer', 'is not', null)]))
    .where('id', '>', e.cursor)
    .orderBy('id')
    .limit(AT_ONCE)
    .execute()
  const marks = [...e.addresses, ...(e.customerId ? [e.customerId] : [])]
  const theirs = rows.filter(row => speaksOf(marks, textOf(row)))
  await eraseDeliveries(
    tx,
    theirs.map(row => row.id),
  )
  return { cursor: rows.at(-1)?.id ?? null }
}

function textOf({ body, answer, problem }: Pick<HookDeliveryRow, 'body' | 'answer' | 'problem'>): string {
  return [body, answer, problem].join('\n').toLowerCase()
}

/** The same of these tickets, whatever it says. */
export async function eraseToldOf(tx: Tx, ticketIds: string[]): Promise<void> {
  const rows = await tx.q.selectFrom('hook_deliveries').select('id').where('ticket_id', 'in', ticketIds).execute()
  await eraseDeliveries(
    tx,
    rows.map(row => row.id),
  )
}

async function eraseDeliveries(tx: Tx, ids: string[]): Promise<void> {
  if (!ids.length) return
  await tx.q
    .updateTable('hook_deliveries')
    .set(d => ({
      body: null,
      answer: null,
      problem: 'Whom it was about was forgotten.',
      settled_at: d.fn.coalesce('settled_at', d.val(tx.now)),
      state: d
        .case()
        .when('state', '=', 'delivered')
        .then('delivered' as const)
        .else('failed' as const)
        .end(),
    }))
    .where('id', 'in', ids)
    .execute()
}
