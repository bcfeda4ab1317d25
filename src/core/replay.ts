import type { InboundRow, InboundState } from '../db/schema.ts'
import type { Query, Tx } from '../db/store.ts'
import { Problem } from '../lib/problem.ts'
import { type Arrival, isAutomatic } from './arrival.ts'
import { attach } from './attachments.ts'
import { redrawCard, redrawMessage } from './deliveries/redraw.ts'
import { plainText } from './document.ts'
import { rawOf } from './dropped.ts'
import { touchTicket } from './find/stale.ts'
import { pendingAgain } from './inbound/settle.ts'
import { keepVersion } from './messages/edit.ts'
import { messageById } from './messages/find.ts'
import { MAIL } from './threads.ts'

/** A mail that came in, for a list of them. */
export interface InboundLine {
  id: string
  receivedAt: number
  state: InboundState
  kind: string | null
  rule: string | null
  reason: string | null
  ticket: string | null // identifier, once it is a message
}

/** The newest mails that came in, newest first, all or those in one state. */
export async function recentMails(q: Query, limit: number, state?: InboundState): Promise<InboundLine[]> {
  let query = q
    .selectFrom('inbound as i')
    .leftJoin('messages as m', 'm.id', 'i.message_id')
    .leftJoin('tickets as t', 't.id', 'm.ticket_id')
    .select(['i.id', 'i.received_at', 'i.state', 'i.kind', 'i.rule', 'i.reason', 't.identifier'])
    .where('i.channel', '=', MAIL)
  if (state) query = query.where('i.state', '=', state)
  const rows = await query.orderBy('i.id', 'desc').limit(limit).execute()
  return rows.map(r => ({
    id: r.id,
    receivedAt: r.received_at,
    state: r.state,
    kind: r.kind,
    rule: r.rule,
    reason: r.reason,
    ticket: r.identifier,
  }))
}

/** A stored mail with its bytes. Throws a Problem when there is none, or when its bytes were deleted after their time. */
export async function storedMail(q: Query, id: string): Promise<InboundRow> {
  const row = await q
    .selectFrom('inbound')
    .selectAll()
    .where('id', '=', id)
    .where('channel', '=', MAIL)
    .executeTakeFirst()
  if (!row) throw new Problem('not_found', 'There is no mail with this id.')
  rawOf(row)
  return row
}

/** What replaying a mail did, or would do. */
export type Replayed =
  | 'pending' // it is understood once more, as if it had just come in
  | 'filled' // the message that said that it could not be read has its words and files now
  | 'recorded' // it is a message, and stays as it is
  | 'held' // it is one of too many of its author, which people let through, or not, together

/** What replaying would do to a mail that is read as a kind today. */
export function replayOutcome(row: InboundRow, kind: Arrival['kind']): Replayed {
  if (row.state === 'held') return 'held'
  if (row.state !== 'recorded') return 'pending'
  return row.kind === 'unreadable' && kind !== 'unreadable' ? 'filled' : 'recorded'
}

/**
 * Replays a mail. One that is no message yet is pending again, unless it is held; one whose message says that it could not
 * be read is filled in; any other message stays as it is, so that no mail becomes two and nothing that people saw changes.
 * Throws a Problem for one that is being understood at the moment.
 */
export async function replay(tx: Tx, row: InboundRow, arrival: Arrival): Promise<Replayed> {
  const outcome = replayOutcome(row, arrival.kind)
  if (outcome === 'pending') await putBack(tx, row)
  if (outcome === 'filled') await fillIn(tx, row, arrival)
  return outcome
}

async function putBack(tx: Tx, row: InboundRow): Promise<void> {
  const { numUpdatedRows } = await tx.q
    .updateTable('inbound')
    .set({ ...pendingAgain(tx), about: null, banned_by: null })
    .where('id', '=', row.id)
    .where('state', 'in', ['unmatched', 'quarantined', 'ignored'])
    .executeTakeFirst()
  if (numUpdatedRows === 0n)
    throw new Problem('conflict', 'This mail is just being understood. Look at it again in a moment.')
  tx.wake('inbox')
}

async function fillIn(tx: Tx, row: InboundRow, a: Arrival): Promise<void> {
  const { numUpdatedRows } = await tx.q
    .updateTable('inbound')
    .set({ kind: a.kind, rule: a.rule })
    .where('id', '=', row.id)
    .where('kind', '=', 'unreadable') // only one of us
    .executeTakeFirst()
  if (numUpdatedRows === 0n || !row.message_id) return
  const m = await messageById(tx.q, row.message_id)
  await keepVersion(tx, m)
  await tx.q
    .updateTable('messages')
    .set({
      body: JSON.stringify(a.body),
      text: plainText(a.body),
      full: a.full ? JSON.stringify(a.full) : null,
      automatic: isAutomatic(a.kind) ? a.rule : null,
      kind: isAutomatic(a.kind) ? a.kind : null,
    })
    .where('id', '=', m.id)
    .execute()
  touchTicket(tx, m.ticket_id)
  await attach(tx, m.id, a.files)
  await redrawMessage(tx, m.id)
  await redrawCard(tx, m.ticket_id)
}
