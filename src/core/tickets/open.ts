import { prepared, preparedMany, slotsOf } from '../../db/prepared.ts'
import type { AgentRow, ChatRow, Priority, SenderRow, Status, ThreadRow, TicketRow } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { cut } from '../../lib/cut.ts'
import { newId } from '../../lib/id.ts'
import { gathering, Problem, Problems } from '../../lib/problem.ts'
import { readAddress } from '../addresses.ts'
import { actorOf } from '../agents.ts'
import { refuseTooLarge, refuseUnmailable } from '../attachments.ts'
import { readAllCopies } from '../copies.ts'
import { type CustomerView, customerById, customerFor } from '../customers.ts'
import { queueCard, type Schedule } from '../deliveries/queue.ts'
import { type Document, isEmpty } from '../document.ts'
import { refuseForgotten } from '../erase/forgotten.ts'
import { type Actor, record, recordAll } from '../events.ts'
import { askedBy, formById } from '../fields/forms.ts'
import type { Given } from '../fields/read.ts'
import { faultsOfMissing, fillNew, readFields, type Value } from '../fields/values.ts'
import { touchTicket } from '../find/entry.ts'
import type { NewFile } from '../letter.ts'
import { postMessage } from '../messages/post.ts'
import { showUnseen } from '../messages/unseen.ts'
import { openedBy, refusalInTeam, writingOf } from '../permissions/may.ts'
import { isOwnAddress } from '../senders/find.ts'
import { usableSender } from '../senders/usual.ts'
import { customerSpoke } from '../sla/clocks.ts'
import { refuseUnreachable } from '../suppressions.ts'
import { setTags } from '../tags/tags.ts'
import { formsOf, teamById } from '../teams.ts'
import { beginThreads, DESK, MAIL, type NewThread } from '../threads.ts'
import { ticketByDedupKey } from './find.ts'
import { refuseAsParent, setParent } from './relations.ts'

export interface NewTicket {
  teamId: string
  formId?: string | null
  senderId?: string | null // null: the agent's usual one in the team, or the team's
  customer: { id: string } | { typed: string }
  subject: string
  body: Document
  files?: NewFile[]
  copyTo?: string[] // who gets a copy of the mail, as typed
  blindTo?: string[] // who gets one unseen by the others
  schedule?: Schedule | null // when the mail goes; null: now
  priority: Priority
  assigneeId?: string | null
  email: boolean // false: internal only, nothing is sent
  agent: AgentRow
  dedupKey?: string // the same key again is the same ticket
  fields?: Given // what else its form asks for
  parentId?: string | null // the ticket that it is part of
  tags?: string[]
}

/**
 * Opens a ticket: the card at the desk, and the mail to the customer unless it is internal, or by somebody whose mails
 * others send. Everything or nothing; each fault is one of the Problems thrown, with the field at fault. The same dedup key
 * again returns the first ticket.
 */
export async function openTicket(tx: Tx, form: NewTicket): Promise<TicketRow> {
  const known = form.dedupKey && (await ticketByDedupKey(tx.q, form.dedupKey))
  if (known) return known
  const { address, sender, values, isDraft } = await readForm(tx, form)
  const email = form.email && !isDraft
  const customer = 'id' in address ? address : await customerFor(tx, address.address, address.name)
  const actor = actorOf(form.agent)
  const ticket = await insertTicket(tx, form.teamId, {
    subject: form.subject.trim().replace(/\s+/g, ' '),
    customerId: customer.id,
    senderId: sender?.id ?? null,
    formId: form.formId ?? null,
    status: isDraft ? 'draft' : !email ? 'internal' : isToCome(form, tx.now) ? 'scheduled' : 'awaiting_customer',
    priority: form.priority,
    assigneeId: form.assigneeId ?? null,
    createdBy: form.agent.id,
    publishedAt: email ? tx.now : null,
    dedupKey: form.dedupKey ?? null,
  })
  const fields = await fillNew(tx, ticket.id, values)
  await beginBoth(tx, ticket, customer.address)
  await record(tx, ticket.id, 'ticket_created', actor, undefined, {
    subject: ticket.subject,
    status: ticket.status,
    priority: ticket.priority,
    assignee: ticket.assignee_id,
    to: customer.address,
    ...(fields && { fields }),
  })
  if (form.parentId) await setParent(tx, ticket.id, form.parentId, actor)
  if (form.tags?.length) await setTags(tx, ticket.id, form.tags, actor)
  await postMessage(tx, {
    ticketId: ticket.id,
    author: actor,
    body: form.body,
    files: form.files ?? [],
    visibility: email ? 'public' : 'note',
    opening: true,
    ...(form.copyTo && { copyTo: form.copyTo }),
    ...(form.blindTo && { blindTo: form.blindTo }),
    ...(form.schedule && { schedule: form.schedule }),
  })
  return ticket
}

