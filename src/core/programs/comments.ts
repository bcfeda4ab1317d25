import { preparedFor } from '../../db/prepared.ts'
import type { DeliveryState, MessageRow } from '../../db/schema.ts'
import type { Query } from '../../db/store.ts'
import { MAIL } from '../threads.ts'
import { type Facts, factsOf } from './facts.ts'

/** A message as programs are told of it, whole. */
export interface CommentRecord {
  row: MessageRow
  ticket: { id: string; identifier: string }
  author: { name: string; email: string | null } // as customers see them
  customer: { id: string; name: string; address: string } | null // who wrote it, when we know them
  mailId: string | null // Message-ID of the mail that it came or went as, with < >
  mail: CommentMail | null // what became of it on its way to the customer
  files: CommentFile[]
  facts: Facts
}

export interface CommentMail {
  state: DeliveryState
  dueAt: number // when it is to go
  sentAt: number | null
  reason: string | null
}

export interface CommentFile {
  id: string
  name: string
  type: string
  size: number // bytes
}

/** Messages as programs are told of them, by id, also deleted ones. */
export async function commentRecords(q: Query, ids: string[]): Promise<Map<string, CommentRecord>> {
  if (!ids.length) return new Map()
  const rows = await selectRecords(q, ids)
  const [files, mails, facts] = [await filesOf(q, ids), await mailsOf(q, ids), await factsOf(q, ids)]
  const keys = new Map((await selectKeys(q, ids, { channel: MAIL })).map(k => [k.message_id, k.key]))
  return new Map(
    rows.map(r => {
      const { identifier, alias, email, customer_name, ...row } = r
      const address = row.author_address ?? ''
      const isCustomers = row.author_kind === 'customer' || row.author_kind === 'stranger'
      return [
        r.id,
        {
          row,
          ticket: { id: row.ticket_id, identifier },
          author: { name: alias ?? row.author_name, email: isCustomers ? row.author_address : email },
          customer:
            isCustomers && row.author_id
              ? { id: row.author_id, name: customer_name ?? row.author_name, address }
              : null,
          mailId: mails.get(r.id)?.key ?? keys.get(r.id) ?? null,
          mail: mails.get(r.id)?.mail ?? null,
          files: files.get(r.id) ?? [],
          facts: facts.get(r.id) ?? {},
        },
      ]
    }),
  )
}

const selectRecords = preparedFor((q, ids) =>
  q
    .selectFrom('messages as m')
    .innerJoin('tickets as t', 't.id', 'm.ticket_id')
    .leftJoin('agents as a', j => j.onRef('a.id', '=', 'm.author_id').on('m.author_kind', '=', 'agent'))
    .leftJoin('customers as c', 'c.id', 'm.author_id')
    .selectAll('m')
    .select(['t.identifier', 'a.alias', 'a.email', 'c.name as customer_name'])
    .where('m.id', 'in', ids),
)

const selectKeys = preparedFor((q, ids, v: { channel: string }) =>
  q.selectFrom('keys').select(['message_id', 'key']).where('message_id', 'in', ids).where('channel', '=', v.channel),
)

async function filesOf(q: Query, ids: string[]): Promise<Map<string, CommentFile[]>> {
  const found = new Map<string, CommentFile[]>()
  for (const { message_id, ...file } of await selectFiles(q, ids)) {
    const files = found.get(message_id) ?? []
    found.set(message_id, files)
    if (!files.some(f => f.id === file.id)) files.push(file)
  }
  return found
}

const selectFiles = preparedFor((q, ids) =>
  q
    .selectFrom('attachments')
    .select(['id', 'message_id', 'name', 'type', 'size'])
    .where('message_id', 'in', ids)
    .where('minor', '=', 0)
    .orderBy('message_id')
    .orderBy('position'),
)

/** The newest mail of each; one that was taken back is none where there is another. */
async function mailsOf(q: Query, ids: string[]): Promise<Map<string, { key: string | null; mail: CommentMail }>> {
  const rows = await selectMails(q, ids)
  const newest = new Map<string, { key: string | null; mail: CommentMail }>()
  for (const { message_id, key, state, due_at, scheduled_at, sent_at, reason } of rows) {
    if (!message_id || (state === 'cancelled' && newest.has(message_id))) continue
    newest.set(message_id, { key, mail: { state, dueAt: scheduled_at ?? due_at, sentAt: sent_at, reason } })
  }
  return newest
}

const selectMails = preparedFor((q, ids) =>
  q
    .selectFrom('deliveries as d')
    .innerJoin('threads as t', 't.id', 'd.thread_id')
    .select(['d.message_id', 'd.key', 'd.state', 'd.due_at', 'd.scheduled_at', 'd.sent_at', 'd.reason'])
    .where('d.message_id', 'in', ids)
    .where('t.side', '=', 'customer')
    .orderBy('d.id'),
)
