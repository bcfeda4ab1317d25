import { type SqlBool, sql } from 'kysely'
import type { DeliveryRow, MessageRow, TicketRow } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'
import { collisionsWith, collisionWords } from '../collisions.ts'
import { redrawCard, redrawMessage } from '../deliveries/redraw.ts'
import { type Actor, record } from '../events.ts'
import { messageById } from '../messages/find.ts'
import { postNotice } from '../messages/notice.ts'
import { refuseUnlessSends } from '../permissions/may.ts'
import { customerWasAnswered } from '../tickets/answers.ts'
import { ticketById } from '../tickets/find.ts'

/** In the very words of the partial index. */
const waitsForItsMoment = sql<SqlBool>`scheduled_at is not null and asked_at is null and state = 'held'`

const MOST = 100

/**
 * Lets the mails go whose moment has come. One whose ticket was closed, or whose customer somebody else wrote to since it
 * was written, stays held, and its author is asked in the thread, once. Returns how many it looked at.
 */
export async function releaseScheduled(tx: Tx): Promise<number> {
  const due = await tx.q
    .selectFrom('deliveries')
    .selectAll()
    .where(waitsForItsMoment)
    .where('scheduled_at', '<=', tx.now)
    .orderBy('scheduled_at')
    .orderBy('id')
    .limit(MOST)
    .execute()
  for (const delivery of due) await release(tx, delivery)
  return due.length
}

async function release(tx: Tx, delivery: DeliveryRow): Promise<void> {
  const m = await messageById(tx.q, delivery.message_id ?? '')
  const ticket = await tx.q
    .selectFrom('tickets')
    .selectAll()
    .where('id', '=', delivery.ticket_id)
    .executeTakeFirstOrThrow()
  const doubt = await reasonToAsk(tx.q, ticket, m, tx.now)
  if (doubt) await ask(tx, delivery, m, doubt)
  else await letGo(tx, delivery, ticket, authorOf(m))
}

function authorOf(m: MessageRow): Actor {
  return { kind: m.author_kind, id: m.author_id, name: m.author_name }
}

/** Why a mail may not be wanted any more, a finished sentence. */
async function reasonToAsk(q: Query, ticket: TicketRow, m: MessageRow, now: number): Promise<string | null> {
  if (ticket.closed_at !== null) return `${ticket.identifier} was closed meanwhile.`
  const [first] = await collisionsWith(q, { id: ticket.customer_id }, m.author_id, now, { since: m.created_at })
  return first ? `${collisionWords(first, now)}.` : null
}

/** The message itself, and the card, have the buttons that decide. */
async function ask(tx: Tx, delivery: DeliveryRow, m: MessageRow, doubt: string): Promise<void> {
  const { numUpdatedRows } = await tx.q
    .updateTable('deliveries')
    .set({ asked_at: tx.now, reason: doubt })
    .where('id', '=', delivery.id)
    .where(waitsForItsMoment)
    .executeTakeFirst()
  if (numUpdatedRows === 0n) return
  const text = `A mail of ${m.author_name}'s was to go now and is held. ${doubt} Send it, or cancel it: the buttons are on the card.`
  await postNotice(tx, delivery.ticket_id, text, `asked:${delivery.id}`, m.author_id)
  await show(tx, delivery)
}

/** Nothing of it is with the customer before: who is faster decides. False when it is not held any more. */
async function letGo(tx: Tx, delivery: DeliveryRow, ticket: TicketRow, actor: Actor): Promise<boolean> {
  const { numUpdatedRows } = await tx.q
    .updateTable('deliveries')
    .set({ state: 'queued', due_at: tx.now, scheduled_at: tx.now, asked_at: null, reason: null })
    .where('id', '=', delivery.id)
    .where('state', '=', 'held')
    .executeTakeFirst()
  if (numUpdatedRows === 0n) return false
  await record(tx, ticket.id, 'mail_released', actor, undefined, { message: delivery.message_id })
  await customerWasAnswered(tx, ticket, actor)
  await show(tx, delivery)
  tx.wake('outbox')
  return true
}

async function show(tx: Tx, { ticket_id, message_id }: DeliveryRow): Promise<void> {
  await redrawCard(tx, ticket_id)
  if (message_id) await redrawMessage(tx, message_id)
}

/**
 * A scheduled mail goes at once, whatever it waited for. Throws a Problem when it is on its way, or was cancelled, and for
 * whoever may not send it.
 */
export async function sendNow(tx: Tx, messageId: string, actor: Actor): Promise<void> {
  const delivery = await tx.q
    .selectFrom('deliveries')
    .selectAll()
    .where('message_id', '=', messageId)
    .where('state', '=', 'held')
    .where('scheduled_at', 'is not', null)
    .executeTakeFirst()
  const ticket = await ticketById(tx.q, (await messageById(tx.q, messageId)).ticket_id)
  await refuseUnlessSends(tx.q, actor, ticket)
  if (!delivery || !(await letGo(tx, delivery, ticket, actor)))
    throw new Problem('conflict', 'This mail is on its way already, or was cancelled.')
}
