import { z } from 'zod'
import { moment } from '../moment.ts'
import { agentShape } from './agent.ts'
import { customerShape, fieldShape } from './customer.ts'
import { groupShape } from './group.ts'
import { PRIORITIES, STATUS2 } from './status.ts'

const seconds = z.number().int().nullable()
const text = z.string().nullable()

/** A ticket as Sendbird Desk answers it, and the name by which people know it. */
export const ticketShape = z
  .object({
    id: z.number().int(),
    project: z.number().int(),
    identifier: z.string(),
    channelName: z.string(),
    channelUrl: z.string(),
    createdAt: moment,
    closedAt: moment.nullable(),
    issuedAt: moment.nullable(),
    updatedAt: moment,
    durationTime: seconds,
    pendingTime: seconds,
    conversationTime: seconds,
    firstResponseTime: seconds,
    customer: customerShape,
    status2: z.enum(STATUS2),
    closeStatus: z.enum(['AGENT', 'SYSTEM']).nullable(),
    closeComment: text,
    closeMessage: text,
    recentAssignment: z.object({ agent: agentShape, assignedAt: moment.nullable(), reason: text }).nullable(),
    info: text,
    messageCount: z.number().int(),
    lastMessage: text,
    lastMessageAt: moment.nullable(),
    lastMessageSender: z.object({ type: z.enum(['AGENT', 'CUSTOMER']), displayName: z.string() }).nullable(),
    priority: z.enum(PRIORITIES),
    group: groupShape,
    relatedChannels: z.array(z.object({ channelUrl: z.string(), name: z.string() })),
    customFields: z.array(fieldShape),
    proactiveChat: z.number().int().nullable(),
    proactiveChatCreatedBy: agentShape.nullable(),
  })
  .meta({ id: 'SendbirdTicket' })

export type SendbirdTicket = z.infer<typeof ticketShape>
