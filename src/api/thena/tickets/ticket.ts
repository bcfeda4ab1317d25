import { z } from 'zod'
import type { TicketRecord } from '../../../core/programs/tickets.ts'
import type { TeamRow } from '../../../db/schema.ts'
import { isoOf, moment } from '../envelope.ts'
import { ORGANISATION } from '../organisation.ts'
import { statusOf } from '../status.ts'

const text = z.string().nullable()
const time = moment.nullable()

/** A ticket as Thena answers it: each key that its documents have, and those that its events and old pages have beside. */
export const ticketShape = z
  .object({
    id: z.string(),
    uid: z.string(),
    ticketId: z.number().int(),
    number: z.number().int(),
    ticketIdentifier: z.string(),
    title: z.string(),
    description: text,
    source: z.string(),
    accountId: text,
    account: text,
    status: z.string(),
    statusId: z.string(),
    priority: z.string(),
    priorityId: z.string(),
    storyPoints: z.number().nullable(),
    ...teamShape('team', z.string()),
    ...teamShape('subTeam', text),
    isPrivate: z.boolean(),
    typeId: text,
    type: text,
    assignedAgent: text,
    assignedAgentId: text,
    assignedAgentEmail: text,
    assignedAgentAvatar: text,
    requestorEmail: z.string(),
    customerId: z.string(),
    customerContactId: z.string(),
    customerContactFirstName: text,
    customerContactLastName: text,
    customerContactEmail: z.string(),
    submitterEmail: text,
    customFieldValues: z.array(
      z.object({ fieldId: z.string(), name: z.string(), value: z.union([z.string(), z.array(z.string())]) }),
    ),
    customFields: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
    tags: z.array(z.string()),
    metadata: z.record(z.string(), z.unknown()),
    formId: text,
    aiGeneratedTitle: text,
    aiGeneratedSummary: text,
    sentiment: text,
    sentimentId: text,
    isProactive: z.boolean(),
    proactiveChannels: z.array(z.string()),
    dueDate: time,
    lastComment: time,
    lastCustomerComment: time,
    lastVendorComment: time,
    closedAt: time,
    closedBy: text,
    closedById: text,
    closedByEmail: text,
    createdAt: moment,
    updatedAt: moment,
    deletedAt: time,
    archivedAt: time,
  })
  .meta({ id: 'ThenaTicket' })

export type ThenaTicket = z.infer<typeof ticketShape>

function teamShape<Prefix extends string, Text extends z.ZodType>(prefix: Prefix, id: Text) {
  const shape = {
    Id: id,
    Name: id,
    Identifier: id,
    Icon: text,
    Color: text,
    OrganizationId: text,
    ParentTeamId: text,
    Description: text,
    ConfigurationId: text,
    TeamOwnerId: text, // with the prefix a double word: teamTeamOwnerId
    IsActive: z.boolean().nullable(),
    IsPrivate: z.boolean().nullable(),
    CreatedAt: time,
    UpdatedAt: time,
    DeletedAt: time,
    ArchivedAt: time,
  }
  return prefixed(prefix, shape)
}

type Prefixed<Prefix extends string, Of extends object> = {
  [Key in keyof Of & string as `${Prefix}${Key}`]: Of[Key]
}

function prefixed<Prefix extends string, Of extends object>(prefix: Prefix, of: Of): Prefixed<Prefix, Of> {
  return Object.fromEntries(Object.entries(of).map(([key, value]) => [`${prefix}${key}`, value])) as Prefixed<
    Prefix,
    Of
  >
}

