import type { MessageRow } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { newId } from '../../lib/id.ts'
import { Problem } from '../../lib/problem.ts'
import { copiesBy } from '../copies.ts'
import { redrawCard, redrawMessage } from '../deliveries/redraw.ts'
import { type Document, plainText } from '../document.ts'
import { type Actor, record } from '../events.ts'
import { refuseUnlessSends, writingOf } from '../permissions/may.ts'
import { refuseOverheard } from '../places.ts'
import { answerWasTakenBack } from '../tickets/answers.ts'
import { ticketById } from '../tickets/find.ts'
import type { CopiesWanted } from '../view.ts'
import { correctionOf } from './correction.ts'
import { messageByDedupKey, messageById } from './find.ts'
import { postNotice } from './notice.ts'
import { postMessage } from './post.ts'
import { cancelHeld, takeBack } from './withdraw.ts'

/**
 * What an edit or a deletion could still do: `held` the customer gets the new version, `out` they have the old one,
 * `leaving` a mail is being tried and perhaps they have it.
 */
export type Reach = 'held' | 'leaving' | 'out' | 'ours'

/**
 * Replaces a message's text and keeps the old version. Returns whether the customer has the old one, or may have it: a mail
 * that is being tried goes on as it was agreed to. What a colleague agreed to send for a drafter, and is held, waits to be
 * agreed to anew.
 */
export async function editMessage(tx: Tx, id: string, body: Document, actor: Actor): Promise<Reach> {
  const m = await messageById(tx.q, id)
  const text = plainText(body)
  const reach = (await keepHeld(tx, id)) ? 'held' : await reachOf(tx.q, id)
  if (JSON.stringify(body) === m.body) return 'ours'
  await keepInMails(tx, id, await keepVersion(tx, m))
  await tx.q
    .updateTable('messages')
    .set({ body: JSON.stringify(body), text, edited_at: tx.now })
    .where('id', '=', id)
    .execute()
  await record(tx, m.ticket_id, 'message_edited', actor, { text: m.text }, { text, message: id })
  if (reach === 'held' && (await isDrafters(tx.q, m.ticket_id, actor))) {
    await takeBack(tx, id, { isToWait: true })
    await tx.q.updateTable('messages').set({ visibility: 'undecided' }).where('id', '=', id).execute()
    await answerWasTakenBack(tx, m.ticket_id, actor)
  }
  await redrawMessage(tx, id)
  await redrawCard(tx, m.ticket_id)
  return reach
}

async function isDrafters(q: Query, ticketId: string, { kind, id }: Actor): Promise<boolean> {
  return kind === 'agent' && id !== null && (await writingOf(q, id, await ticketById(q, ticketId))) !== 'sends'
}

/** Keeps what a message says now, which is about to be replaced. Returns the version's id. */
export async function keepVersion(tx: Tx, m: Pick<MessageRow, 'id' | 'body' | 'text'>): Promise<string> {
  const id = newId()
  await tx.q
    .insertInto('message_versions')
    .values({ id, message_id: m.id, body: m.body, text: m.text, replaced_at: tx.now })
    .execute()
  return id
}

/** A mail that is being tried may have arrived: each further try says the same, and nothing that nobody agreed to. */
async function keepInMails(tx: Tx, messageId: string, versionId: string): Promise<void> {
  await tx.q
    .updateTable('deliveries')
    .set({ agreed_id: versionId })
    .where('message_id', '=', messageId)
    .where('key', 'is not', null)
    .where('state', '=', 'queued')
    .where('agreed_id', 'is', null)
    .execute()
}

/** Deletes a message at the desk; what is held, or would be tried again, is not sent. Returns whether the customer has it. */
export async function deleteMessage(tx: Tx, id: string, actor: Actor): Promise<Reach> {
  const m = await messageById(tx.q, id)
  if (m.deleted_at !== null) return 'ours'
  const reach = (await cancelHeld(tx, id)) ? 'held' : await reachOf(tx.q, id)
  await tx.q.updateTable('messages').set({ deleted_at: tx.now }).where('id', '=', id).execute()
  await record(tx, m.ticket_id, 'message_deleted', actor, { text: m.text }, { message: id })
  if (reach === 'held') await answerWasTakenBack(tx, m.ticket_id, actor)
  await redrawCard(tx, m.ticket_id)
  return reach
}

