import { z } from 'zod'
import type { Hook } from '../../../core/hooks/hook.ts'
import type { HookDeliveryRow } from '../../../db/schema.ts'
import { isoOf, moment } from '../envelope.ts'

const text = z.string().nullable()
const time = moment.nullable()

/** A subscription as its owners see it. */
export const hookShape = z
  .object({
    id: z.string(),
    url: text.describe('null: it was sealed under another APP_SECRET; give it again'),
    description: z.string(),
    format: z.enum(['event', 'words']),
    events: z.array(z.string()).describe('"*": all'),
    teamIds: z.array(z.string()).nullable().describe('null: all teams'),
    includePrivate: z.boolean(),
    isActive: z.boolean(),
    offReason: text,
    offAt: time,
    isSigned: z.boolean(),
    secret: text.describe('Shown once, when it was made'),
    oldSecretUntil: time,
    failingSince: time,
    lastProblem: text,
    lastDeliveredAt: time,
    createdBy: text,
    createdById: text,
    createdAt: moment,
    updatedAt: moment,
  })
  .meta({ id: 'Webhook' })

/** The secret is told by the answer that makes it, and by no other. */
export function hookOf(hook: Hook): z.infer<typeof hookShape> {
  return {
    id: hook.id,
    url: hook.url,
    description: hook.description,
    format: hook.shape,
    events: hook.events ?? ['*'],
    teamIds: hook.teamIds,
    includePrivate: hook.includePrivate,
    isActive: hook.offAt === null,
    offReason: hook.offReason,
    offAt: isoOf(hook.offAt),
    isSigned: hook.isSigned,
    secret: null,
    oldSecretUntil: isoOf(hook.oldSecretUntil),
    failingSince: isoOf(hook.failingSince),
    lastProblem: hook.problem,
    lastDeliveredAt: isoOf(hook.deliveredAt),
    createdBy: hook.createdBy?.name ?? null,
    createdById: hook.createdBy?.id ?? null,
    createdAt: isoOf(hook.createdAt),
    updatedAt: isoOf(hook.updatedAt),
  }
}

/** An event on its way to a subscription, or what became of it. */
export const deliveryShape = z
  .object({
    id: z.string(),
    eventId: z.string(),
    eventType: z.string(),
    ticketId: text,
    state: z.enum(['queued', 'delivered', 'failed']),
    isReplay: z.boolean(),
    attempts: z.number().int(),
    createdAt: moment,
    triedAt: time,
    nextTryAt: time,
    settledAt: time,
    responseStatus: z.number().int().nullable(),
    responseBody: text.describe('Its beginning'),
    durationMs: z.number().int().nullable(),
    problem: text,
  })
  .meta({ id: 'WebhookDelivery' })

export function deliveryOf(row: HookDeliveryRow): z.infer<typeof deliveryShape> {
  return {
    id: row.id,
    eventId: row.event_id,
    eventType: row.event_type,
    ticketId: row.ticket_id,
    state: row.state,
    isReplay: row.is_replay === 1,
    attempts: row.attempts,
    createdAt: isoOf(row.created_at),
    triedAt: isoOf(row.tried_at),
    nextTryAt: row.state === 'queued' ? isoOf(row.due_at) : null,
    settledAt: isoOf(row.settled_at),
    responseStatus: row.status,
    responseBody: row.answer,
    durationMs: row.took_ms,
    problem: row.problem,
  }
}
