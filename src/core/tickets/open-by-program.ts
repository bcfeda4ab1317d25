import { prepared } from '../../db/prepared.ts'
import type { AgentRow, Priority, SenderRow, TicketRow } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { Problem, Problems } from '../../lib/problem.ts'
import { addressIn } from '../addresses.ts'
import { actorOf } from '../agents.ts'
import { customerByAddress, customerFor } from '../customers.ts'
import { rememberOnWord } from '../erase/forgotten.ts'
import { fillNew } from '../fields/values.ts'
import { postMessage } from '../messages/post.ts'
import { joinAccount, refuseAccount } from '../people/join-account.ts'
import { refuseUnlessMay } from '../permissions/may.ts'
import { type Facts, factsOf, keepFirstFacts } from '../programs/facts.ts'
import { takeUploads } from '../programs/uploads.ts'
import { routeTicket } from '../routing/assign.ts'
import { cancelScheduledOpenings } from '../schedule/cancel.ts'
import { setTags } from '../tags/tags.ts'
import { change } from './change.ts'
import { isMoment } from './details.ts'
import { ticketByDedupKey } from './find.ts'
import { type NewTicket, readForm } from './form.ts'
import { openTicket } from './open.ts'
import { openTicketByCustomer } from './open-by-customer.ts'
import { setParent } from './relations.ts'

/** What a program gives for a new ticket. `isTheirs`: the customer wrote by way of it, such as in a form on a web site. */
export interface TicketByProgram extends Omit<NewTicket, 'dedupKey' | 'priority' | 'keptFiles'> {
  priority?: Priority // absent: medium, or as the team's form has it for what customers write
  accountId?: string | null // the customer's company, where they have none
  once?: { key: string; fingerprint: string } | null // the same key again is the same ticket
  closed?: { at: number; by: AgentRow } | null // of one that began, and ended, elsewhere
  isRouted?: boolean
  uploads?: string[] // ids of files that the agent's programs handed in before
  facts?: Facts // of the ticket
  messageFacts?: Facts // of its first message
}

/** The ticket, and whether it was opened just now. */
export interface Opened {
  ticket: TicketRow
  isNew: boolean
}

/**
 * Opens a ticket for a program, as its agent would with the form, or as the customer's own mail would. Everything or
 * nothing; throws Problems with the fields at fault. The same key with the same fingerprint gives the first ticket, with
 * another one a Problem.
 */
export async function openByProgram(tx: Tx, form: TicketByProgram): Promise<Opened> {
  const known = form.once && (await ticketByDedupKey(tx.q, form.once.key))
  if (known) return { ticket: await same(tx, known, form), isNew: false }
  const began = { ...form, createdAt: form.createdAt ?? form.closed?.at ?? tx.now }
  await refuseFaults(tx, began)
  const isKnown = form.accountId ? await isKnownCustomer(tx, form) : true
  const keptFiles = await takeUploads(tx, form.uploads ?? [], form.agent.id)
  const full = { ...began, keptFiles, ...(form.once && { dedupKey: form.once.key }) }
  const ticket = form.isTheirs ? await openAsTheirs(tx, full) : await openTicket(tx, { priority: 'medium', ...full })
  if (form.accountId) await joinAccount(tx, ticket.customer_id, form.accountId, actorOf(form.agent), { isKnown })
  const fingerprint = form.once && { [FINGERPRINT]: form.once.fingerprint }
  await keepFirstFacts(tx, ticket.id, { ...form.facts, ...fingerprint })
  await finishOpening(tx, ticket, full)
  return { ticket, isNew: true }
}

const FINGERPRINT = 'dedup fingerprint'

async function same(tx: Tx, known: TicketRow, { once, agent }: TicketByProgram): Promise<TicketRow> {
  const facts = (await factsOf(tx.q, [known.id])).get(known.id)
  if (facts?.[FINGERPRINT] !== once?.fingerprint)
    throw new Problem('conflict', 'Another ticket was opened under this key before. Choose a new key.', 'dedup')
  if (known.deleted_at !== null)
    throw new Problem('conflict', `${known.identifier} was opened under this key, and deleted since.`, 'dedup')
  await refuseUnlessMay(tx.q, actorOf(agent), 'view', known)
  return known
}

