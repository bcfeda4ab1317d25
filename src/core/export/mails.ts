import type { Query, Store } from '../../db/store.ts'
import type { Letter } from '../letter.ts'
import { lettersFor } from '../letters.ts'
import type { Ids } from './tickets.ts'

/** A mail of a ticket, as a file. */
export interface MailFile {
  path: string // SUP-1/2026-01-05T09-00-00 from jane@acme.test.eml
  at: number
  bytes: Buffer
}

/**
 * The mails of the tickets, one after another: what came in as it came, and what we sent, made again from what is stored
 * by `compose`. A mail whose bytes were let go since is there as the text that we read.
 */
export async function* mailsOf(
  store: Store,
  ids: Ids,
  compose: (letter: Letter) => Promise<Buffer>,
): AsyncIterable<MailFile> {
  for await (const some of ids)
    for (const id of some) {
      const taken = new Set<string>()
      for (const m of await store.read(q => messagesOf(q, id))) {
        const isOurs = m.author_kind === 'agent'
        const file = isOurs ? await sent(store, m, compose) : m.inbound_id ? await received(store, m) : null
        if (file) yield { at: m.created_at, bytes: file.bytes, path: pathOf(m, file.ending, taken) }
      }
      await new Promise(resolve => setImmediate(resolve)) // others' work comes in between
    }
}

type Row = Awaited<ReturnType<typeof messagesOf>>[number]

function messagesOf(q: Query, ticketId: string) {
  return q
    .selectFrom('messages as m')
    .innerJoin('tickets as t', 't.id', 'm.ticket_id')
    .select(['m.id', 'm.inbound_id', 'm.author_kind', 'm.author_address', 'm.author_name', 'm.text', 'm.created_at'])
    .select(['t.identifier', 't.subject'])
    .where('m.ticket_id', '=', ticketId)
    .where('m.deleted_at', 'is', null)
    .where('t.deleted_at', 'is', null)
    .orderBy('m.id')
    .execute()
}

interface Content {
  bytes: Buffer
  ending: 'eml' | 'txt'
}

async function received(store: Store, m: Row): Promise<Content> {
  const row = await store.read(q =>
    q
      .selectFrom('inbound')
      .select('raw')
      .where('id', '=', m.inbound_id ?? '')
      .executeTakeFirst(),
  )
  return row?.raw.length ? { bytes: row.raw, ending: 'eml' } : asText(m)
}

/** What the customer got of ours; nothing where they did not. */
async function sent(store: Store, m: Row, compose: (letter: Letter) => Promise<Buffer>): Promise<Content | null> {
  const letter = await store.read(async q => {
    const row = await q
      .selectFrom('deliveries')
      .selectAll()
      .where('message_id', '=', m.id)
      .where('key', 'is not', null)
      .where('sent_at', 'is not', null)
      .orderBy('id')
      .limit(1)
      .executeTakeFirst()
    return row && (await lettersFor(q, store, [{ ...row, handed: null }]))[0]
  })
  if (!letter) return null
  // its sender may be no more, or its secrets locked: what was said is not lost by that
  return compose(letter).then(
    bytes => ({ bytes, ending: 'eml' }),
    () => asText(m),
  )
}

function asText(m: Row): Content {
  const from = m.author_address ? `${m.author_name} <${m.author_address}>` : m.author_name
  const head = `From: ${from}\nSubject: ${m.subject}\nDate: ${new Date(m.created_at).toISOString()}`
  return { bytes: Buffer.from(`${head}\n\n${m.text}\n`), ending: 'txt' }
}

/** Names that every system takes, and none twice. */
function pathOf(m: Row, ending: string, taken: Set<string>): string {
  const at = new Date(m.created_at).toISOString().slice(0, 19).replace(/:/g, '-')
  const by = (m.author_address ?? m.author_name).replace(/[^\p{L}\p{N}@._ -]/gu, '_').slice(0, 80)
  const base = `${m.identifier}/${at} from ${by}`
  let path = `${base}.${ending}`
  for (let n = 2; taken.has(path); n++) path = `${base} (${n}).${ending}`
  taken.add(path)
  return path
}
