import { prepared, preparedMany } from '../../db/prepared.ts'
import type { Tx } from '../../db/store.ts'
import { tableOf } from '../../db/table.ts'
import { domainOf } from '../addresses.ts'
import { alert } from '../alerts.ts'
import { chatMailFailed, chatMailsSent } from '../chats/became.ts'
import { overture, record } from '../events.ts'
import type { Letter, Outcome, Recipients, Refusal, Retry } from '../letter.ts'
import { postNotice } from '../messages/notice.ts'
import { suppress } from '../suppressions.ts'
import { learnKey } from '../threads.ts'
import { redrawCards, redrawMessage } from './redraw.ts'
import { givenUp, nextTry } from './retry.ts'

/** A letter that was carried, and what its channel said. */
export interface Carried {
  letter: Letter
  outcome: Outcome
}

/** Writes down what became of a letter. Twice the same changes nothing. */
export function settle(tx: Tx, letter: Letter, outcome: Outcome): Promise<void> {
  return settleAll(tx, [{ letter, outcome }])
}

/** The same for many letters, all or none; a hundred that were sent cost little more than one. */
export async function settleAll(tx: Tx, carried: Carried[]): Promise<void> {
  const sent: Sent[] = []
  for (const { letter, outcome } of carried) {
    if (outcome.recipients) await settleRecipients(tx, letter, outcome.recipients)
    if ('sent' in outcome) sent.push({ letter, ...outcome.sent })
    else if ('refused' in outcome) await settleRefused(tx, letter, outcome.refused)
    else await settleRetry(tx, letter, outcome.retry, hasCustomer(letter, outcome.recipients))
  }
  await settleSent(tx, sent)
}

async function settleRetry(tx: Tx, letter: Letter, retry: Retry, taken: boolean): Promise<void> {
  if (retry.uncertain && letter.uncertainAt !== null && !taken)
    return settleRefused(tx, letter, { reason: TWICE_UNCERTAIN })
  const wait = nextTry(letter, retry, tx.now)
  if (wait === null) return giveUp(tx, letter, retry, taken)
  const isCounted = retry.tries !== 'uncounted'
  await tx.q
    .updateTable('deliveries')
    .set(e => ({
      due_at: tx.now + wait,
      ...(retry.reason ? { reason: retry.reason } : {}),
      ...(isCounted ? {} : { attempts: e('attempts', '-', 1) }),
      ...(isCounted && letter.key !== null ? { deferred_at: letter.deferredAt ?? tx.now } : {}),
      ...(retry.tries === 'later' || retry.tries === 'daily' ? { deferrals: e('deferrals', '+', 1) } : {}),
      ...(retry.uncertain ? { uncertain_at: tx.now } : {}),
      ...(taken ? { sent_at: e.fn.coalesce('sent_at', e.val(tx.now)) } : {}),
    }))
    .where('id', '=', letter.id)
    .where('state', '=', 'queued')
    .execute()
  if (retry.uncertain) await show(tx, [letter])
  tx.wake('outbox')
}

const TWICE_UNCERTAIN =
  'The connection was lost twice while the mail server was taking the mail. It may have arrived: ask the customer before you send it again.'

/** What the customer has is sent, even where a copy never arrived. */
async function giveUp(tx: Tx, letter: Letter, retry: Retry, taken: boolean): Promise<void> {
  if (!taken) return settleRefused(tx, letter, { reason: givenUp(retry) })
  const waiting = letter.copies.filter(c => !letter.handed.includes(c))
  await tellOfMissed(
    tx,
    letter,
    waiting.map(address => ({ address, reason: givenUp(retry) })),
  )
  return settleSent(tx, [{ letter, id: letter.key as string }])
}

interface Sent {
  letter: Letter
  id: string
  root?: string
}

async function settleSent(tx: Tx, all: Sent[]): Promise<void> {
  if (!all.length) return
  const { rows } = await markSent(
    tx.q,
    all.map(({ letter, id }) => ({ id: letter.id, version: letter.version, externalId: id, now: tx.now })),
  )
  const marked = new Set(rows.map(r => r.id))
  const sent = all.filter(s => marked.has(s.letter.id))
  for (const { letter, id, root } of sent) {
    if (letter.key !== null && letter.key !== id) await learnSentKey(tx, letter, id)
    if (root && letter.thread.root === null) await setRoot(tx.q, { threadId: letter.thread.id, root })
  }
  const mails = sent.map(s => s.letter).filter(l => l.thread.side === 'customer')
  await show(tx, mails)
  const openings = mails.filter(l => l.message?.opening && l.key !== null)
  await chatMailsSent(
    tx,
    openings.map(l => l.ticket.id),
  )
}

