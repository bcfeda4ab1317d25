import type { TicketRow } from '../../db/schema.ts'
import type { Tx } from '../../db/store.ts'
import { actorOf } from '../agents.ts'
import { customerFor } from '../customers.ts'
import { record } from '../events.ts'
import { fillNew } from '../fields/values.ts'
import { postMessage } from '../messages/post.ts'
import { setTags } from '../tags/tags.ts'
import { oneLine } from './details.ts'
import { ticketByDedupKey } from './find.ts'
import { type NewTicket, readForm } from './form.ts'
import { setParent } from './relations.ts'
import { insertTicket } from './row.ts'
import { beginBoth } from './threads.ts'

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
    subject: oneLine(form.subject),
    customerId: customer.id,
    senderId: sender?.id ?? null,
    formId: form.formId ?? null,
    status: isDraft ? 'draft' : !email ? 'internal' : isToCome(form, tx.now) ? 'scheduled' : 'awaiting_customer',
    priority: form.priority,
    assigneeId: form.assigneeId ?? null,
    createdBy: form.agent.id,
    publishedAt: email ? tx.now : null,
    dedupKey: form.dedupKey ?? null,
    description: form.description?.trim() || null,
    dueAt: form.dueAt ?? null,
    createdAt: form.createdAt ?? tx.now,
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
    ticket,
    author: actor,
    body: form.body,
    files: form.files ?? [],
    keptFiles: form.keptFiles ?? [],
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
