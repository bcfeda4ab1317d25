import { containing } from '../../db/like.ts'
import type { Tx } from '../../db/store.ts'
import { touchCustomer } from '../find/stale.ts'
import { floodKey } from '../receive/flood.ts'
import { ERASED } from './conversations.ts'
import type { Erasing, Piece } from './steps.ts'

/** Who it was: name, addresses, fields, tags, and what was noted by address. The bare row stays for the tickets that point to it. */
export async function erasePerson(tx: Tx, e: Erasing): Promise<Piece> {
  for (const table of ['suppressions', 'unsubscriptions', 'lifts', 'bans', 'addresses'] as const)
    await tx.q.deleteFrom(table).where('address', 'in', e.addresses).execute()
  for (const address of e.addresses) await eraseAlerts(tx, address)
  await eraseViews(tx, [...e.addresses, ...(e.customerId ? [e.customerId] : [])])
  if (e.customerId) {
    await tx.q.deleteFrom('customer_tags').where('customer_id', '=', e.customerId).execute()
    await tx.q
      .updateTable('customers')
      .set({ name: ERASED, account_id: null, search: '', zone: null, fields: null })
      .where('id', '=', e.customerId)
      .execute()
    await touchCustomer(tx, e.customerId)
  }
  return { cursor: null }
}

async function eraseAlerts(tx: Tx, address: string): Promise<void> {
  await tx.q
    .deleteFrom('alerts')
    .where(a => a.or([a('key', '=', floodKey(address)), a(a.fn('lower', ['text']), 'like', containing(address))]))
    .execute()
}

/** What colleagues looked for and kept goes where it names them. */
async function eraseViews(tx: Tx, words: string[]): Promise<void> {
  for (const word of words)
    await tx.q
      .deleteFrom('saved_finds')
      .where(v =>
        v.or((['name', 'filter'] as const).map(column => v(v.fn('lower', [column]), 'like', containing(word)))),
      )
      .execute()
}
