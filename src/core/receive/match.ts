import { prepared } from '../../db/prepared.ts'
import type { ThreadRow } from '../../db/schema.ts'
import type { Tx } from '../../db/store.ts'
import type { Arrival } from '../arrival.ts'
import { customerByAddress } from '../customers.ts'
import { readBounceToken, readReplyToken } from '../tokens.ts'

export interface Match {
  thread: ThreadRow
  why: string // a finished sentence
}

/**
 * The thread that an arrival answers, in this order: by a token that we signed, wherever it was delivered to; by an id that
 * we or the customer's program gave a mail of it, the newest first; by the subject's tag, if we know the author there.
 */
export async function matchOf(tx: Tx, a: Arrival): Promise<Match | undefined> {
  return (await matchByToken(tx, a)) ?? (await matchByKey(tx, a)) ?? (a.tag ? matchByTag(tx, a, a.tag) : undefined)
}

async function matchByToken(tx: Tx, a: Arrival): Promise<Match | undefined> {
  for (const token of a.tokens) {
    const word = readReplyToken(tx.key, token)
    const thread = word && (await selectByToken(tx.q, { word })).rows[0]
    if (thread)
      return (await takenAway(tx, a, thread)) ?? { thread, why: 'Matched by the reply address that it was sent to.' }
    // machines answer to where a mail came from (RFC 3834), which names the mail itself
    const id = readBounceToken(tx.key, token)
    const sent = id && (await selectBySent(tx.q, { id })).rows[0]
    if (sent) return { thread: sent, why: 'Matched by the address that our mail was sent from.' }
  }
  return undefined
}

const selectByToken = prepared((q, v: { word: string }) =>
  q.selectFrom('threads').selectAll().where('token', '=', v.word),
)

const selectBySent = prepared((q, v: { id: string }) =>
  q
    .selectFrom('deliveries')
    .innerJoin('threads', 'threads.id', 'deliveries.thread_id')
    .selectAll('threads')
    .where('deliveries.id', '=', v.id)
    .where('deliveries.key', 'is not', null),
)

/**
 * Somebody moved a mail from this ticket to another: what answers that mail, or what followed it there, still comes to the
 * reply address of the first, and belongs to the second.
 */
async function takenAway(tx: Tx, a: Arrival, from: ThreadRow): Promise<Match | undefined> {
  const [newest] = a.answers
  if (newest === undefined) return undefined
  const found = (await selectByKey(tx.q, { channel: a.channel, key: newest })).rows[0]
  if (!found || found.ticket_id === from.ticket_id) return undefined
  const { rows } = await selectMoved(tx.q, { from: from.ticket_id, to: found.ticket_id })
  return rows.length ? { thread: found, why: 'Matched by the mail that it answers, which was moved.' } : undefined
}

const selectMoved = prepared((q, v: { from: string; to: string }) =>
  q.selectFrom('messages').select('id').where('moved_from_id', '=', v.from).where('ticket_id', '=', v.to).limit(1),
)

async function matchByKey(tx: Tx, a: Arrival): Promise<Match | undefined> {
  const [newest, ...older] = wellKnown(a.answers)
  if (newest === undefined) return undefined
  const [thread] = (await selectByKey(tx.q, { channel: a.channel, key: newest })).rows
  if (thread) return { thread, why: 'Matched by the mail that it answers.' }
  const found = older.length ? await threadsByKeys(tx, a.channel, older) : []
  const first = older.flatMap(key => found.find(t => t.key === key) ?? [])[0]
  return first && { thread: first, why: 'Matched by an earlier mail that it refers to.' }
}

const MOST_ANSWERS = 50

/** A long conversation names hundreds: the newest, and the one that began it, which no program leaves out. */
export function wellKnown(answers: string[]): string[] {
  return answers.length <= MOST_ANSWERS
    ? answers
    : [...answers.slice(0, MOST_ANSWERS - 1), answers[answers.length - 1] as string]
}

const selectByKey = prepared((q, v: { channel: string; key: string }) =>
  q
    .selectFrom('keys')
    .innerJoin('threads', 'threads.id', 'keys.thread_id')
    .selectAll('threads')
    .where('keys.channel', '=', v.channel)
    .where('keys.key', '=', v.key),
)

function threadsByKeys(tx: Tx, channel: string, keys: string[]): Promise<(ThreadRow & { key: string })[]> {
  return tx.q
    .selectFrom('keys')
    .innerJoin('threads', 'threads.id', 'keys.thread_id')
    .selectAll('threads')
    .select('keys.key')
    .where('keys.channel', '=', channel)
    .where('keys.key', 'in', keys)
    .execute()
}

/** Anybody can guess a number, so it counts only where the ticket's customer wrote it, and nothing says they did not. */
async function matchByTag(tx: Tx, a: Arrival, tag: string): Promise<Match | undefined> {
  if (a.trust.verdict === 'fail') return undefined
  const [thread] = (await selectByTag(tx.q, { tag, channel: a.channel })).rows
  if (!thread) return undefined
  const author = await customerByAddress(tx.q, a.from.address)
  if (thread.place !== a.from.address && author?.id !== thread.customer_id) return undefined
  return { thread, why: `Matched by ${tag} in the subject, written by the ticket's customer.` }
}

const selectByTag = prepared((q, v: { tag: string; channel: string }) =>
  q
    .selectFrom('threads')
    .innerJoin('tickets', 'tickets.id', 'threads.ticket_id')
    .selectAll('threads')
    .select('tickets.customer_id')
    .where('tickets.identifier', '=', v.tag)
    .where('threads.side', '=', 'customer')
    .where('threads.channel', '=', v.channel)
    .orderBy('threads.id', 'desc') // the customer's now, before one that it had earlier
    .limit(1),
)
