import type { Tx } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'
import { redrawCard, redrawMessage } from '../deliveries/redraw.ts'
import { type Actor, record } from '../events.ts'
import { refuseUnlessMay, refuseUnlessSends } from '../permissions/may.ts'
import { refuseOverheard } from '../places.ts'
import { answerWasTakenBack } from '../tickets/answers.ts'
import { ticketById } from '../tickets/find.ts'
import { messageById } from './find.ts'
import { queueToOthers } from './post.ts'
import { takeWish } from './wish.ts'
import { withdrawMail } from './withdraw.ts'

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
