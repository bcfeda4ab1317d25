import type { AgentRow, TicketRow } from '../../db/schema.ts'
import type { Query } from '../../db/store.ts'

/** Which tickets somebody may see: all, or those of these teams and their own (assigned to them, or opened by them). */
export type Visible = 'all' | { teams: string[]; own: string }

/** What the agent may see. Every member of the workspace sees all tickets; who is no longer here sees none. */
export async function visibleTo(_q: Query, agent: Pick<AgentRow, 'id' | 'deactivated_at'>): Promise<Visible> {
  return agent.deactivated_at === null ? 'all' : { teams: [], own: 'nobody' }
}

/** Whether this ticket is among those that somebody may see. */
export function isVisible(visible: Visible, t: Pick<TicketRow, 'team_id' | 'assignee_id' | 'created_by'>): boolean {
  if (visible === 'all') return true
  return visible.teams.includes(t.team_id) || [t.assignee_id, t.created_by].includes(visible.own)
}