function isToCome({ schedule }: NewTicket, now: number): boolean {
  return !!schedule && schedule.at > now
}

/** Throws the Problems that openTicket would, for files of these sizes that are yet to be fetched; changes nothing. */
export async function checkTicket(tx: Tx, form: NewTicket, files: { name: string; size: number }[]): Promise<void> {
  await readForm(tx, form, files)
}

interface Readable {
  address: CustomerView | { address: string; name: string }
  sender: SenderRow | null
  values: Value[] // of its form's fields
  isDraft: boolean // somebody else is to send it
}

async function readForm(
  tx: Tx,
  form: NewTicket,
  files: { name: string; size: number }[] = (form.files ?? []).map(f => ({ name: f.name, size: f.bytes.length })),
): Promise<Readable> {
  const faults: Problem[] = []
  const gather = gathering(faults)
  await gather(() => teamById(tx.q, form.teamId))
  const writing = await writingOf(tx.q, form.agent.id, openedBy(form.agent.id, form.teamId))
  if (writing === 'nothing')
    faults.push(await refusalInTeam(tx.q, 'You may not open tickets in this team.', form.teamId))
  const { parentId } = form
  if (parentId) await gather(() => refuseAsParent(tx.q, parentId, actorOf(form.agent)))
  const address = await gather(() => readCustomer(tx, form.customer))
  if (address) await gather(() => refuseOurs(tx.q, address.address))
  if (address && form.email) await gather(() => refuseUnreachable(tx.q, address.address))
  if (address && form.email) await gather(() => refuseForgotten(tx, address.address))
  const subject = form.subject.trim()
  if (!subject) faults.push(new Problem('invalid', 'Give the ticket a subject.', 'subject'))
  if (subject.length > 255) faults.push(new Problem('invalid', 'A subject has at most 255 characters.', 'subject'))
  if (isEmpty(form.body)) faults.push(new Problem('invalid', 'Write a message.', 'message'))
  await gather(() => (form.email ? refuseUnmailable(tx.files, files) : refuseTooLarge(files)))
  if (!form.email && form.copyTo?.length)
    faults.push(new Problem('invalid', 'An internal ticket is mailed to nobody: leave this empty.', 'copies'))
  if (!form.email && form.blindTo?.length)
    faults.push(new Problem('invalid', 'An internal ticket is mailed to nobody: leave this empty.', 'blind'))
  if (!form.email && form.schedule)
    faults.push(new Problem('invalid', 'An internal ticket is mailed to nobody, at no time.', 'when'))
  if (form.email) await gather(() => readAllCopies(tx.q, address?.address ?? '', form))
  const wished = form.senderId ?? null
  const sender = form.email ? await gather(() => usableSender(tx.q, form.teamId, wished, form.agent.id)) : null
  const values = await gatherFields(tx.q, form, faults)
  if (faults.length || !address) throw new Problems(faults)
  return { address, sender: sender ?? null, values, isDraft: form.email && writing === 'drafts' }
}

/** What the form's fields hold; what is wrong or missing is added to the faults. */
async function gatherFields(q: Query, { teamId, formId, fields = {} }: NewTicket, faults: Problem[]): Promise<Value[]> {
  if (formId && (await formById(q, formId)).team_id !== teamId)
    faults.push(new Problem('invalid', 'This form is not one of the team.', 'form'))
  const asked = formId ? await askedBy(q, formId) : []
  const filled = (id: string) => fields[id]?.some(text => text.trim()) ?? false
  faults.push(...faultsOfMissing(asked, filled))
  try {
    return await readFields(q, teamId, fields)
  } catch (error) {
    if (!(error instanceof Problems)) throw error
    faults.push(...error.problems)
    return []
  }
}

