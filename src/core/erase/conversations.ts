import { containing } from '../../db/like.ts'
import type { Query, Tx } from '../../db/store.ts'
import { dropBytes } from '../attachments.ts'
import { redrawAbove, redrawCard, redrawMessage } from '../deliveries/redraw.ts'
import { touchTicket } from '../find/stale.ts'
import { hasProgramKey } from '../messages/find.ts'
import { ERASED, type Erasing, type Piece } from './piece.ts'
import { eraseFacts } from './programs.ts'
import { eraseToldOf } from './told.ts'

const TICKETS_AT_ONCE = 20

/** The customer's tickets become tombstones without a word: number and times stay, so that nothing is counted otherwise. */
export async function eraseTickets(tx: Tx, e: Erasing): Promise<Piece> {
  if (!e.customerId) return { cursor: null }
  const rows = await tx.q
    .selectFrom('tickets')
    .select('id')
    .where('customer_id', '=', e.customerId)
    .where('id', '>', e.cursor)
    .orderBy('id')
    .limit(TICKETS_AT_ONCE)
    .execute()
  const ids = rows.map(r => r.id)
  if (!ids.length) return { cursor: null }
  const threads = await tx.q
    .selectFrom('threads')
    .select('id')
    .where('ticket_id', 'in', ids)
    .where('side', '=', 'customer')
    .execute()
  await eraseThreads(
    tx,
    threads.map(th => th.id),
  )
  await tx.q
    .updateTable('deliveries')
    .set({ state: 'cancelled' })
    .where('ticket_id', 'in', ids)
    .where('state', 'in', ['held', 'queued'])
    .execute()
  await tx.q.deleteFrom('desk_posts').where('ticket_id', 'in', ids).where('due_at', 'is not', null).execute()
  for (const table of ['field_values', 'reminders', 'drafts'] as const)
    await tx.q.deleteFrom(table).where('ticket_id', 'in', ids).execute()
  await eraseFacts(tx, ids)
  await tx.q.updateTable('chat_posts').set({ text: '', due_at: null }).where('ticket_id', 'in', ids).execute()
  await eraseToldOf(tx, ids)
  await tx.q
    .updateTable('tickets')
    .set(t => ({
      subject: ERASED,
      description: null,
      status: 'closed' as const,
      close_reason: null,
      assigned_by: null,
      dedup_key: null,
      queued_at: null,
      snoozed_until: null,
      sub_status_id: null,
      closed_at: t.fn.coalesce('closed_at', t.val(tx.now)),
      deleted_at: t.fn.coalesce('deleted_at', t.val(tx.now)),
      deleted_by: ERASED,
    }))
    .where('id', 'in', ids)
    .execute()
  await tx.q
    .updateTable('events')
    .set(v => ({
      before: null,
      after: null,
      actor_name: v
        .case()
        .when('actor_kind', 'in', ['customer', 'stranger'])
        .then(ERASED)
        .else(v.ref('actor_name'))
        .end(),
    }))
    .where('ticket_id', 'in', ids)
    .execute()
  for (const id of ids) touchTicket(tx, id) // nobody finds it any more
  await redrawAbove(tx, ids)
  return { cursor: ids.at(-1) as string, counts: { tickets: ids.length } }
}

/**
 * Mail threads of theirs: nothing goes out there any more, nothing says where that was, and what was mailed there is erased
 * also where it is on another's ticket by now.
 */
async function eraseThreads(tx: Tx, threadIds: string[]): Promise<void> {
  if (!threadIds.length) return
  await tx.q
    .updateTable('deliveries')
    .set({ state: 'cancelled' })
    .where('thread_id', 'in', threadIds)
    .where('state', 'in', ['held', 'queued'])
    .execute()
  const mailed = await tx.q
    .updateTable('deliveries')
    .set({ place: null, copies: null, blind: null, handed: null, reason: null })
    .where('thread_id', 'in', threadIds)
    .returning('message_id')
    .execute()
  const messageIds = [...new Set(mailed.flatMap(d => d.message_id ?? []))]
  if (messageIds.length) await eraseWords(tx, messageIds)
  for (const id of messageIds) await redrawMessage(tx, id)
  await tx.q.updateTable('threads').set({ place: ERASED.toLowerCase() }).where('id', 'in', threadIds).execute()
}

/** Tickets that were theirs before they became another customer's: the mail threads with them, and what tells of them. */
export async function eraseFormer(tx: Tx, e: Erasing): Promise<Piece> {
  const threads = await tx.q
    .selectFrom('threads')
    .select(['id', 'ticket_id'])
    .where('place', 'in', e.addresses)
    .where('side', '=', 'customer')
    .limit(TICKETS_AT_ONCE)
    .execute()
  if (!threads.length) return { cursor: null }
  await eraseWordsAbout(
    tx,
    e,
    threads.map(th => th.ticket_id),
  )
  await eraseThreads(
    tx,
    threads.map(th => th.id),
  )
  await eraseToldOf(
    tx,
    threads.map(th => th.ticket_id),
  )
  return { cursor: e.cursor }
}

const MESSAGES_AT_ONCE = 100

/**
 * Takes away what was written on the customer's tickets, by whomever, or, `elsewhere`, what they wrote on others': words,
 * versions, files, names, and the mail as it came. Message-IDs stay, so that no mailbox brings a mail in anew.
 */