const markSent = preparedMany((q, sent: { id: string; version: number; externalId: string; now: number }[]) =>
  q
    .updateTable('deliveries')
    .from(tableOf(sent, s => [s.id, s.externalId, s.version]).as('carried'))
    .set(e => ({
      // a newer version than the one carried is due at once
      state: e
        .case()
        .when('version', '=', e.cast<number>('carried.column3', 'integer'))
        .then('sent' as const)
        .else('queued' as const)
        .end(),
      due_at: sent[0]?.now ?? 0,
      external_id: e.ref('carried.column2'),
      sent_at: e.fn.coalesce('sent_at', e.val(sent[0]?.now ?? 0)),
      reason: null,
      deferred_at: null,
      deferrals: 0,
      late_at: null,
    }))
    .whereRef('id', '=', 'carried.column1')
    .where('state', 'in', ['queued', 'held']) // held back with its chat, while it was being carried
    .returning('id'),
)

const setRoot = prepared((q, v: { threadId: string; root: string }) =>
  q.updateTable('threads').set({ root: v.root }).where('id', '=', v.threadId).where('root', 'is', null),
)

/** Some mail servers put an id of their own in place of ours; answers will then name theirs. */
async function learnSentKey(tx: Tx, letter: Letter, key: string): Promise<void> {
  await learnKey(tx, {
    channel: letter.channel,
    key,
    threadId: letter.thread.id,
    messageId: letter.message?.id ?? null,
  })
}

async function settleRefused(tx: Tx, letter: Letter, refused: Refusal): Promise<void> {
  const { numUpdatedRows } = await tx.q
    .updateTable('deliveries')
    .set({ state: 'failed', reason: refused.reason, deferred_at: null, deferrals: 0, late_at: null })
    .where('id', '=', letter.id)
    .where('state', 'in', ['queued', 'held'])
    .executeTakeFirst()
  if (numUpdatedRows === 0n || letter.thread.side !== 'customer') return
  if (refused.alert) await alertOfRefusal(tx, letter, refused.reason)
  if (refused.broken === 'address') await suppress(tx, letter.thread.place, refused.reason, 'smtp')
  if (letter.message?.opening) await chatMailFailed(tx, letter.ticket.id, refused.reason, refused.broken === 'address')
  await record(tx, letter.ticketId, 'delivery_failed', overture, undefined, {
    to: letter.thread.place,
    reason: refused.reason,
  })
  await show(tx, [letter])
}

/** One for each sender and domain: it is about us, so it will be the same for others there. */
async function alertOfRefusal(tx: Tx, { thread, ticket }: Letter, reason: string): Promise<void> {
  const domain = domainOf(thread.place)
  const from = ticket.sender?.address ?? ticket.team.name
  const text = `Mail from ${from} to ${domain} is refused for what it is or where it comes from. ${reason} See whether SPF, DKIM and DMARC are right (overture doctor) and whether the mail server is on a blocklist.`
  await alert(tx, `refused:${from}:${domain}`, text, ticket.team.id)
}

/** Of a mail with several recipients: who has it is not sent it again; who never will is named. */
async function settleRecipients(tx: Tx, letter: Letter, { taken, missed }: Recipients): Promise<void> {
  const handed = [...new Set([...letter.handed, ...taken, ...missed.map(m => m.address)])]
  const { numUpdatedRows } = await tx.q
    .updateTable('deliveries')
    .set({ handed: JSON.stringify(handed) })
    .where('id', '=', letter.id)
    .where('state', '=', 'queued')
    .executeTakeFirst()
  if (numUpdatedRows > 0n) await tellOfMissed(tx, letter, missed)
}

async function tellOfMissed(tx: Tx, letter: Letter, missed: Recipients['missed']): Promise<void> {
  const copies = missed.filter(m => m.address !== letter.thread.place && !letter.handed.includes(m.address))
  for (const { address, reason, broken } of copies) if (broken) await suppress(tx, address, reason, 'smtp')
  if (!copies.length) return
  const lines = copies.map(m => `${m.address} did not get a copy. ${m.reason}`)
  await postNotice(tx, letter.ticketId, lines.join('\n'))
}

function hasCustomer(letter: Letter, recipients: Recipients | undefined): boolean {
  return letter.handed.includes(letter.thread.place) || !!recipients?.taken.includes(letter.thread.place)
}

/** The desk sees what became of mails: on the card, and on the message itself. */
async function show(tx: Tx, letters: Letter[]): Promise<void> {
  await redrawCards(
    tx,
    letters.map(l => l.ticketId),
  )
  for (const { message } of letters) if (message && !message.opening) await redrawMessage(tx, message.id)
}