async function readCustomer(
  tx: Tx,
  customer: NewTicket['customer'],
): Promise<CustomerView | { address: string; name: string }> {
  if ('id' in customer) return customerById(tx.q, customer.id)
  if (!customer.typed.trim()) throw new Problem('invalid', 'Choose a customer, or type an address.', 'customer')
  return readAddress(customer.typed)
}

/** A mail to ourselves would come back as a customer's. */
async function refuseOurs(q: Query, address: string): Promise<void> {
  if (!(await isOwnAddress(q, address))) return
  throw new Problem('invalid', `${address} is an address of ours, not a customer's.`, 'customer')
}

/** Opens a ticket for a customer who wrote first. The caller posts their message. */
export async function openTicketByCustomer(
  tx: Tx,
  by: {
    sender: SenderRow
    customer: CustomerView
    subject: string
    root: string | null // the customer's mail that begins their thread
    continues?: string // the ticket, closed long ago, that they answered
    looksLike?: string | null
    splitFrom?: string // the ticket where their mail was before
  },
): Promise<TicketRow> {
  const form = (await formsOf(tx.q, by.sender.team_id))[0]
  const ticket = await insertTicket(tx, by.sender.team_id, {
    subject: cut(by.subject.trim().replace(/\s+/g, ' '), 255) || '(no subject)',
    customerId: by.customer.id,
    senderId: by.sender.id,
    formId: form?.id ?? null,
    status: 'open',
    priority: form?.priority ?? 'medium',
    assigneeId: null,
    createdBy: null,
    publishedAt: tx.now,
    dedupKey: null,
    continuesId: by.continues ?? null,
    looksLikeId: by.looksLike ?? null,
    splitFromId: by.splitFrom ?? null,
  })
  await beginBoth(tx, ticket, by.customer.address, by.root ?? undefined)
  const actor: Actor = { kind: 'customer', id: by.customer.id, name: by.customer.name }
  await record(tx, ticket.id, 'ticket_created', actor, undefined, {
    subject: ticket.subject,
    status: ticket.status,
    from: by.customer.address,
  })
  await customerSpoke(tx, ticket)
  return ticket
}

/**
 * Opens the tickets of a chat's recipients, in the same order; the caller posts their mails. They have no place at the desk
 * until somebody answers, or there is something else that people must see.
 */
export async function openTicketsOfChat(
  tx: Tx,
  chat: Pick<ChatRow, 'id' | 'team_id' | 'sender_id' | 'priority' | 'created_by'>,
  agent: Actor,
  to: { customer: CustomerView; subject: string }[],
): Promise<TicketRow[]> {
  const tickets = await insertTickets(
    tx,
    chat.team_id,
    to.map(({ customer, subject }) => ({
      subject: subject.slice(0, 255) || '(no subject)',
      customerId: customer.id,
      senderId: chat.sender_id,
      formId: null,
      status: 'awaiting_customer',
      priority: chat.priority,
      assigneeId: null,
      createdBy: agent.id,
      publishedAt: tx.now,
      dedupKey: null,
      chatId: chat.id,
    })),
  )
  const opened = tickets.map((ticket, i) => ({ ticket, place: to[i]?.customer.address ?? '' }))
  await beginThreads(
    tx,
    opened.map(({ ticket, place }) => customersThread(ticket, place)),
  )
  await recordAll(
    tx,
    'ticket_created',
    agent,
    opened.map(({ ticket, place }) => {
      return { ticketId: ticket.id, after: { subject: ticket.subject, status: ticket.status, to: place } }
    }),
  )
  return tickets
}

/** Gives a chat's ticket its place at the desk: a card, and in its thread all that came before. False when it has one. */
export async function makeGeneral(tx: Tx, ticket: TicketRow): Promise<boolean> {
  const { numUpdatedRows } = await tx.q
    .updateTable('tickets')
    .set({ general_at: tx.now, updated_at: tx.now })
    .where('id', '=', ticket.id)
    .where('general_at', 'is', null)
    .executeTakeFirst()
  if (numUpdatedRows === 0n) return false
  ticket.general_at = tx.now
  touchTicket(tx, ticket.id)
  await beginAtDesk(tx, ticket)
  await showUnseen(tx, ticket.id)
  return true
}

interface TicketStart {
  subject: string
  customerId: string
  senderId: string | null
  formId: string | null
  status: Status
  priority: Priority
  assigneeId: string | null
  createdBy: string | null
  publishedAt: number | null
  dedupKey: string | null
  continuesId?: string | null
  looksLikeId?: string | null
  chatId?: string | null // it begins as a chat's, and not at the desk
  splitFromId?: string | null
}

