import { dropReplaced } from '../../db/full-text.ts'
import type { Query, Tx } from '../../db/store.ts'
import { enterStale } from '../find/entry.ts'
import { ERASED, eraseRaw } from './conversations.ts'
import type { Erasing, Piece } from './steps.ts'

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
    .filter(part => !addresses.some(address => part.toLowerCase().includes(address)))
    .join('')
  if (kept === audience.text) return
  const changed = JSON.stringify({ ...audience, text: kept })
  await tx.q.updateTable('chats').set({ audience: changed }).where('id', '=', chatId).execute()
}

const COPIES_AT_ONCE = 500

/** What others' messages and mails say of who had a copy. The cursor is `messages:` or `deliveries:` and the last id. */
export async function eraseCopies(tx: Tx, e: Erasing): Promise<Piece> {
  const [table, after = ''] = (e.cursor || 'messages:').split(':')
  if (table === 'messages') {
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
  const rows = await copiesAfter(tx.q, table, after)
  for (const { id, copies } of rows) {
    const list = JSON.parse(copies ?? '[]') as (string | { address: string })[]
    const kept = list.filter(c => !addresses.includes(typeof c === 'string' ? c : c.address))
    if (kept.length === list.length) continue
    const changed = kept.length ? JSON.stringify(kept) : null
    await tx.q.updateTable(table).set({ copies: changed }).where('id', '=', id).execute()
  }
  return rows.at(-1)?.id ?? null
}

function copiesAfter(q: Query, table: 'messages' | 'deliveries', after: string) {
  return q
    .selectFrom(table)
    .select(['id', 'copies'])
    .where('copies', 'is not', null)
    .where('id', '>', after)
    .orderBy('id')
    .limit(COPIES_AT_ONCE)
    .execute()
}

/** Words of theirs that the index finds no more. The cursor says that it began. */
export async function eraseReplaced(tx: Tx, e: Erasing): Promise<Piece> {
  const isFirst = e.cursor === ''
  if (isFirst && (await enterStale(tx, AT_ONCE)) === AT_ONCE) return { cursor: '' } // theirs are among those
  return { cursor: (await dropReplaced(tx.q, isFirst)) ? 'begun' : null }
}
