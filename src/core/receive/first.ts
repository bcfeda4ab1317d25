import type { AgentRow, SenderRow, TicketRow } from '../../db/schema.ts'
import type { Tx } from '../../db/store.ts'
import { type Arrival, isAutomatic } from '../arrival.ts'
import { type CustomerView, customerFor } from '../customers.ts'
import { rememberAgain } from '../erase/forgotten.ts'
import type { Actor } from '../events.ts'
import { cancelScheduledOpenings } from '../schedule/cancel.ts'
import { isOurs, senderByAddress } from '../senders/find.ts'
import { usableSender } from '../senders/usual.ts'
import { teamById } from '../teams.ts'
import { threadOf } from '../threads.ts'
import { openTicketByCustomer } from '../tickets/open-by-customer.ts'
import { noteAbove } from './agent.ts'
import { agentWriting, nameOf } from './author.ts'
import { aboutOf, recordMessage, settleArrival } from './record.ts'
import { bareSubject, isSameSubject } from './subject.ts'

/** Receives what answers nothing of ours: a new ticket of the team that it was written or given to, or the tray. */
export async function receiveFirst(tx: Tx, a: Arrival, teamId: string | null): Promise<void> {
  const sender = teamId ? await usableSender(tx.q, teamId, null) : await writtenTo(tx, a)
  const reason = teamId ? null : reasonForTray(a, sender)
  if (reason || !sender)
    return settleArrival(tx, a, { state: 'unmatched', about: aboutOf(a), reason: reason ?? NOWHERE })
  const agent = await agentWriting(tx, a)
  if (agent && a.forwarded && (await isOfAnother(tx, a, a.forwarded.from.address)))
    return openForwarded(tx, a, sender, agent, a.forwarded)
  await openNew(tx, a, sender)
}

const NOWHERE = 'It was written to no address of ours and answers nothing of ours.'

function reasonForTray(a: Arrival, sender: SenderRow | undefined): string | null {
  if (!sender) return NOWHERE
  if (isAutomatic(a.kind)) return `It is automatic (${a.rule}) and answers nothing of ours.`
  return a.junk
}

async function writtenTo(tx: Tx, a: Arrival): Promise<SenderRow | undefined> {
  for (const address of a.to) {
    const sender = await senderByAddress(tx.q, address)
    if (sender) return sender
  }
  return undefined
}

async function openNew(tx: Tx, a: Arrival, sender: SenderRow): Promise<void> {
  if (a.trust.verdict !== 'fail') await rememberAgain(tx, a.from.address)
  const customer = await customerFor(tx, a.from.address, nameOf(a.from))
  const alike = await ticketLike(tx, customer.id, a.subject, sender.team_id)
  const begun = { sender, customer, subject: a.subject, root: a.key, looksLike: alike?.id ?? null }
  const ticket = await openTicketByCustomer(tx, begun)
  const hint = alike ? ` It looks like ${alike.identifier}.` : ''
  const why = `A new ticket, since it was written to ${sender.address} and answers nothing of ours.${hint}`
  const doubt = a.trust.verdict === 'fail' ? a.trust.says : null
  await recordOpening(tx, a, ticket, authorFor(customer, a.from.address), { why, doubt })
  if (doubt === null) await cancelScheduledOpenings(tx, customer, ticket.identifier)
}

/** A customer wrote to one of us, who passed it on: the ticket is the customer's, and begins with their words. */
async function openForwarded(
  tx: Tx,
  a: Arrival,
  sender: SenderRow,
  agent: AgentRow,
  { from, body }: NonNullable<Arrival['forwarded']>,
): Promise<void> {
  const customer = await customerFor(tx, from.address, nameOf(from))
  const ticket = await openTicketByCustomer(tx, { sender, customer, subject: bareSubject(a.subject), root: null })
  const why = `A new ticket, since ${agent.name} forwarded it to ${sender.address}; it is from ${from.address}.`
  await recordOpening(tx, a, ticket, authorFor(customer, from.address), { why, body, full: a.full ?? a.body })
  await noteAbove(tx, a, ticket.id, agent)
}

async function isOfAnother(tx: Tx, a: Arrival, address: string): Promise<boolean> {
  return address !== a.from.address && !(await isOurs(tx.q, address))
}

function authorFor(customer: CustomerView, address: string): Actor & { address: string } {
  return { kind: 'customer', id: customer.id, name: customer.name, address }
}

async function recordOpening(
  tx: Tx,
  a: Arrival,
  ticket: TicketRow,
  author: Actor & { address: string },
  more: Pick<Parameters<typeof recordMessage>[2], 'why' | 'doubt' | 'body' | 'full'>,
): Promise<void> {
  const thread = await threadOf(tx.q, ticket.id, 'customer')
  await recordMessage(tx, a, { ticket, thread, author, opening: true, ...more })
  await tx.q.updateTable('tickets').set({ answered_at: tx.now }).where('id', '=', ticket.id).execute()
}

const DAY_MS = 24 * 3_600_000
const MOST_ALIKE = 20

/** An open ticket of the same customer and subject, lately changed. Only to be named: who writes anew may mean it so. */
async function ticketLike(
  tx: Tx,
  customerId: string,
  subject: string,
  teamId: string,
): Promise<Pick<TicketRow, 'id' | 'identifier'> | undefined> {
  const { reopen_days } = await teamById(tx.q, teamId)
  const rows = await tx.q
    .selectFrom('tickets')
    .select(['id', 'identifier', 'subject'])
    .where('customer_id', '=', customerId)
    .where('updated_at', '>', tx.now - Math.max(reopen_days, 1) * DAY_MS)
    .where('closed_at', 'is', null)
    .where('deleted_at', 'is', null)
    .where('spam_at', 'is', null)
    .orderBy('updated_at', 'desc')
    .limit(MOST_ALIKE)
    .execute()
  return rows.find(t => isSameSubject(t.subject, subject))
}
