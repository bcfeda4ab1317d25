import type { TicketRecord } from '../../../core/programs/tickets.ts'
import type { Priority, Status } from '../../../db/schema.ts'
import { isoOf } from '../envelope.ts'
import { STATUSES } from '../status.ts'
import { PRIORITIES } from '../tickets/ticket.ts'

type Values = Record<string, unknown>

/** What was another of a ticket before, by the names that it has in an event, and which ticket it was. */
export function previousOf(before: Values, { row }: TicketRecord): Values {
  return { id: row.id, ...Object.assign({}, ...Object.entries(before).map(([name, value]) => named(name, value))) }
}

function named(name: string, value: unknown): Values {
  return (OTHERS[name] ?? (SAME.includes(name) ? v => ({ [name]: v }) : () => ({})))(value)
}

/** Those that are called the same. */
const SAME = [
  'description',
  'tags',
  'type',
  'typeId',
  'sentiment',
  'sentimentId',
  'metadata',
  'aiGeneratedTitle',
  'aiGeneratedSummary',
  'submitterEmail',
  'source',
]

const OTHERS: Record<string, (value: unknown) => Values> = {
  status: value => {
    if (value === 'draft') return { status: STATUSES.open.name, statusId: 'open', statusName: STATUSES.open.name }
    const status = STATUSES[value as Exclude<Status, 'draft'>]
    return { status: status.name, statusId: status.id, statusName: status.name }
  },
  sub_status_id: value => (value === null ? {} : { statusId: value }),
  priority: value => ({
    priority: PRIORITIES[value as Priority],
    priorityId: value,
    priorityName: PRIORITIES[value as Priority],
  }),
  assignee_id: value => ({ assignedAgentId: value, assignedTo: value }),
  subject: value => ({ title: value }),
  due_at: value => ({ dueDate: moment(value) }),
  closed_at: value => ({ closedAt: moment(value) }),
  archived_at: value => ({ archivedAt: moment(value), isArchived: value !== null }),
  published_at: value => ({ isPrivate: value === null }),
  form_id: value => ({ formId: value }),
  fields: value => ({ customFields: value }),
  team: value => ({ teamName: value }),
  customer: value => ({ customer: value }),
  address: value => ({ requestorEmail: value }),
  parent: value => ({ parentTicketIdentifier: value }),
}

function moment(value: unknown): string | null {
  return typeof value === 'number' ? isoOf(value) : null
}