async function insertTicket(tx: Tx, teamId: string, start: TicketStart): Promise<TicketRow> {
  const [ticket] = await insertTickets(tx, teamId, [start])
  return ticket as TicketRow
}

async function insertTickets(tx: Tx, teamId: string, starts: TicketStart[]): Promise<TicketRow[]> {
  const [team] = (await takeNumbers(tx.q, { teamId, count: starts.length })).rows
  if (!team) throw new Problem('not_found', 'This team is no more.', 'team')
  const first = team.next_number - starts.length
  const rows = starts.map((start, i) => rowOf(tx, { id: teamId, prefix: team.prefix }, first + i, start))
  await insertRows(tx.q, rows)
  return rows
}

function rowOf(tx: Tx, team: { id: string; prefix: string }, number: number, t: TicketStart): TicketRow {
  return {
    id: newId(),
    team_id: team.id,
    number,
    identifier: `${team.prefix}-${number}`,
    subject: t.subject,
    customer_id: t.customerId,
    sender_id: t.senderId,
    form_id: t.formId,
    status: t.status,
    priority: t.priority,
    assignee_id: t.assigneeId,
    reply_mode: null,
    created_by: t.createdBy,
    dedup_key: t.dedupKey,
    created_at: tx.now,
    updated_at: tx.now,
    published_at: t.publishedAt,
    answered_at: null,
    closed_at: null,
    closed_by: null,
    close_reason: null,
    continues_id: t.continuesId ?? null,
    merged_into_id: null,
    archived_at: null,
    spam_at: null,
    looks_like_id: t.looksLikeId ?? null,
    chat_id: t.chatId ?? null,
    general_at: t.chatId ? null : tx.now,
    assigned_by: null,
    assigned_at: null,
    queued_at: null,
    queued_for: null,
    description: null,
    due_at: null,
    deleted_at: null,
    deleted_by: null,
    parent_id: null,
    split_from_id: t.splitFromId ?? null,
    snoozed_at: null,
    snoozed_until: null,
    snoozed_for: null,
    snoozed_by: null,
  }
}

const takeNumbers = prepared((q, v: { teamId: string; count: number }) =>
  q
    .updateTable('teams')
    .set(e => ({ next_number: e('next_number', '+', v.count) }))
    .where('id', '=', v.teamId)
    .returning(['prefix', 'next_number']),
)

const insertRows = preparedMany((q, rows: TicketRow[]) =>
  q.insertInto('tickets').values(rows.map(row => slotsOf(row, COLUMNS))),
)
const COLUMNS = [
  'id',
  'team_id',
  'number',
  'identifier',
  'subject',
  'customer_id',
  'sender_id',
  'form_id',
  'status',
  'priority',
  'assignee_id',
  'reply_mode',
  'created_by',
  'dedup_key',
  'created_at',
  'updated_at',
  'published_at',
  'answered_at',
  'closed_at',
  'closed_by',
  'close_reason',
  'continues_id',
  'merged_into_id',
  'archived_at',
  'spam_at',
  'looks_like_id',
  'chat_id',
  'general_at',
  'assigned_by',
  'assigned_at',
  'queued_at',
  'queued_for',
  'description',
  'due_at',
  'deleted_at',
  'deleted_by',
  'parent_id',
  'split_from_id',
  'snoozed_at',
  'snoozed_until',
  'snoozed_for',
  'snoozed_by',
] as const

async function beginAtDesk(tx: Tx, ticket: TicketRow): Promise<void> {
  const team = await teamById(tx.q, ticket.team_id)
  const [desk] = await beginThreads(tx, [{ ticketId: ticket.id, channel: DESK, side: 'desk', place: team.place }])
  await queueCard(tx, ticket.id, desk as ThreadRow)
}

async function beginBoth(tx: Tx, ticket: TicketRow, address: string, root?: string): Promise<void> {
  await beginAtDesk(tx, ticket)
  await beginThreads(tx, [{ ...customersThread(ticket, address), ...(root && { root }) }])
}

function customersThread(ticket: TicketRow, address: string): NewThread {
  return { ticketId: ticket.id, channel: MAIL, side: 'customer', place: address }
}
