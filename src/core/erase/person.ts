import { containing } from '../../db/like.ts'
import type { Tx } from '../../db/store.ts'
import { touchCustomer } from '../find/entry.ts'
import { floodKey } from '../receive/flood.ts'
import { ERASED } from './conversations.ts'
import type { Erasing, Piece } from './steps.ts'

/** Who it was: name, addresses, fields, tags, notes, and what was noted by address. The bare row stays for the tickets that point to it. */
export async function erasePerson(tx: Tx, e: Erasing): Promise<Piece> {
  for (const table of ['suppressions', 'unsubscriptions', 'lifts', 'bans', 'addresses'] as const)
    await tx.q.deleteFrom(table).where('address', 'in', e.addresses).execute()
  for (const address of e.addresses) await eraseAlerts(tx, address)
  const words = [...e.addresses, ...(e.customerId ? [e.customerId] : [])]
  await eraseViews(tx, words)
  await eraseDrafts(tx, words)
  if (e.customerId) {
    for (const table of ['customer_tags', 'customer_notes'] as const)
      await tx.q.deleteFrom(table).where('customer_id', '=', e.customerId).execute()
    await tx.q.deleteFrom('people_events').where('owner_id', '=', e.customerId).execute()
    await tx.q
      .updateTable('customers')
      .set({ name: ERASED, account_id: null, search: '', zone: null, fields: null })
      .where('id', '=', e.customerId)
      .execute()
    touchCustomer(tx, e.customerId)
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

/** What colleagues began to write to them goes, also where it has no ticket yet. */
async function eraseDrafts(tx: Tx, words: string[]): Promise<void> {
  for (const word of words)
    await tx.q
      .deleteFrom('drafts')
      .where(d => d(d.fn('lower', ['form']), 'like', containing(word)))
      .execute()
}
