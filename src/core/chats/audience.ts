import type { Readable } from 'node:stream'
import { preparedFor } from '../../db/prepared.ts'
import type { ChatRow } from '../../db/schema.ts'
import type { Store, Tx } from '../../db/store.ts'
import { newId } from '../../lib/id.ts'
import { Problem } from '../../lib/problem.ts'
import { customerById, oldestAddress } from '../customers.ts'
import { peopleIn } from '../people/csv.ts'
import { chatById } from './find.ts'
import { customersIn, type Filter, segmentById } from './segments.ts'

/** How the recipients of a chat are chosen. */
export type Audience =
  | { kind: 'segment'; segmentId: string }
  | { kind: 'customers'; ids: string[] }
  | { kind: 'typed'; text: string } // addresses as pasted, with or without names
  | { kind: 'file'; name: string } // a CSV, read once by fillFromCsv

interface Listed {
  address: string
  name: string
  customerId?: string
  fields?: Record<string, string>
}

const AT_ONCE = 500
const MOST_RECIPIENTS = 200_000

/** Writes down whom a draft's segment, picked customers or pasted addresses name, in place of whom it named before. */
export async function fillAudience(store: Store, chatId: string): Promise<void> {
  const chat = await store.read(q => chatById(q, chatId))
  const audience = JSON.parse(chat.audience) as Audience
  if (audience.kind === 'segment') return fill(store, chat, inSegment(store, audience.segmentId))
  if (audience.kind === 'customers') return fill(store, chat, picked(store, audience.ids))
  if (audience.kind === 'typed') return fill(store, chat, typed(audience.text))
}

/**
 * Writes down whom a CSV names, row by row as it comes. The first line names the columns: one of them is the address; name
 * and company are known, every other is a variable. Throws a Problem under `file` for one that cannot be read.
 */
export async function fillFromCsv(store: Store, chatId: string, csv: Readable): Promise<{ rows: number }> {
  const chat = await store.read(q => chatById(q, chatId))
  let rows = 0
  const counted = async function* () {
    for await (const listed of peopleIn(csv)) {
      rows++
      yield listed
    }
  }
  await fill(store, chat, counted())
  if (rows === 0) throw new Problem('invalid', 'The file has no rows below the names of its columns.', 'file')
  return { rows }
}

/** The same for picked customers in the transaction of a draft that was just made: there are few enough for one. */
export async function fillPicked(tx: Tx, chatId: string, ids: string[]): Promise<void> {
  const unique = [...new Set(ids)]
  const people = new Map((await selectPicked(tx.q, unique)).map(p => [p.id, p]))
  const rows = unique.map(id => {
    const { name, address } = people.get(id) ?? {}
    if (name === undefined || !address) throw new Problem('not_found', 'One of these customers is no more.', 'audience')
    return { customerId: id, name, address }
  })
  await insertRecipients(tx, chatId, rows, 0)
}

const selectPicked = preparedFor((q, ids) =>
  q.selectFrom('customers').select(['id', 'name', oldestAddress]).where('id', 'in', ids),
)

async function fill(store: Store, chat: ChatRow, list: AsyncIterable<Listed> | Iterable<Listed>): Promise<void> {
  if (chat.state !== 'draft') throw new Problem('conflict', 'Only of a draft can the recipients be changed.')
  const clear = () => store.write(tx => tx.q.deleteFrom('chat_recipients').where('chat_id', '=', chat.id).execute())
  await clear()
  let batch: Listed[] = []
  let line = 0
  const flush = async () => {
    const rows = batch
    batch = []
    await store.write(tx => insertRecipients(tx, chat.id, rows, line - rows.length))
  }
  try {
    for await (const listed of list) {
      if (++line > MOST_RECIPIENTS)
        throw new Problem(
          'invalid',
          `A chat has at most ${MOST_RECIPIENTS.toLocaleString('en')} recipients.`,
          'audience',
        )
      batch.push(listed)
      if (batch.length === AT_ONCE) await flush()
    }
    if (batch.length) await flush()
  } catch (error) {
    await clear() // half of a list is none
    throw error
  }
}

async function insertRecipients(tx: Tx, chatId: string, rows: Listed[], before: number): Promise<void> {
  const values = rows.map((r, i) => ({
    id: newId(),
    chat_id: chatId,
    line: before + i + 1,
    address: r.address.trim().toLowerCase().slice(0, 400),
    name: r.name.trim().slice(0, 200),
    customer_id: r.customerId ?? null,
    fields: r.fields && Object.keys(r.fields).length ? JSON.stringify(r.fields) : null,
    state: 'queued' as const,
    due_at: 0,
    step: 0,
  }))
  for (let i = 0; i < values.length; i += ROWS_IN_A_STATEMENT)
    await tx.q
      .insertInto('chat_recipients')
      .values(values.slice(i, i + ROWS_IN_A_STATEMENT))
      .execute()
}

const ROWS_IN_A_STATEMENT = 100

async function* inSegment(store: Store, segmentId: string): AsyncIterable<Listed> {
  const filter = JSON.parse((await store.read(q => segmentById(q, segmentId))).filter) as Filter
  let after = ''
  for (;;) {
    const found = await store.read(q => customersIn(q, filter, after, AT_ONCE))
    yield* found
    const last = found.at(-1)
    if (found.length < AT_ONCE || !last) return
    after = last.customerId
  }
}

async function* picked(store: Store, ids: string[]): AsyncIterable<Listed> {
  for (const id of new Set(ids)) {
    const { address, name } = await store.read(q => customerById(q, id))
    yield { customerId: id, address, name }
  }
}

/** Addresses between commas, semicolons or line ends; whatever is none is a row all the same, so that nothing is dropped. */
function* typed(text: string): Iterable<Listed> {
  for (const part of text.split(/[,;\n\r]+(?=(?:[^"]*"[^"]*")*[^"]*$)/)) {
    const entry = part.trim()
    if (!entry) continue
    const bracketed = /^(.*)<([^<>]+)>$/s.exec(entry)
    if (bracketed) yield { address: bracketed[2] ?? '', name: (bracketed[1] ?? '').trim().replace(/^["']|["']$/g, '') }
    else if (/\s/.test(entry) && entry.split(/\s+/).every(word => word.includes('@')))
      yield* entry.split(/\s+/).map(address => ({ address, name: '' }))
    else yield { address: entry, name: '' }
  }
}
