import { isPrivate } from '../../../core/hooks/comments.ts'
import type { Happening } from '../../../core/hooks/happening.ts'
import type { ToldPerson } from '../../../core/hooks/people.ts'
import { type EventType, fieldChange } from '../../../core/hooks/types.ts'
import type { CommentRecord } from '../../../core/programs/comments.ts'
import type { TicketRecord } from '../../../core/programs/tickets.ts'
import type { AccountRow, ChatRow } from '../../../db/schema.ts'
import { commentOf } from '../comments/comment.ts'
import { isoOf } from '../envelope.ts'
import { PRIORITIES, ticketOf } from '../tickets/ticket.ts'
import { previousOf } from './previous.ts'

type Payload = Record<string, unknown>

/** What an event says: of what it is, as that is now, and what was another before. Notes are left out unless they are heard. */
export function payloadOf(h: Happening, type: EventType, { withNotes }: { withNotes: boolean }): Payload {
  if (h.ticket) return { ...aboutTicket(h, h.ticket, type, withNotes), ticket: ticketIn(h.ticket) }
  if (h.person)
    return { user: personIn(h.person), ...(type === 'user:updated' && { previousUser: h.before }), ...h.after }
  if (h.account)
    return { account: accountIn(h.account), ...(type === 'account:updated' && { previousAccount: h.before }) }
  return h.chat ? { chat: chatIn(h.chat) } : {}
}

function aboutTicket(h: Happening, ticket: TicketRecord, type: EventType, withNotes: boolean): Payload {
  if (type === 'ticket:created' || type === 'ticket:answered') {
    const isHeard = h.comment && (withNotes || !isPrivate(h.comment))
    return h.comment && isHeard ? { comment: commentOf(h.comment) } : {}
  }
  if (type === 'ticket:comment:deleted') return h.comment ? { comment: goneOf(h.comment, h.at) } : {}
  if (type.startsWith('ticket:comment:')) return h.comment ? { comment: commentOf(h.comment) } : {}
  if (type.startsWith('ticket:sla:')) {
    const due = h.after.due
    return { sla: { promise: h.after.promise, dueAt: typeof due === 'number' ? isoOf(due) : null } }
  }
  if (type.startsWith('ticket:delivery:')) return { delivery: { to: h.after.to, reason: h.after.reason } }
  return {
    previousTicket: previousOf(h.before, ticket),
    ...(type.startsWith('ticket:custom_field_value:') && { customFieldValues: fieldsIn(h, type) }),
    ...(type === 'ticket:tag:updated' && tagsIn(h)),
  }
}

/** The keys that a ticket has in an event, beside those that it has elsewhere. */
function ticketIn(record: TicketRecord): Payload {
  const { row, customer, assignee } = record
  const ticket = ticketOf(record)
  return {
    ...ticket,
    statusName: ticket.status,
    priorityName: PRIORITIES[row.priority],
    sentimentName: ticket.sentiment,
    customer: { id: customer.id, email: customer.address, name: customer.name },
    assignedTo: assignee?.id ?? null,
    assignedAgent: assignee && { id: assignee.id, email: assignee.email, name: assignee.name },
    isArchived: row.archived_at !== null,
    isEscalated: false,
  }
}

/** Nothing is told of what it said. */
function goneOf(comment: CommentRecord, at: number): Payload {
  return commentOf({ ...comment, row: { ...comment.row, deleted_at: comment.row.deleted_at ?? at } })
}

function fieldsIn({ before, after }: Happening, type: EventType): Payload[] {
  const [was, is] = [(before.fields ?? {}) as Payload, (after.fields ?? {}) as Payload]
  return Object.keys(is)
    .map(name => ({ name, previousValue: was[name] ?? null, value: is[name] ?? null }))
    .filter(f => fieldChange(f.previousValue, f.value) === type)
}

function tagsIn({ before, after }: Happening): Payload {
  const [was, is] = [(before.tags ?? []) as string[], (after.tags ?? []) as string[]]
  return { addedTags: is.filter(tag => !was.includes(tag)), removedTags: was.filter(tag => !is.includes(tag)) }
}

function personIn({ id, name, address, accountId, account, createdAt }: ToldPerson): Payload {
  return { id, userType: 'CUSTOMER', name, email: address, accountId, account, createdAt: isoOf(createdAt) }
}

function accountIn({ id, name, domain, created_at }: AccountRow): Payload {
  return { id, name, domain, createdAt: isoOf(created_at) }
}

function chatIn({ id, number, team_id, state, started_at, finished_at, kind }: ChatRow): Payload {
  return { id, number, teamId: team_id, state, kind, startedAt: isoOf(started_at), finishedAt: isoOf(finished_at) }
}
