import { wordsIn } from '../../db/full-text.ts'
import { containing } from '../../db/like.ts'
import type { Query, Tx } from '../../db/store.ts'
import { touchCustomer } from '../find/stale.ts'
import { tellHooks } from '../hooks/heard.ts'
import { floodKey } from '../receive/flood.ts'
import { ERASED, type Erasing, type Piece, speaksOf } from './piece.ts'
import { eraseFacts } from './programs.ts'

/** Who it was: name, addresses, fields, tags, notes, and what was noted by address. The bare row stays for the tickets that point to it. */
export async function erasePerson(tx: Tx, e: Erasing): Promise<Piece> {
  for (const table of ['suppressions', 'unsubscriptions', 'lifts', 'bans', 'addresses'] as const)
    await tx.q.deleteFrom(table).where('address', 'in', e.addresses).execute()
  for (const address of e.addresses) await eraseAlerts(tx, address)
  await eraseViews(tx, e)
  await eraseDrafts(tx, knownBy(e))
  if (e.customerId) {
    for (const table of ['customer_tags', 'customer_notes', 'external_ids'] as const)
      await tx.q.deleteFrom(table).where('customer_id', '=', e.customerId).execute()
    await eraseFacts(tx, [e.customerId])
    await tx.q.deleteFrom('numbers').where('owner_id', '=', e.customerId).execute()
    await tx.q.deleteFrom('people_events').where('owner_id', '=', e.customerId).execute()
    await tx.q
      .updateTable('customers')
      .set({ name: ERASED, account_id: null, search: '', zone: null, fields: null })
      .where('id', '=', e.customerId)
      .execute()
    await touchCustomer(tx, e.customerId)
    await tellHooks(tx, [{ cause: 'customer_gone', sourceId: e.customerId }])
  }
  return { cursor: null }
}

function knownBy({ addresses, customerId }: Erasing): string[] {
  return customerId ? [...addresses, customerId] : addresses
}

async function eraseAlerts(tx: Tx, address: string): Promise<void> {
  await tx.q.deleteFrom('alerts').where('key', '=', floodKey(address)).execute()
  const rows = await tx.q
    .selectFrom('alerts')
    .select(['id', 'text'])
    .where(a => a(a.fn('lower', ['text']), 'like', containing(address)))
    .execute()
  for (const { id, text } of rows)
    if (speaksOf([address], text)) await tx.q.deleteFrom('alerts').where('id', '=', id).execute()
}

/**
 * What colleagues keep to look for, or to write to, goes where it names them: by an address, their whole name, or their id,
 * which says nothing to people, but a view may be of their tickets alone.
 */
async function eraseViews(tx: Tx, e: Erasing): Promise<void> {
  const known = knownBy(e)
  const phrase = phraseOf(await wholeName(tx.q, e))
  for (const table of ['saved_finds', 'segments'] as const)
    for (const { id, name, filter } of await tx.q.selectFrom(table).select(['id', 'name', 'filter']).execute()) {
      const text = `${name} ${filter}`
      const isNamed = phrase.trim() !== '' && phraseOf(text).includes(phrase)
      if (isNamed || speaksOf(known, text)) await tx.q.deleteFrom(table).where('id', '=', id).execute()
    }
}

/** A name of one word is that of many. */
async function wholeName(q: Query, { customerId }: Erasing): Promise<string> {
  if (!customerId) return ''
  const { name } = await q.selectFrom('customers').select('name').where('id', '=', customerId).executeTakeFirstOrThrow()
  return wordsIn(name).length > 1 ? name : ''
}

function phraseOf(text: string): string {
  return ` ${wordsIn(text).join(' ')} `
}

/** What colleagues began to write to them goes, also where it has no ticket yet. */
async function eraseDrafts(tx: Tx, words: string[]): Promise<void> {
  for (const word of words) {
    const rows = await tx.q
      .selectFrom('drafts')
      .select(['id', 'form'])
      .where(d => d(d.fn('lower', ['form']), 'like', containing(word)))
      .execute()
    for (const { id, form } of rows)
      if (speaksOf([word], form)) await tx.q.deleteFrom('drafts').where('id', '=', id).execute()
  }
}