/** What openTicket does not look at. */
async function refuseFaults(tx: Tx, { createdAt, closed, email, isTheirs, accountId }: TicketByProgram): Promise<void> {
  const faults: Problem[] = []
  const times = { created: createdAt, closed: closed?.at }
  for (const [field, at] of Object.entries(times)) {
    if (at === undefined) continue
    if (!isMoment(at)) faults.push(new Problem('invalid', 'There is no such time.', field))
    else if (at > tx.now) faults.push(new Problem('invalid', 'This moment is yet to come.', field))
  }
  if (closed && createdAt !== undefined && createdAt > closed.at)
    faults.push(new Problem('invalid', 'It was closed before it began.', 'closed'))
  const isSent = email && !isTheirs
  if (isSent && closed)
    faults.push(new Problem('invalid', 'A ticket that is closed already is mailed to nobody.', 'closed'))
  else if (isSent && createdAt !== undefined && createdAt < tx.now)
    faults.push(new Problem('invalid', 'A mail begins a ticket now.', 'created'))
  try {
    if (accountId) await refuseAccount(tx.q, accountId)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    faults.push(error)
  }
  if (faults.length) throw new Problems(faults)
}

async function isKnownCustomer(tx: Tx, { customer }: TicketByProgram): Promise<boolean> {
  if ('id' in customer) return true
  const address = addressIn(customer.typed)
  return address !== null && (await customerByAddress(tx.q, address)) !== undefined
}

/** The customer's words are what the ticket begins with; what we answer goes to them by mail. */
async function openAsTheirs(
  tx: Tx,
  form: TicketByProgram & Pick<NewTicket, 'dedupKey' | 'keptFiles'>,
): Promise<TicketRow> {
  const { address, values, sender } = await readForm(tx, { priority: 'medium', ...form, email: true })
  const isPast = form.createdAt !== tx.now
  if (!isPast) await rememberOnWord(tx, address.address, form.agent)
  const customer = 'id' in address ? address : await customerFor(tx, address.address, address.name)
  const ticket = await openTicketByCustomer(tx, {
    ...{ sender: sender as SenderRow, customer, subject: form.subject, root: null },
    more: { ...form, isOver: !!form.closed, told: { through: form.agent.name } },
  })
  await fillNew(tx, ticket.id, values)
  await postMessage(tx, {
    ...{ ticketId: ticket.id, ticket, visibility: 'public', opening: true, body: form.body },
    author: { kind: 'customer', id: customer.id, name: customer.name, address: customer.address },
    files: form.files ?? [],
    keptFiles: form.keptFiles ?? [],
  })
  if (!isPast) await cancelScheduledOpenings(tx, customer, ticket.identifier)
  const actor = actorOf(form.agent)
  if (form.parentId) await setParent(tx, ticket.id, form.parentId, actor)
  if (form.tags?.length) await setTags(tx, ticket.id, form.tags, actor)
  return ticket
}

async function finishOpening(tx: Tx, ticket: TicketRow, form: TicketByProgram): Promise<void> {
  const { closed, messageFacts = {}, createdAt } = form
  const isPast = createdAt !== undefined && createdAt < tx.now
  if (isPast || Object.keys(messageFacts).length) {
    const id = (await openingOf(tx.q, ticket.id)) as string
    await keepFirstFacts(tx, id, messageFacts)
    if (isPast) await tx.q.updateTable('messages').set({ created_at: createdAt }).where('id', '=', id).execute()
  }
  if (closed)
    await change(tx, ticket, 'ticket_closed', actorOf(form.agent), {
      ...{ status: 'closed', closed_at: closed.at, closed_by: closed.by.id, queued_at: null },
    })
  else if (form.isRouted && !form.assigneeId) await routeTicket(tx, ticket, { lastSenderId: null })
}

/** The message that a ticket began with; undefined once it is another ticket's. */
export async function openingOf(q: Query, ticketId: string): Promise<string | undefined> {
  return (await selectOpening(q, { ticketId })).rows[0]?.id
}

const selectOpening = prepared((q, v: { ticketId: string }) =>
  q.selectFrom('messages').select('id').where('ticket_id', '=', v.ticketId).where('opening', '=', 1),
)
