export interface TeamTables {
  settings: SettingRow
  teams: TeamRow
  agents: AgentRow
  team_members: TeamMemberRow
  assignment_rules: AssignmentRuleRow
}

export interface SettingRow {
  name: string
  value: string
}

export interface TeamRow {
  id: string
  name: string
  prefix: string
  place: string // where the team's tickets are shown: for Slack a channel id
  reply_mode: ReplyMode
  hold_ms: number
  signature: string
  next_number: number
  place_problem: string | null // why we cannot write there, a finished sentence; null while all is well
  sender_id: string | null // what new tickets are sent from; null: the oldest sender that works
  reopen_days: number // an answer later than this after the closing is a new ticket, linked
  chat_rules: string | null // JSON ChatRules (core/chats/rules.ts); null: the defaults
  routing: string | null // JSON Routing (core/routing/settings.ts); null: the defaults
  reactions: string | null // JSON Reactions (core/reactions.ts); null: the defaults
  shared_at: number | null // since when people of another organisation read the team's place
  shared_agreed_at: number | null // when a lead said that what is written there is mailed all the same
  shared_agreed_by: string | null // agent
  hours: string | null // JSON Hours (core/hours/settings.ts); null: the usual ones
  auto_close: string | null // JSON AutoClose (core/auto-close/settings.ts); null: nothing is closed by itself
  digest: string | null // JSON Digest (core/stats/digest.ts); null: there is none
  digest_at: number | null // when the next digest is due
  created_at: number
  archived_at: number | null
}
export type ReplyMode = 'ask' | 'direct' | 'notes'

export interface AgentRow {
  id: string
  handle: string // who they are at the desk: for Slack the user id
  name: string
  email: string | null
  alias: string | null // the name that customers see; null: their own name
  signature: string
  availability: Availability // as they set it; see available_at
  available_at: number | null // when they are back, if they said so: from then on they are online
  capacity: number | null // open tickets at most that are given to them; null: as the team says
  zone: string | null // IANA time zone, as the desk tells it
  hours: string | null // JSON Hours (core/hours/settings.ts); null: as their teams
  assigned_at: number | null // when a ticket was last given to them: the order of turns
  presence: 'active' | 'away' | null // what the desk says of them; null: it does not say
  presence_at: number | null // when it said so
  presence_due_at: number | null // since when it is to be asked
  role: BaseRole | null // in all teams where they have none of their own; null: agent
  created_at: number
  deactivated_at: number | null
}

/** What somebody is in a team; an admin is one in all of them. */
export type Role = 'admin' | 'lead' | 'agent' | 'drafter' | 'viewer'
export type BaseRole = Exclude<Role, 'lead'>

/** `member`: what they are everywhere. */
export type TeamRole = Exclude<Role, 'admin'> | 'member'
export type Availability = 'online' | 'away' | 'offline'

export interface TeamMemberRow {
  team_id: string
  agent_id: string
  role: TeamRole
  unrouted_at: number | null // since when nothing is given to them in this team; null: they take their turns
  sender_id: string | null // what this agent's new tickets are sent from
  joined_at: number
}

/** Who takes the tickets that meet these conditions; a team's are tried in order. */
export interface AssignmentRuleRow {
  id: string
  team_id: string
  position: number
  name: string
  meets: 'all' | 'any'
  conditions: string // JSON Condition[] (core/routing/conditions.ts)
  agent_id: string | null
  to_team_id: string | null
  created_at: number
}
