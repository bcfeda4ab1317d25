import type { Generated } from 'kysely'

export interface ApiTables {
  api_keys: ApiKeyRow
  api_answers: ApiAnswerRow
  api_facts: ApiFactsRow
  sub_statuses: SubStatusRow
  numbers: NumberRow
  external_ids: ExternalIdRow
  uploads: UploadRow
}

/** A program's key. It may do what its agent may, within its scopes. */
export interface ApiKeyRow {
  id: string
  agent_id: string
  name: string
  hash: string // SHA-256 of the key, hex: the key itself is random and shown once
  shown: string // how it begins, by which people tell keys apart
  scopes: string | null // JSON ApiScope[] (core/programs/scopes.ts); null: all
  networks: string | null // JSON: addresses and networks that it is used from; null: anywhere
  expires_at: number | null
  last_used_at: number | null // to the minute
  created_by: string
  created_at: number
  revoked_at: number | null
}

/** What a request was answered, for when the same one comes again. */
export interface ApiAnswerRow {
  key: string
  fingerprint: string // of the request: another one under the same key is refused
  status: number
  body: string // JSON; empty once whom it was about was forgotten
  created_at: number
}

/** What a program said of a ticket or a message that we have no use for, and give back as it was. */
export interface ApiFactsRow {
  owner_id: string
  facts: string // JSON
}

/** By what number programs know something that has none of its own; never given again. */
export interface NumberRow {
  number: Generated<number>
  kind: NumberKind
  owner_id: string
}

export type NumberKind = 'ticket' | 'agent' | 'customer' | 'team' | 'message'

/** By what another system knows a customer. */
export interface ExternalIdRow {
  system: string
  external_id: string
  customer_id: string
  created_at: number
}

/** What a ticket's status can be beside what everybody knows, such as "Waiting for the lawyers". */
export interface SubStatusRow {
  id: string
  team_id: string | null // null: of all teams
  parent: ParentStatus
  name: string
  description: string
  created_at: number
}

/** A file that a program handed in and that no message has yet. */
export interface UploadRow {
  id: string // of the attachment that it becomes
  agent_id: string // whose program handed it in: nobody else can use it
  name: string
  type: string
  size: number // bytes
  sha256: string
  created_at: number
}

/** The four that others are below. */
export type ParentStatus = 'open' | 'in_progress' | 'on_hold' | 'closed'
