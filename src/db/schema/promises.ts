export interface PromiseTables {
  sla_policies: SlaPolicyRow
  sla_clocks: SlaClockRow
  silences: SilenceRow
  answer_times: AnswerTimeRow
}

/** What a team promises for the tickets that meet its conditions, in working time; a team's are tried in order. */
export interface SlaPolicyRow {
  id: string
  team_id: string
  position: number
  name: string
  meets: 'all' | 'any'
  conditions: string // JSON Condition[] (core/routing/conditions.ts); none: every ticket
  next_response_ms: number | null
  update_ms: number | null
  resolution_ms: number | null
  created_at: number
}

export type SlaMetric = 'next_response' | 'update' | 'resolution'

/** A promise on one ticket that runs, rests, was kept or was broken. At most one of a metric is unsettled. */
export interface SlaClockRow {
  id: string
  ticket_id: string
  team_id: string
  policy_id: string
  metric: SlaMetric
  target_ms: number // working time that it may take
  spent_ms: number // working time that it took before it last began to run
  started_at: number
  running_since: number | null // null while it rests, and once it is settled
  due_at: number | null // when it is broken, as far as is known now; null while it rests
  look_at: number | null // when it is to be looked at next; null: not before something happens
  warned_at: number | null
  breached_at: number | null
  settled_at: number | null
  met: 0 | 1 | null // once it is settled: whether it was kept; null: it came to nothing
}

/** Since when a ticket waits for its customer without a word from either side, and what was done about it. */
export interface SilenceRow {
  ticket_id: string
  team_id: string
  since: number
  step: 0 | 1 | 2 // done: nothing yet, the nudge, the reminder
}

/** How long an answer took. */
export interface AnswerTimeRow {
  id: string
  team_id: string
  ticket_id: string
  whose: 'theirs' | 'ours' // theirs: the first answer to what we wrote first; ours: to what they wrote
  took_ms: number
  at: number
}
