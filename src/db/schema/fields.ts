import type { Priority } from './tickets.ts'

export interface FieldTables {
  forms: FormRow
  fields: FieldRow
  form_fields: FormFieldRow
  field_values: FieldValueRow
  tags: TagRow
  tag_groups: TagGroupRow
  ticket_tags: TicketTagRow
}

export interface FormRow {
  id: string
  team_id: string
  name: string
  priority: Priority
  position: number
  created_at: number
  archived_at: number | null
}

/** Of whom a field is: tickets of a team, all customers, or all their companies. */
export type FieldOwner = 'ticket' | 'customer' | 'account'
export type FieldKind = 'line' | 'text' | 'number' | 'date' | 'select' | 'multi' | 'checkbox' | 'user' | 'url'

export interface FieldRow {
  id: string
  owner: FieldOwner
  team_id: string | null // null: of customers or companies
  key: string // by what lists and templates know it; stays when the name changes
  name: string
  kind: FieldKind
  hint: string
  options: string // JSON [text]: what can be chosen
  initial: string // JSON [text]: what it begins with
  visible: 0 | 1 // customers see it, in the first mail
  position: number
  created_at: number
  archived_at: number | null // asked for no more; what tickets have stays
}

export interface FormFieldRow {
  form_id: string
  field_id: string
  position: number
  required: Required | null
}

/** When a field must be filled in: for a new ticket, or at the latest when it is closed. */
export type Required = 'creation' | 'close'

/** What a ticket's field holds: a row, or one for each option chosen. */
export interface FieldValueRow {
  ticket_id: string
  field_id: string
  position: number
  value: string // a user's is the agent's id, a date's 2026-01-31, a ticked box's `yes`
  key: string // the beginning of the value in lower case, for finding
  number: number | null // a number's, and a date's as ms UTC
}

export interface TagRow {
  id: string
  name: string
  key: string // the name in lower case
  group_id: string | null
  created_at: number
}

export interface TagGroupRow {
  id: string
  name: string
  key: string
  created_at: number
}

export interface TicketTagRow {
  ticket_id: string
  tag_id: string
}
