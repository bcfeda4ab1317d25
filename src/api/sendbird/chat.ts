import { z } from 'zod'
import { plainText } from '../../core/document.ts'
import { type ChatRecord, chatRecord } from '../../core/programs/chats.ts'
import { isoOf, moment } from '../moment.ts'
import { agentShape, agentsTold, type SendbirdAgent } from './agent.ts'
import { groupShape, groupTold, type SendbirdGroup } from './group.ts'
import { PROJECT } from './project.ts'
import { PRIORITIES, priorityOf } from './status.ts'
import type { Tell } from './tell.ts'

export const STATES = ['DRAFT', 'SCHEDULED', 'AWAITING_APPROVAL', 'SENDING', 'PAUSED', 'STOPPED', 'FINISHED'] as const

/** A proactive chat as Sendbird Desk answers it; and how far it is, and who gets nothing of it and why. */
export const chatShape = z
  .object({
    id: z.number().int(),
    project: z.number().int(),
    message: z.string(),
    messageCount: z.number().int(),
    createdBy: agentShape,
    assignedGroup: groupShape,
    sentCount: z.number().int(),
    respondedCount: z.number().int(),
    closedCount: z.number().int(),
    customersList: z.string(),
    createdAt: moment,
    updatedAt: moment,
    priority: z.enum(PRIORITIES),
    subject: z.string(),
    kind: z.string(),
    requestedBy: agentShape,
    state: z.enum(STATES),
    reason: z.string().nullable(),
    approvalReason: z.string().nullable(),
    dueAt: moment.nullable(),
    customerCount: z.number().int(),
    queuedCount: z.number().int(),
    failedCount: z.number().int(),
    unsubscribedCount: z.number().int(),
    blockedCount: z.number().int(),
    blocked: z.array(z.object({ customer: z.number().int().nullable(), email: z.string(), reason: z.string() })),
  })
  .meta({ id: 'SendbirdProactiveChat' })

type SendbirdChat = z.infer<typeof chatShape>

export const MOST_TOLD = 10_000 // customers of one chat
const MOST_TOLD_IN_LIST = 100 // of each

/** The chat by its id. */
export async function chatTold(t: Tell, id: string, mostCustomers = MOST_TOLD): Promise<SendbirdChat> {
  const record = await chatRecord(t.q, id, mostCustomers)
  const { row, customerIds, blocked } = record
  const agents = await agentsTold(t, [row.agent_id, row.created_by])
  const left = blocked.flatMap(b => b.customer_id ?? [])
  const numbers = await t.numbers({ customer: [...customerIds, ...left] })
  return chatOf(record, { agents, numbers, group: await groupTold(t, row.team_id) })
}

export async function chatsTold(t: Tell, ids: readonly string[]): Promise<SendbirdChat[]> {
  const chats: SendbirdChat[] = []
  for (const id of ids) chats.push(await chatTold(t, id, MOST_TOLD_IN_LIST))
  return chats
}

interface Known {
  agents: Map<string, SendbirdAgent>
  numbers: Map<string, number>
  group: SendbirdGroup
}

function chatOf({ row, counts, customerIds, blocked, steps }: ChatRecord, known: Known): SendbirdChat {
  const { agents, numbers, group } = known
  return {
    id: row.number,
    project: PROJECT,
    message: plainText(JSON.parse(row.body)),
    messageCount: 1 + steps,
    createdBy: agents.get(row.agent_id) as SendbirdAgent,
    assignedGroup: group,
    sentCount: counts.sent,
    respondedCount: counts.answered,
    closedCount: counts.closed,
    customersList: [...new Set(customerIds.map(id => numbers.get(id)))].join(','),
    createdAt: isoOf(row.created_at),
    updatedAt: isoOf(row.updated_at),
    priority: priorityOf(row.priority),
    subject: row.subject,
    kind: row.kind,
    requestedBy: agents.get(row.created_by) as SendbirdAgent,
    state: row.state.toUpperCase() as SendbirdChat['state'],
    reason: row.reason,
    approvalReason: row.state === 'awaiting_approval' ? row.approval_reason : null,
    dueAt: isoOf(row.due_at),
    customerCount: counts.total,
    queuedCount: counts.queued,
    failedCount: counts.bounced + counts.failed,
    unsubscribedCount: counts.unsubscribed,
    blockedCount: counts.blocked,
    blocked: blocked.map(b => ({
      customer: numbers.get(b.customer_id ?? '') ?? null,
      email: b.address,
      reason: b.reason ?? '',
    })),
  }
}
