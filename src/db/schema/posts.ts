export interface PostTables {
  alerts: AlertRow
  desk_posts: DeskPostRow
}

/** Something that operators must look at, said once in a team's place. At most one of a key is up. */
export interface AlertRow {
  id: string
  key: string // what it is about: the same key again is the same alert
  team_id: string | null // in whose place it is said; null: the first team's
  text: string
  raised_at: number
  ended_at: number | null
  end_text: string | null // what is said at its end
  external_id: string | null // how the place knows what was said
  attempts: number
  due_at: number | null // when it is to be said; null: nothing is to be said now
}

/** Something that is said at the desk by itself: in a team's place, or to one agent. Once it was said its words are gone here. */
export interface DeskPostRow {
  id: string
  key: string // the same key again is the same post
  team_id: string | null // in whose place it is said
  agent_id: string | null // or to whom
  kind: 'word' | 'digest'
  text: string
  ticket_id: string | null // that it is about
  figures: string | null // JSON Figures (core/stats/figures.ts), of a digest
  external_id: string | null // how the place knows it, once it was said
  attempts: number
  due_at: number | null // null: it was said
  created_at: number
}
