import { prepared } from '../../db/prepared.ts'
import type { Tx } from '../../db/store.ts'
import { type Arrival, isReport } from '../arrival.ts'
import { banAgainst, keepOut } from '../banned-mails.ts'
import { threadOf } from '../threads.ts'
import { homeOf } from '../tickets/find.ts'
import { receiveAnswer } from './answer.ts'
import { receiveFirst } from './first.ts'
import { floodFrom, hold } from './flood.ts'
import { type Match, matchOf } from './match.ts'
import { settleArrival } from './record.ts'
import { receiveReport } from './report.ts'

/**
 * Settles what a customer's channel brought in: a message on the ticket that it answers, a new ticket of the team that it
 * was written to, word of what became of a mail of ours, or put aside where people see it. The same key twice is one message.
 */
export async function receiveArrival(tx: Tx, a: Arrival): Promise<void> {
  const ignored = await reasonToIgnore(tx, a)
  if (ignored) return settleArrival(tx, a, { state: 'ignored', reason: ignored })
  const { teamId, isPassed, given } = await decisionOn(tx, a)
  if (given) return receiveAnswer(tx, a, given, true)
  const ban = isPassed ? undefined : await banAgainst(tx, a)
  if (ban) return keepOut(tx, a, ban)
  if (isReport(a.kind) && !teamId) return receiveReport(tx, a)
  const flood = isPassed || teamId ? null : await floodFrom(tx, a)
  if (flood) return hold(tx, a, flood)
  const match = await matchOf(tx, a)
  if (match) return receiveAnswer(tx, a, match, isPassed)
  await receiveFirst(tx, a, teamId)
}

async function reasonToIgnore(tx: Tx, a: Arrival): Promise<string | null> {
  if ((await selectKey(tx.q, { channel: a.channel, key: a.key })).rows.length) return 'This mail was received before.'
  return a.kind === 'loop' ? `It is our own mail coming back (${a.rule}).` : null
}

const selectKey = prepared((q, v: { channel: string; key: string }) =>
  q.selectFrom('keys').select('key').where('channel', '=', v.channel).where('key', '=', v.key),
)

/** What people decided about an arrival that was put aside before. */
async function decisionOn(tx: Tx, a: Arrival): Promise<Decision> {
  const [row] = (await selectDecision(tx.q, { id: a.inboundId })).rows
  const isPassed = (row?.passed_at ?? null) !== null
  if (!row?.ticket_id) return { teamId: row?.team_id ?? null, isPassed, given: null }
  const { id } = await homeOf(tx.q, row.ticket_id)
  const thread = await threadOf(tx.q, id, 'customer')
  return { teamId: null, isPassed, given: { thread, why: `${row.given_by} moved it here from the mails left over.` } }
}

interface Decision {
  teamId: string | null
  isPassed: boolean
  given: Match | null // to a ticket
}

const selectDecision = prepared((q, v: { id: string }) =>
  q.selectFrom('inbound').select(['team_id', 'passed_at', 'ticket_id', 'given_by']).where('id', '=', v.id),
)
