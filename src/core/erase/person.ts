import { wordsIn } from '../../db/full-text.ts'
import { containing } from '../../db/like.ts'
import type { Query, Tx } from '../../db/store.ts'
import { touchCustomer } from '../find/stale.ts'
import { floodKey } from '../receive/flood.ts'
import { ERASED, type Erasing, type Piece } from './piece.ts'
import { eraseAnswers, eraseFacts } from './programs.ts'

/** Who it was: name, addresses, fields, tags, notes, and what was noted by address. The bare row stays for the tickets that point to it. */
export async function erasePerson(tx: Tx, e: Erasing): Promise<Piece> {
  for (const table of ['suppressions', 'unsubscriptions', 'lifts', 'bans', 'addresses'] as const)
    await tx.q.deleteFrom(table).where('address', 'in', e.addresses).execute()
  for (const address of e.addresses) await eraseAlerts(tx, address)
  await eraseViews(tx, e)
  await eraseAnswers(tx, [...e.addresses, ...(e.customerId ? [e.customerId] : [])])
  await eraseDrafts(tx, [...e.addresses, ...(e.customerId ? [e.customerId] : [])])
  if (e.customerId) {
    for (const table of ['customer_tags', 'customer_notes'] as const)
      await tx.q.deleteFrom(table).where('customer_id', '=', e.customerId).execute()
    await eraseFacts(tx, [e.customerId])
    await tx.q.deleteFrom('people_events').where('owner_id', '=', e.customerId).execute()
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

/** What colleagues keep to look for, or to write to, goes where it names them: by an address, or by their whole name. */
async function eraseViews(tx: Tx, e: Erasing): Promise<void> {
  const names = [...e.addresses, ...(await wholeName(tx.q, e))].map(phraseOf)
  for (const table of ['saved_finds', 'segments'] as const)
    for (const { id, name, filter } of await tx.q.selectFrom(table).select(['id', 'name', 'filter']).execute()) {
      const text = phraseOf(`${name} ${filter}`)
      if (names.some(n => text.includes(n))) await tx.q.deleteFrom(table).where('id', '=', id).execute()
    }
}

/** A name of one word is that of many. Their id says nothing to people, but a view may be of their tickets alone. */
async function wholeName(q: Query, { customerId }: Erasing): Promise<string[]> {
  if (!customerId) return []
  const { name } = await q.selectFrom('customers').select('name').where('id', '=', customerId).executeTakeFirstOrThrow()
  return wordsIn(name).length > 1 ? [customerId, name] : [customerId]
}

function phraseOf(text: string): string {
  return ` ${wordsIn(text).join(' ')} `
}

/** What colleagues began to write to them goes, also where it has no ticket yet. */
async function eraseDrafts(tx: Tx, words: string[]): Promise<void> {
  for (const word of words)
    await tx.q
      .deleteFrom('drafts')
      .where(d => d(d.fn('lower', ['form']), 'like', containing(word)))
      .execute()
}
