export interface ConsentTables {
  bans: BanRow
  suppressions: SuppressionRow
  unsubscriptions: UnsubscriptionRow
  lifts: LiftRow
}

/** Whose mail is not taken in any more: an address, or `*@domain`. */
export interface BanRow {
  address: string
  reason: string
  created_by: string | null // agent
  created_at: number
  until_at: number | null // null: it is for good
  ended_at: number | null // when it ended, or was lifted; the mails that it kept out stay
}

export interface SuppressionRow {
  address: string
  reason: string
  source: string
  created_by: string | null // agent; null: by itself
  created_at: number
}

/** Whoever wants no more of a kind of chat; `*` is every kind. Tickets are written to them all the same. */
export interface UnsubscriptionRow {
  address: string
  kind: string
  reason: string
  source: string
  chat_id: string | null
  created_at: number
}

/** That an address may be written to again, who said so and why. */
export interface LiftRow {
  id: string
  address: string
  what: 'suppression' | 'unsubscription'
  reason: string // by which it was not to be written to
  note: string
  lifted_by: string // agent, or the customer who subscribed again
  lifted_at: number
}
