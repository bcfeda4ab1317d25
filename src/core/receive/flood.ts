import { prepared } from '../../db/prepared.ts'
import type { TicketRow } from '../../db/schema.ts'
import type { Tx } from '../../db/store.ts'
import { alert } from '../alerts.ts'
import type { Arrival } from '../arrival.ts'
import { aboutOf, settleArrival } from './record.ts'

/** More than people write: two machines that answer each other, or an attack. */
const MOST_AN_HOUR = 30 // from one address, over all tickets
const MOST_ON_A_TICKET = 10
const WITHIN_MS = 10 * 60_000
const HOUR_MS = 3_600_000

/** Why a mail is held that is one of too many of its author's; null while they are not too many. */
export async function floodFrom(tx: Tx, a: Arrival): Promise<string | null> {
  const { address } = a.from
  const { rows } = await selectLastFrom(tx.q, { address, since: tx.now - HOUR_MS })
  if (!rows.length) return null
  return `${address} sent more than ${MOST_AN_HOUR} mails within an hour.`
}

/** The one that is as many as may be, if there is one. */
const selectLastFrom = prepared((q, v: { address: string; since: number }) =>
  q
    .selectFrom('inbound')
    .select('received_at') // stands in the index
    .where('from_address', '=', v.address)
    .where('received_at', '>', v.since)
    .limit(1)
    .offset(MOST_AN_HOUR - 1),
)

/** Why a mail is held that is one of too many on its ticket; null while they are not too many. */
export async function floodOn(tx: Tx, ticket: TicketRow): Promise<string | null> {
  const [tenth] = (await selectTenthOn(tx.q, { ticketId: ticket.id })).rows
  if (!tenth || tenth.created_at <= tx.now - WITHIN_MS) return null
  return `More than ${MOST_ON_A_TICKET} mails came in on ${ticket.identifier} within ten minutes.`
}

const selectTenthOn = prepared((q, v: { ticketId: string }) =>
  q
    .selectFrom('messages')
    .select('created_at')
    .where('ticket_id', '=', v.ticketId)
    .where('author_kind', 'in', ['customer', 'stranger'])
    .orderBy('id', 'desc')
    .limit(1)
    .offset(MOST_ON_A_TICKET - 1),
)

/** Keeps a mail in the tray until somebody lets it through; operators are told once. */
export async function hold(tx: Tx, a: Arrival, why: string, teamId: string | null = null): Promise<void> {
  await settleArrival(tx, a, { state: 'held', reason: why, about: aboutOf(a) })
  const text = `${why} Perhaps two machines answer each other. What ${a.from.address} sends is held: nothing is lost, and it can be let through, here or in Set-up, under the mails left over.`
  await alert(tx, floodKey(a.from.address), text, teamId)
}

/** The key of the alert that tells of it. */
export function floodKey(address: string): string {
  return FLOOD + address
}

const FLOOD = 'flood:'

/** Whose mails an alert of this key is about; null for another alert. */
export function heldAuthor(key: string): string | null {
  return key.startsWith(FLOOD) ? key.slice(FLOOD.length) : null
}