/** The same, and where the customer has it all the same, or may have it, the desk is told. */
export async function removeMessage(tx: Tx, id: string, actor: Actor): Promise<void> {
  const m = await messageById(tx.q, id)
  const reach = await deleteMessage(tx, id, actor)
  if (reach === 'out' || reach === 'leaving')
    await postNotice(tx, m.ticket_id, `${actor.name} deleted a message here${GONE[reach]}`, `deleted:${id}`)
}

const GONE = {
  out: ', but the customer has it already: a mail cannot be called back.',
  leaving: ' while its mail was on its way: it is not sent, unless the mail server had just taken it.',
}

/** While this transaction lasts nobody claims what is held of the message. False when nothing is. */
async function keepHeld(tx: Tx, messageId: string): Promise<boolean> {
  const { numUpdatedRows } = await tx.q
    .updateTable('deliveries')
    .set(e => ({ version: e('version', '+', 1) }))
    .where('message_id', '=', messageId)
    .where('state', '=', 'held')
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

async function reachOf(q: Query, messageId: string): Promise<Reach> {
  const rows = await q
    .selectFrom('deliveries')
    .innerJoin('threads', 'threads.id', 'deliveries.thread_id')
    .select('deliveries.state')
    .where('deliveries.message_id', '=', messageId)
    .where('threads.side', '=', 'customer')
    .execute()
  if (rows.some(r => r.state === 'sent' || r.state === 'bounced')) return 'out'
  return rows.some(r => r.state === 'queued') ? 'leaving' : 'ours'
}

/**
 * Tells the customer, in a mail of its own, what a message says by now whose old version they have: what was wrong and
 * what is right. Throws a Problem when there is nothing to correct.
 */
export async function sendCorrection(tx: Tx, id: string, actor: Actor): Promise<string> {
  const m = await messageById(tx.q, id)
  if (m.deleted_at !== null || m.visibility !== 'public') throw new Problem('conflict', 'There is nothing to correct.')
  await refuseUnlessSends(tx.q, actor, await ticketById(tx.q, m.ticket_id))
  if (m.from_thread_id !== null) await refuseOverheard(tx.q, (await ticketById(tx.q, m.ticket_id)).team_id)
  const key = `correction:${id}:${m.edited_at}`
  const known = await messageByDedupKey(tx.q, key)
  if (known) return known
  const had = await versionTheyHave(tx.q, m)
  if (!had || had === m.body) throw new Problem('conflict', 'There is nothing to correct: the customer has this text.')
  const body = correctionOf(JSON.parse(had), JSON.parse(m.body))
  return postMessage(tx, {
    ticketId: m.ticket_id,
    author: actor,
    body,
    visibility: 'public',
    ...(await copiesSent(tx.q, id)), // whoever has the old one is to have this, too
    dedupKey: key,
  })
}

/** The text that was mailed, or is being tried, or that the last correction told of; undefined when that is what it says now. */
async function versionTheyHave(q: Query, m: MessageRow): Promise<string | undefined> {
  const mailed = await q
    .selectFrom('deliveries')
    .select(['sent_at', 'agreed_id'])
    .where('message_id', '=', m.id)
    .where('key', 'is not', null)
    .where('state', 'in', ['queued', 'sent', 'bounced'])
    .orderBy('id', 'desc') // sent again, it went as it is by then
    .limit(1)
    .executeTakeFirst()
  const corrected = await q
    .selectFrom('messages')
    .select(e => e.fn.max('created_at').as('at'))
    .where('ticket_id', '=', m.ticket_id)
    .where('dedup_key', 'like', `correction:${m.id}:%`)
    .executeTakeFirst()
  const agreed = mailed?.agreed_id ?? null
  const told = corrected?.at == null ? null : Number(corrected.at)
  if (agreed === null && mailed?.sent_at == null) return undefined // nothing was changed since it is being tried
  const version = await q
    .selectFrom('message_versions')
    .select('body')
    .where('message_id', '=', m.id)
    .$if(agreed !== null && told === null, s => s.where('id', '=', agreed))
    .$if(agreed !== null && told !== null, s => s.where('replaced_at', '>=', told as number))
    .$if(agreed === null, s => s.where('replaced_at', '>=', Math.max(Number(mailed?.sent_at), told ?? 0)))
    .orderBy('id')
    .limit(1)
    .executeTakeFirst()
  return version?.body
}

async function copiesSent(q: Query, messageId: string): Promise<Required<CopiesWanted>> {
  const rows = await q
    .selectFrom('deliveries')
    .select(['copies', 'blind'])
    .where('message_id', '=', messageId)
    .where('copies', 'is not', null)
    .where('state', 'in', ['queued', 'sent', 'bounced'])
    .execute()
  return copiesBy(rows)
}
