import type { AuthorKind } from './messages.ts'

export interface CustomerTables {
  accounts: AccountRow
  customers: CustomerRow
  addresses: AddressRow
  customer_tags: CustomerTagRow
  customer_notes: CustomerNoteRow
  people_events: PeopleEventRow
  erasures: ErasureRow
  forgotten: ForgottenRow
}

export interface AccountRow {
  id: string
  name: string
  domain: string | null
  fields: string | null // JSON { key: value }, as a customer's
  created_at: number
}

export interface CustomerRow {
  id: string
  name: string
  account_id: string | null
  search: string // lower-cased name, addresses and company, for search as you type
  zone: string | null // IANA time zone; null: as the team's
  fields: string | null // JSON { name: value }: what else is known, such as a list's further columns
  merged_into_id: string | null // the customer who turned out to be the same person
  created_at: number
}

/** What agents keep in mind of a customer; no customer ever sees it. */
export interface CustomerNoteRow {
  id: string
  customer_id: string
  agent_id: string
  text: string
  created_at: number
  deleted_at: number | null
}

/** Who changed what is known of a customer or a company. */
export interface PeopleEventRow {
  id: string
  owner: 'customer' | 'account'
  owner_id: string
  actor_kind: AuthorKind
  actor_id: string | null
  actor_name: string
  before: string // JSON { name: text }, null for nothing: what people call it, of what is another after
  after: string // JSON, as before
  at: number
}

export interface CustomerTagRow {
  customer_id: string
  tag: string // lower-cased
}

export interface AddressRow {
  address: string // lower-cased
  customer_id: string
  created_at: number
}

/** That a customer is being forgotten, and how far that is; once it is done, nothing here says who it was. */
export interface ErasureRow {
  id: string
  customer_id: string | null
  addresses: string // JSON [address]
  agent_id: string // who asked for it, and is told
  step: string // core/erase/steps.ts
  cursor: string // how far the step is
  counts: string // JSON { what: number }
  attempts: number
  due_at: number | null // null: it is done
  created_at: number
  finished_at: number | null
}

/** The keyed hash of an address that was forgotten: nothing is sent there by accident. */
export interface ForgottenRow {
  hash: string
  created_at: number
}
