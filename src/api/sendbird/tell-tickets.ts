import { messageTexts } from '../../core/messages/find.ts'
import { chatsOfTickets } from '../../core/programs/chats.ts'
import { type TicketTimes, timesOf } from '../../core/programs/ticket-times.ts'
import { type TicketRecord, ticketRecords } from '../../core/programs/tickets.ts'
import { relationsOf } from '../../core/tickets/relations.ts'
import { isoOf } from '../moment.ts'
import { agentsTold, type SendbirdAgent } from './agent.ts'
import { customersTold, type SendbirdCustomer } from './customer.ts'
import { groupsTold, type SendbirdGroup } from './group.ts'
import { PROJECT } from './project.ts'
import { priorityOf, status2Of } from './status.ts'
import type { Tell } from './tell.ts'
import type { SendbirdTicket } from './ticket.ts'

/** All that a ticket is told with beside itself, by ids. */
interface Known {
  times: Map<string, TicketTimes>
  chats: Map<string, { number: number; agent_id: string }>
  closing: Map<string, string> // what was said with the closing
  related: Map<string, SendbirdTicket['relatedChannels']>
  agents: Map<string, SendbirdAgent>
  groups: Map<string, SendbirdGroup>
  customers: Map<string, SendbirdCustomer>
  numbers: Map<string, number>
}

/** Tickets in the order of their ids; those that are no more are missing. */
export async function ticketsTold(t: Tell, ids: readonly string[]): Promise<SendbirdTicket[]> {
  const found = await ticketRecords(t.q, [...ids])
  const records = ids.flatMap(id => found.get(id) ?? [])
  const rows = records.map(r => r.row)
  const chats = await chatsOfTickets(t.q, rows)
  const writers = [...chats.values()].map(c => c.agent_id)
  const known: Known = {
    times: await timesOf(t.q, rows, t.now),
    chats,
    closing: await closingWords(t, records),
    related: await relatedTo(
      t,
      rows.map(r => r.id),
    ),
    agents: await agentsTold(t, [...rows.map(r => r.assignee_id), ...writers]),
    groups: await groupsTold(
      t,
      rows.map(r => r.team_id),
    ),
    customers: await customersTold(
      t,
      rows.map(r => r.customer_id),
    ),
    numbers: await t.numbers({ ticket: rows.map(r => r.id) }),
  }
  return records.map(record => ticketOf(record, known))
}

export async function ticketTold(t: Tell, id: string): Promise<SendbirdTicket> {
  return (await ticketsTold(t, [id]))[0] as SendbirdTicket
}

function ticketOf(record: TicketRecord, known: Known): SendbirdTicket {
  const { row } = record
  const isClosed = row.closed_at !== null
  const chat = known.chats.get(row.id)
  const assignee = known.agents.get(row.assignee_id ?? '')
  return {
    id: known.numbers.get(row.id) as number,
    project: PROJECT,
    identifier: row.identifier,
    channelName: row.subject,
    channelUrl: row.id,
    createdAt: isoOf(row.created_at),
    closedAt: isoOf(row.closed_at),
    updatedAt: isoOf(row.updated_at),
    ...conversationOf(record, known.times.get(row.id) as TicketTimes),
    customer: known.customers.get(row.customer_id) as SendbirdCustomer,
    status2: status2Of(row.status),
    closeStatus: isClosed ? (record.closer ? 'AGENT' : 'SYSTEM') : null,
    closeComment: row.close_reason,
    closeMessage: isClosed ? (known.closing.get(row.id) ?? null) : null,
    recentAssignment: assignee
      ? { agent: assignee, assignedAt: isoOf(row.assigned_at), reason: row.assigned_by }
      : null,
    info: null,
    priority: priorityOf(row.priority),
    group: known.groups.get(row.team_id) as SendbirdGroup,
    relatedChannels: known.related.get(row.id) ?? [],
    customFields: record.fields.map(f => ({ key: f.name, value: f.text })),
    proactiveChat: chat?.number ?? null,
    proactiveChatCreatedBy: known.agents.get(chat?.agent_id ?? '') ?? null,
  }
}

/** How the conversation went; times are in seconds, null where nothing is known yet. */
function conversationOf({ row }: TicketRecord, { askedAt, firstAnswerMs, openMs, said, last }: TicketTimes) {
  return {
    issuedAt: isoOf(askedAt),
    durationTime: row.closed_at === null ? null : secondsOf(row.closed_at - row.created_at),
    pendingTime: secondsOf(openMs),
    conversationTime: askedAt === null || !last ? null : secondsOf(last.at - askedAt),
    firstResponseTime: firstAnswerMs === null ? null : secondsOf(firstAnswerMs),
    messageCount: said,
    lastMessage: last?.text ?? null,
    lastMessageAt: isoOf(last?.at ?? null),
    lastMessageSender: last && {
      type: last.by === 'agent' ? ('AGENT' as const) : ('CUSTOMER' as const),
      displayName: last.name,
    },
  }
}

function secondsOf(ms: number): number {
  return Math.round(ms / 1000)
}

/** What a program said of a closing: which message went with it. Its words are kept with the message alone. */
export const CLOSING = 'closeMessageId'

async function closingWords(t: Tell, records: TicketRecord[]): Promise<Map<string, string>> {
  const messages = new Map(records.flatMap(r => (r.facts[CLOSING] ? [[r.row.id, String(r.facts[CLOSING])]] : [])))
  const texts = await messageTexts(t.q, [...messages.values()])
  return new Map([...messages].map(([ticketId, id]) => [ticketId, texts.get(id) ?? '']))
}

async function relatedTo(t: Tell, ids: string[]): Promise<Known['related']> {
  const relations = await relationsOf(t.q, ids)
  return new Map(
    [...relations].map(([id, { links }]) => [id, links.map(l => ({ channelUrl: l.id, name: l.identifier }))]),
  )
}
