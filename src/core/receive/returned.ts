import { prepared } from '../../db/prepared.ts'
import type { DeliveryRow, ThreadRow } from '../../db/schema.ts'
import type { Tx } from '../../db/store.ts'
import type { Arrival } from '../arrival.ts'
import { readBounceToken } from '../tokens.ts'
import { wellKnown } from './match.ts'

/** The mail of ours that a report is about. */
export interface Returned {
  delivery: DeliveryRow
  thread: ThreadRow
  why: string // it is that one, a finished sentence
  isSure: boolean // by something that only we and who got the mail know
}

/**
 * Finds the mail of ours that a report is about: by the signed address that it came back to (VERP), by our Message-ID, or
 * one that the server gave it, within; last by its recipient, where just one mail went there in the last days.
 */
export async function returnedBy(tx: Tx, a: Arrival): Promise<Returned | undefined> {
  return (await byToken(tx, a)) ?? (await byKey(tx, a)) ?? (await byRecipient(tx, a))
}

async function byToken(tx: Tx, a: Arrival): Promise<Returned | undefined> {
  for (const token of a.tokens) {
    const id = readBounceToken(tx.key, token)
    const [delivery] = id ? (await selectById(tx.q, { id })).rows : []
    if (delivery) return found(tx, delivery, 'Matched by the address that it came back to.', true)
  }
  return undefined
}

const selectById = prepared((q, v: { id: string }) =>
  q.selectFrom('deliveries').selectAll().where('id', '=', v.id).where('key', 'is not', null),
)

async function byKey(tx: Tx, a: Arrival): Promise<Returned | undefined> {
  const answers = wellKnown(a.answers)
  if (!answers.length) return undefined
  const rows = await tx.q
    .selectFrom('keys')
    .innerJoin('deliveries as d', j =>
      j.onRef('d.message_id', '=', 'keys.message_id').onRef('d.thread_id', '=', 'keys.thread_id'),
    )
    .selectAll('d')
    .where('keys.channel', '=', a.channel)
    .where('keys.key', 'in', answers)
    .where('d.key', 'is not', null)
    .where(e => e.or([e('d.key', '=', e.ref('keys.key')), e('d.external_id', '=', e.ref('keys.key'))]))
    .execute()
  const newest = answers.flatMap(key => rows.find(d => d.key === key || d.external_id === key) ?? [])[0]
  return newest && found(tx, newest, 'Matched by the mail that it returns.', true)
}

const RECENT_MS = 7 * 24 * 3_600_000
const MOST_RECIPIENTS = 20

async function byRecipient(tx: Tx, a: Arrival): Promise<Returned | undefined> {
  const recipients = (a.bounce?.recipients ?? []).slice(0, MOST_RECIPIENTS)
  if (!recipients.length || a.trust.verdict === 'fail') return undefined
  const rows = await tx.q
    .selectFrom('threads as t')
    .innerJoin('deliveries as d', j => j.onRef('d.ticket_id', '=', 't.ticket_id').onRef('d.thread_id', '=', 't.id'))
    .selectAll('d')
    .where('t.place', 'in', recipients)
    .where('t.channel', '=', a.channel)
    .where(e => e.or([e('d.place', 'is', null), e('d.place', 'in', recipients)]))
    .where('d.key', 'is not', null)
    .where('d.state', '=', 'sent')
    .where('d.sent_at', '>', tx.now - RECENT_MS)
    .limit(2)
    .execute()
  const [only] = rows.length === 1 ? rows : []
  const why = 'Matched by its recipient, to whom just one mail went in the last days.'
  return only && found(tx, only, why, false)
}

async function found(tx: Tx, delivery: DeliveryRow, why: string, isSure: boolean): Promise<Returned> {
  const thread = await tx.q
    .selectFrom('threads')
    .selectAll()
    .where('id', '=', delivery.thread_id)
    .executeTakeFirstOrThrow()
  return { delivery, thread, why, isSure }
}