/** A ticket of ours as Thena answers it. */
export function ticketOf(record: TicketRecord): ThenaTicket {
  const { row, team, customer, account, assignee, closer, facts, last } = record
  const status = statusOf(record)
  const [first = null, ...others] = customer.name === customer.address ? [] : customer.name.split(' ')
  const said = <T>(name: string): T | null => (facts[name] as T | undefined) ?? null
  return {
    id: row.id,
    uid: row.id,
    ticketId: row.number,
    number: row.number,
    ticketIdentifier: row.identifier,
    title: row.subject,
    description: row.description ?? said('description'),
    source: said('source') ?? sourceOf(row),
    accountId: account?.id ?? null,
    account: account?.name ?? null,
    status: status.name,
    statusId: status.id,
    priority: PRIORITIES[row.priority],
    priorityId: row.priority,
    storyPoints: null,
    ...teamOf(team),
    ...NO_SUB_TEAM,
    isPrivate: row.published_at === null,
    typeId: said('typeId'),
    type: said('type'),
    assignedAgent: assignee?.name ?? null,
    assignedAgentId: assignee?.id ?? null,
    assignedAgentEmail: assignee?.email ?? null,
    assignedAgentAvatar: null,
    requestorEmail: customer.address,
    customerId: customer.id,
    customerContactId: customer.id,
    customerContactFirstName: first,
    customerContactLastName: others.join(' ') || null,
    customerContactEmail: customer.address,
    submitterEmail: said('submitterEmail') ?? record.creator?.email ?? null,
    customFieldValues: record.fields.map(f => ({ fieldId: f.id, name: f.name, value: heldBy(f) })),
    customFields: Object.fromEntries(record.fields.map(f => [f.name, heldBy(f)])),
    tags: record.tags,
    metadata: said('metadata') ?? {},
    formId: row.form_id,
    aiGeneratedTitle: said('aiGeneratedTitle'),
    aiGeneratedSummary: said('aiGeneratedSummary'),
    sentiment: said('sentiment'),
    sentimentId: said('sentimentId'),
    isProactive: row.created_by !== null && row.published_at !== null,
    proactiveChannels: row.created_by !== null && row.published_at !== null ? ['email'] : [],
    dueDate: isoOf(row.due_at),
    lastComment: isoOf(last.any),
    lastCustomerComment: isoOf(last.theirs),
    lastVendorComment: isoOf(last.ours),
    closedAt: isoOf(row.closed_at),
    closedBy: closer?.name ?? null,
    closedById: closer?.id ?? null,
    closedByEmail: closer?.email ?? null,
    createdAt: isoOf(row.created_at),
    updatedAt: isoOf(row.updated_at),
    deletedAt: isoOf(row.deleted_at),
    archivedAt: isoOf(row.archived_at),
  }
}

/** Names are free at Thena; these are the four that we have. */
export const PRIORITIES = { low: 'Low', medium: 'Medium', high: 'High', urgent: 'Urgent' } as const

function sourceOf(row: TicketRecord['row']): string {
  if (row.chat_id) return 'CHAT'
  return row.created_by === null ? 'EMAIL' : 'SLACK'
}

function heldBy({ kind, values }: TicketRecord['fields'][number]): string | string[] {
  return kind === 'multi' ? values : (values[0] ?? '')
}

type TeamKeys = ReturnType<typeof teamOf>

function teamOf(team: TeamRow) {
  return prefixed('team', {
    Id: team.id,
    Name: team.name,
    Identifier: team.prefix,
    Icon: null,
    Color: null,
    OrganizationId: ORGANISATION,
    ParentTeamId: null,
    Description: null,
    ConfigurationId: null,
    TeamOwnerId: null,
    IsActive: team.archived_at === null,
    IsPrivate: false,
    CreatedAt: isoOf(team.created_at),
    UpdatedAt: null,
    DeletedAt: null,
    ArchivedAt: isoOf(team.archived_at),
  })
}

/** Teams have none below them here. */
const NO_SUB_TEAM = prefixed(
  'subTeam',
  Object.fromEntries(Object.keys(teamShape('', text)).map(key => [key, null])) as Record<
    keyof TeamKeys extends `team${infer Key}` ? Key : never,
    null
  >,
)