export async function eraseMessages(tx: Tx, e: Erasing, which: 'theirs' | 'elsewhere'): Promise<Piece> {
  const rows = which === 'theirs' ? await onTheirTickets(tx.q, e) : await onOthers(tx.q, e)
  if (!rows.length) return { cursor: null }
  const ids = rows.map(r => r.id)
  const files = await eraseFiles(tx, ids)
  if (which === 'elsewhere') await eraseWordsAbout(tx, e, await ticketsOf(tx.q, ids))
  await eraseWords(tx, ids)
  await eraseRaw(
    tx,
    rows.flatMap(r => r.inbound_id ?? []),
  )
  return { cursor: ids.at(-1) as string, counts: { messages: ids.length, files } }
}

async function eraseWords(tx: Tx, ids: string[]): Promise<void> {
  for (const table of ['message_versions', 'mail_wishes'] as const)
    await tx.q.deleteFrom(table).where('message_id', 'in', ids).execute()
  await eraseFacts(tx, ids)
  await tx.q
    .updateTable('messages')
    .set(v => ({
      body: '[]',
      text: '',
      full: null,
      author_name: v
        .case()
        .when('author_kind', 'in', ['customer', 'stranger'])
        .then(ERASED)
        .else(v.ref('author_name'))
        .end(),
      author_address: null,
      copies: null,
      matched_by: null,
      doubt: null,
      dedup_key: v.case().when(hasProgramKey(v)).then(null).else(v.ref('dedup_key')).end(),
      pinned_at: null,
      deleted_at: v.fn.coalesce('deleted_at', v.val(tx.now)),
    }))
    .where('id', 'in', ids)
    .execute()
  for (const ticketId of await ticketsOf(tx.q, ids)) touchTicket(tx, ticketId)
}

/** What Overture itself said of them on others' tickets, and what the history of those tells. */
async function eraseWordsAbout(tx: Tx, e: Erasing, tickets: string[]): Promise<void> {
  for (const address of e.addresses) {
    const named = containing(address)
    const said = await tx.q
      .selectFrom('messages')
      .select(['id', 'ticket_id'])
      .where('ticket_id', 'in', tickets)
      .where('author_kind', '=', 'system')
      .where(m => m(m.fn('lower', ['text']), 'like', named))
      .execute()
    if (said.length)
      await eraseWords(
        tx,
        said.map(m => m.id),
      )
    for (const { id, ticket_id } of said) {
      await redrawMessage(tx, id)
      await redrawCard(tx, ticket_id)
    }
    for (const column of ['before', 'after'] as const)
      await tx.q
        .updateTable('events')
        .set({ [column]: null })
        .where('ticket_id', 'in', tickets)
        .where(v => v(v.fn('lower', [column]), 'like', named))
        .execute()
  }
  await tx.q
    .updateTable('events')
    .set({ actor_name: ERASED })
    .where('ticket_id', 'in', tickets)
    .where('actor_kind', 'in', ['customer', 'stranger'])
    .where('actor_id', '=', e.customerId ?? '')
    .execute()
}

async function ticketsOf(q: Query, messageIds: string[]): Promise<string[]> {
  const rows = await q.selectFrom('messages').select('ticket_id').distinct().where('id', 'in', messageIds).execute()
  return rows.map(r => r.ticket_id)
}

type Found = { id: string; inbound_id: string | null }[]

function onTheirTickets(q: Query, e: Erasing): Promise<Found> {
  return q
    .selectFrom('messages as m')
    .innerJoin('tickets as t', 't.id', 'm.ticket_id')
    .select(['m.id', 'm.inbound_id'])
    .where('t.customer_id', '=', e.customerId ?? '')
    .where('m.id', '>', e.cursor)
    .orderBy('m.id')
    .limit(MESSAGES_AT_ONCE)
    .execute()
}

function onOthers(q: Query, e: Erasing): Promise<Found> {
  return q
    .selectFrom('messages')
    .select(['id', 'inbound_id'])
    .where('author_address', 'in', e.addresses)
    .where('id', '>', e.cursor)
    .orderBy('id')
    .limit(MESSAGES_AT_ONCE)
    .execute()
}

/** The files of these messages, and their bytes where nobody else has the same. Returns how many files. */
async function eraseFiles(tx: Tx, messageIds: string[]): Promise<number> {
  const files = await tx.q
    .selectFrom('attachments')
    .select(['id', 'sha256'])
    .where('message_id', 'in', messageIds)
    .execute()
  if (!files.length) return 0
  await tx.q
    .deleteFrom('attachments')
    .where(
      'id',
      'in',
      files.map(f => f.id),
    )
    .execute()
  for (const sha256 of new Set(files.map(f => f.sha256))) await dropBytes(tx, sha256)
  return files.length
}

/** Arrivals keep only the key by which the same one is known. What nobody had dealt with is dealt with. */
export async function eraseRaw(tx: Tx, inboundIds: string[]): Promise<void> {
  if (!inboundIds.length) return
  await tx.q
    .updateTable('inbound')
    .set(v => ({
      raw: Buffer.alloc(0),
      envelope: '{}',
      about: null,
      reason: 'Its author was forgotten.',
      from_address: null,
      dropped_at: tx.now,
      settled_at: v.fn.coalesce('settled_at', v.val(tx.now)),
      state: v
        .case()
        .when('state', '=', 'recorded')
        .then('recorded' as const)
        .else('ignored' as const)
        .end(),
    }))
    .where('id', 'in', inboundIds)
    .execute()
}
