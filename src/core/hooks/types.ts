import type { EventRow } from '../../db/schema.ts'

/** What programs can be told of, by the names that Thena has for it, and some of ours where it has none. */
export const EVENT_TYPES = [
  'ticket:created',
  'ticket:updated',
  'ticket:deleted',
  'ticket:archived',
  'ticket:unarchived',
  'ticket:status:changed',
  'ticket:priority:changed',
  'ticket:assigned',
  'ticket:type:changed',
  'ticket:sentiment:changed',
  'ticket:custom_field_value:added',
  'ticket:custom_field_value:removed',
  'ticket:custom_field_value:changed',
  'ticket:tag:updated',
  'ticket:migrated',
  'ticket:comment:added',
  'ticket:comment:updated',
  'ticket:comment:deleted',
  'ticket:answered',
  'ticket:sla:breached',
  'ticket:sla:breach_warning',
  'ticket:delivery:bounced',
  'ticket:delivery:failed',
  'chat:finished',
  'account:created',
  'account:updated',
  'user:created',
  'user:updated',
  'user:deleted',
] as const
export type EventType = (typeof EVENT_TYPES)[number]

/** What only a test is sent as, whoever asked for what. */
export const TEST_TYPE = 'webhook:test'

/** Names that may be asked for, so that what was written for Thena works, though nothing here causes them. */
const NEVER = [
  'ticket:escalated',
  'ticket:comment:reaction:added',
  'ticket:comment:reaction:removed',
  'ticket:csat:sent',
  'ticket:csat:received',
  'user:mentioned',
  'account:deleted',
]

const SAME = new Map([['ticket:comment:created', 'ticket:comment:added']])

/** The name that a type is kept under; undefined for one that nobody knows. `ticket:*` is all that begin so. */
export function typeNamed(text: string): string | undefined {
  const name = text.trim().toLowerCase()
  const known = SAME.get(name) ?? name
  if ([...EVENT_TYPES, ...NEVER].includes(known)) return known
  const begins = known.endsWith(':*') ? known.slice(0, -1) : undefined
  return begins && EVENT_TYPES.some(type => type.startsWith(begins)) ? known : undefined
}

/** Whether a type is among those asked for; null: all are. */
export function isWanted(type: string, wanted: string[] | null): boolean {
  if (wanted === null) return true
  return wanted.some(w => w === type || (w.endsWith(':*') && type.startsWith(w.slice(0, -1))))
}

/** What an event of a ticket is told as, and to whom: what has to do with notes not to all. */
export interface ToldAs {
  type: EventType
  to?: 'private' | 'public' // only to those who see notes, or only to those who do not; absent: to all, unless the message is a note
}

type Changes = Record<string, unknown>

/** What of a ticket's history programs are told, and as what. Nothing for what they cannot see. */
export function toldOf({ kind, before, after }: Pick<EventRow, 'kind' | 'before' | 'after'>): ToldAs[] {
  const [was, is] = [read(before), read(after)]
  if (kind === 'message_decided') return decided(String(was.visibility), String(is.visibility))
  const fixed = FIXED[kind]
  if (fixed) return fixed
  const types = [...changed(was, is), ...fieldChanges(was.fields, is.fields)]
  const isTold = (name: string) => name in was && (kind === 'facts_changed' || UPDATES.includes(name))
  const isUpdated = types.length > 0 || Object.keys(is).some(isTold)
  const all = [...types, ...(isUpdated ? (['ticket:updated'] as const) : [])].map(type => ({ type }))
  return kind === 'ticket_published' ? [...all, ...PUBLISHED] : all
}

/** What was a note is news to those who see none. */
const PUBLISHED: ToldAs[] = [
  { type: 'ticket:comment:updated', to: 'private' },
  { type: 'ticket:comment:added', to: 'public' },
]

const TAKEN_BACK: ToldAs[] = [
  { type: 'ticket:comment:updated', to: 'private' },
  { type: 'ticket:comment:deleted', to: 'public' },
]

const FIXED: Record<string, ToldAs[]> = {
  ticket_created: [{ type: 'ticket:created' }],
  ticket_deleted: [{ type: 'ticket:deleted' }],
  message_edited: [{ type: 'ticket:comment:updated' }],
  message_deleted: [{ type: 'ticket:comment:deleted' }],
  message_came: [{ type: 'ticket:comment:added' }],
  message_moved: [{ type: 'ticket:comment:deleted' }],
  note_coloured: [{ type: 'ticket:comment:updated', to: 'private' }],
  note_pinned: [{ type: 'ticket:comment:updated', to: 'private' }],
  note_unpinned: [{ type: 'ticket:comment:updated', to: 'private' }],
  send_undone: TAKEN_BACK,
  schedule_cancelled: TAKEN_BACK,
  ticket_merged_in: [{ type: 'ticket:updated' }],
  sla_breached: [{ type: 'ticket:sla:breached' }],
  mail_bounced: [{ type: 'ticket:delivery:bounced' }],
  delivery_failed: [{ type: 'ticket:delivery:failed' }],
}

/** What is undecided is not said yet. */
function decided(was: string, is: string): ToldAs[] {
  if (is === 'note') return [{ type: 'ticket:comment:added', to: 'private' }]
  if (was === 'undecided') return [{ type: 'ticket:comment:added' }]
  return PUBLISHED
}

function changed(was: Changes, is: Changes): EventType[] {
  const differs = (name: string) => name in is && is[name] !== was[name]
  return [
    ...(differs('status') || differs('sub_status_id') ? (['ticket:status:changed'] as const) : []),
    ...(differs('priority') ? (['ticket:priority:changed'] as const) : []),
    ...(differs('assignee_id') ? (['ticket:assigned'] as const) : []),
    ...(differs('archived_at') ? ([is.archived_at === null ? 'ticket:unarchived' : 'ticket:archived'] as const) : []),
    ...(differs('type') || differs('typeId') ? (['ticket:type:changed'] as const) : []),
    ...(differs('sentiment') || differs('sentimentId') ? (['ticket:sentiment:changed'] as const) : []),
    ...('tags' in is ? (['ticket:tag:updated'] as const) : []),
    ...('team' in is && 'team' in was ? (['ticket:migrated'] as const) : []),
  ]
}

/** How each field was changed; one that was empty is filled in. */
function fieldChanges(was: unknown, is: unknown): EventType[] {
  if (!was || !is) return []
  const [before, after] = [was as Changes, is as Changes]
  const types = Object.keys(after).map(name => fieldChange(before[name] ?? null, after[name] ?? null))
  return [...new Set(types)]
}

/** What became of one field. */
export function fieldChange(before: unknown, after: unknown): EventType {
  if (before === null) return 'ticket:custom_field_value:added'
  return after === null ? 'ticket:custom_field_value:removed' : 'ticket:custom_field_value:changed'
}

/** What of a ticket, beside the above, is told as an update. */
const UPDATES = [
  'subject',
  'description',
  'due_at',
  'closed_at',
  'close_reason',
  'spam_at',
  'snoozed_until',
  'published_at',
  'merged_into_id',
  'customer',
  'address',
  'parent',
  'form_id',
]

function read(json: string | null): Changes {
  return json ? JSON.parse(json) : {}
}
