import type { DeliveryRow, MessageRow } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'
import { copiesBy } from '../copies.ts'
import { redrawAbove, redrawCard, redrawMessage } from '../deliveries/redraw.ts'
import { type Actor, record } from '../events.ts'
import { refuseUnlessMay, refuseUnlessSends } from '../permissions/may.ts'
import { refuseOverheard } from '../places.ts'
import { answerWasTakenBack } from '../tickets/answers.ts'
import { ticketById } from '../tickets/find.ts'
import { messageById } from './find.ts'
import { queueToOthers } from './post.ts'
import { keepWish, takeWish } from './wish.ts'

/**
 * Decides what becomes of a message that an agent wrote: `public` sends it to the customer, and those who get a copy, as
 * its author wished, after the hold; `note` keeps it. A message that was decided before stays as it is, and false is returned.
 */
export async function decideMessage(
  tx: Tx,
  id: string,
  decision: 'public' | 'note',
  actor: Actor,
  copyTo: string[] = [],
): Promise<boolean> {
  const m = await messageById(tx.q, id)
  if (m.deleted_at !== null) throw new Problem('conflict', 'This message was deleted.')
  const ticket = await ticketById(tx.q, m.ticket_id)
  if (decision === 'note' && m.author_id !== actor.id) await refuseUnlessMay(tx.q, actor, 'manage', ticket)
  if (decision === 'public') {
    await refuseUnlessSends(tx.q, actor, ticket)
    if (ticket.published_at === null)
      throw new Problem(
        'conflict',
        `${ticket.identifier} is internal. Publish it first, then the customer can be written to.`,
      )
    if (m.from_thread_id !== null) await refuseOverheard(tx.q, ticket.team_id)
  }
  const undecided = await tx.q
    .updateTable('messages')
    .set({ visibility: decision })
    .where('id', '=', id)
    .where(
      'visibility',
      decision === 'public' ? 'in' : '=',
      (decision === 'public' ? ['undecided', 'note'] : 'undecided') as never,
    )
    .executeTakeFirst()
  if (undecided.numUpdatedRows === 0n) return false
  await record(
    tx,
    m.ticket_id,
    'message_decided',
    actor,
    { visibility: m.visibility },
    { visibility: decision, message: id },
  )
  if (decision === 'note') {
    await redrawCard(tx, m.ticket_id)
    await redrawMessage(tx, id)
  } else {
    const author = { kind: m.author_kind, id: m.author_id, name: m.author_name }
    const { ticket_id: ticketId, from_thread_id: fromThreadId } = m
    const wish = await takeWish(tx, id)
    const mail = { ...wish, copyTo: [...(wish.copyTo ?? []), ...copyTo] }
    await queueToOthers(tx, [{ id, ticketId, visibility: 'public', author, fromThreadId, opening: false, ...mail }])
    await redrawMessage(tx, id)
  }
  return true
}

/**
 * Takes a message back while it is still held; afterwards it is a note. Throws a Problem when the hold is over.
 */
export async function undoSend(tx: Tx, id: string, actor: Actor): Promise<void> {
  const m = await messageById(tx.q, id)
  if (m.author_id !== actor.id) await refuseUnlessMay(tx.q, actor, 'manage', await ticketById(tx.q, m.ticket_id))
  if (!(await withdrawMail(tx, m))) throw new Problem('conflict', 'Too late to undo: the mail is on its way.')
  await record(tx, m.ticket_id, 'send_undone', actor, undefined, { message: id })
  await answerWasTakenBack(tx, m.ticket_id, actor)
}

/** Makes a note of a message that is still held; false when it is not held any more. */
export async function withdrawMail(tx: Tx, m: Pick<MessageRow, 'id' | 'ticket_id' | 'opening'>): Promise<boolean> {
  const held = await heldOf(tx.q, m.id)
  if (!(await cancelHeld(tx, m.id))) return false
  await keepWish(tx, m.id, copiesBy(held)) // sent after all it goes to whom it was to go
  await tx.q.updateTable('messages').set({ visibility: 'note' }).where('id', '=', m.id).execute()
  if (m.opening === 1 && !(await hasMail(tx.q, m.ticket_id))) await makeInternal(tx, m.ticket_id)
  await redrawCard(tx, m.ticket_id)
  await redrawMessage(tx, m.id)
  return true
}

/** Whether the customer has, or is about to get, anything of this ticket. */
async function hasMail(q: Query, ticketId: string): Promise<boolean> {
  const row = await q
    .selectFrom('deliveries')
    .select('id')
    .where('ticket_id', '=', ticketId)
    .where('key', 'is not', null)
    .where('state', 'in', ['queued', 'sent', 'bounced'])
    .executeTakeFirst()
  return row !== undefined
}

/** The customer was not written to after all. What else is held for them becomes a note, too. */
async function makeInternal(tx: Tx, ticketId: string): Promise<void> {
  await tx.q
    .updateTable('tickets')
    .set({ published_at: null, status: 'internal', updated_at: tx.now })
    .where('id', '=', ticketId)
    .execute()
  await redrawAbove(tx, [ticketId])
  const held = await tx.q
    .selectFrom('deliveries')
    .select('message_id')
    .where('ticket_id', '=', ticketId)
    .where('state', '=', 'held')
    .execute()
  for (const { message_id } of held) {
    if (!message_id || !(await cancelHeld(tx, message_id))) continue
    await tx.q.updateTable('messages').set({ visibility: 'note' }).where('id', '=', message_id).execute()
    await redrawMessage(tx, message_id)
  }
}

function heldOf(q: Query, messageId: string): Promise<Pick<DeliveryRow, 'copies' | 'blind'>[]> {
  return q
    .selectFrom('deliveries')
    .select(['copies', 'blind'])
    .where('message_id', '=', messageId)
    .where('state', '=', 'held')
    .execute()
}

/** Takes back what is still held of a message; false when nothing was. */
export async function cancelHeld(tx: Tx, messageId: string): Promise<boolean> {
  const { numUpdatedRows } = await tx.q
    .updateTable('deliveries')
    .set({ state: 'cancelled' })
    .where('message_id', '=', messageId)
    .where('state', '=', 'held')
    .executeTakeFirst()
  return numUpdatedRows > 0n
}
