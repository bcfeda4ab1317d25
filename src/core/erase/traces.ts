import { dropReplaced } from '../../db/full-text.ts'
import type { DeliveryRow } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { enterStale } from '../find/entry.ts'
import { eraseRaw } from './conversations.ts'
import { ERASED, type Erasing, type Piece, speaksOf } from './piece.ts'

const AT_ONCE = 100

/** Mails of theirs that are no message: left over, held, ignored. */
export async function eraseMails(tx: Tx, e: Erasing): Promise<Piece> {
  const rows = await tx.q
    .selectFrom('inbound')
    .select('id')
    .where('from_address', 'in', e.addresses)
    .limit(AT_ONCE)
    .execute()
  if (!rows.length) return { cursor: null }
  await eraseRaw(
    tx,
    rows.map(r => r.id),
  )
  return { cursor: e.cursor, counts: { mails: rows.length } }
}

/** Their lines in chats, which count as before but name nobody, and in the lists that chats were begun with. */
export async function eraseChats(tx: Tx, e: Erasing): Promise<Piece> {
  const rows = await tx.q
    .selectFrom('chat_recipients')
    .select(['id', 'chat_id', 'state'])
    .where('address', 'in', e.addresses)
    .limit(AT_ONCE)
    .execute()
  for (const { id, chat_id, state } of rows) {
    await tx.q
      .updateTable('chat_recipients')
      .set({
        ...{
          address: ERASED.toLowerCase(),
          name: '',
          customer_id: null,
          fields: null,
          reason: null,
          step_due_at: null,
        },
        ...(state === 'queued' && { state: 'left_out' as const }),
      })
      .where('id', '=', id)
      .execute()
    await eraseFromList(tx, chat_id, e.addresses)
  }
  return rows.length ? { cursor: e.cursor, counts: { chats: rows.length } } : { cursor: null }
}

async function eraseFromList(tx: Tx, chatId: string, addresses: string[]): Promise<void> {
  const chat = await tx.q.selectFrom('chats').select('audience').where('id', '=', chatId).executeTakeFirst()
  const audience = JSON.parse(chat?.audience ?? '{}') as { kind?: string; text?: string }
  if (audience.kind !== 'typed' || !audience.text) return
  const kept = audience.text
    .split(/([,;\n])/)
    .filter(part => !speaksOf(addresses, part))
    .join('')
  if (kept === audience.text) return
  const changed = JSON.stringify({ ...audience, text: kept })
  await tx.q.updateTable('chats').set({ audience: changed }).where('id', '=', chatId).execute()
}

const COPIES_AT_ONCE = 500

/** What others' messages and mails say of who had a copy, or is to have one. The cursor is `messages:` or `deliveries:` and the last id. */
export async function eraseCopies(tx: Tx, e: Erasing): Promise<Piece> {
  const [table, after = ''] = (e.cursor || 'messages:').split(':')
  if (table === 'messages') {
    await eraseWishes(tx, e.addresses)
    const last = await eraseIn(tx, 'messages', after, e.addresses)
    return { cursor: last === null ? 'deliveries:' : `messages:${last}` }
  }
  const last = await eraseIn(tx, 'deliveries', after, e.addresses)
  return { cursor: last === null ? null : `deliveries:${last}` }
}

async function eraseIn(
  tx: Tx,
  table: 'messages' | 'deliveries',
  after: string,
  addresses: string[],
): Promise<string | null> {
  const rows = table === 'messages' ? await messagesAfter(tx.q, after) : await deliveriesAfter(tx.q, after)
  for (const row of rows) {
    const copies = without(addresses, row.copies)
    const blind = without(addresses, row.blind)
    if (copies !== row.copies) await tx.q.updateTable(table).set({ copies }).where('id', '=', row.id).execute()
    if (blind !== row.blind) await tx.q.updateTable('deliveries').set({ blind }).where('id', '=', row.id).execute()
  }
  return rows.at(-1)?.id ?? null
}

type Copied = Pick<DeliveryRow, 'id' | 'copies' | 'blind'>

async function messagesAfter(q: Query, after: string): Promise<Copied[]> {
  const rows = await q
    .selectFrom('messages')
    .select(['id', 'copies'])
    .where('copies', 'is not', null)
    .where('id', '>', after)
    .orderBy('id')
    .limit(COPIES_AT_ONCE)
    .execute()
  return rows.map(row => ({ ...row, blind: null }))
}

function deliveriesAfter(q: Query, after: string): Promise<Copied[]> {
  return q
    .selectFrom('deliveries')
    .select(['id', 'copies', 'blind'])
    .where('copies', 'is not', null)
    .where('id', '>', after)
    .orderBy('id')
    .limit(COPIES_AT_ONCE)
    .execute()
}

/** A list of copies, JSON, without these addresses; null for nobody. As it was where it has none of them. */
function without(addresses: string[], json: string | null): string | null {
  const list: (string | { address: string })[] = JSON.parse(json ?? '[]')
  const kept = list.filter(c => !addresses.includes(typeof c === 'string' ? c : c.address))
  if (kept.length === list.length) return json
  return kept.length ? JSON.stringify(kept) : null
}

/** Mails that are yet to be sent by somebody: there are few at a time. */
async function eraseWishes(tx: Tx, addresses: string[]): Promise<void> {
  for (const { message_id, copy_to, blind_to } of await tx.q.selectFrom('mail_wishes').selectAll().execute())
    await tx.q
      .updateTable('mail_wishes')
      .set({ copy_to: without(addresses, copy_to) ?? '[]', blind_to: without(addresses, blind_to) ?? '[]' })
      .where('message_id', '=', message_id)
      .execute()
}

/** Words of theirs that the index finds no more. The cursor says that it began. */
export async function eraseReplaced(tx: Tx, e: Erasing): Promise<Piece> {
  const isFirst = e.cursor === ''
  if (isFirst && (await enterStale(tx, AT_ONCE)) === AT_ONCE) return { cursor: '' } // theirs are among those
  return { cursor: (await dropReplaced(tx.q, isFirst)) ? 'begun' : null }
}
