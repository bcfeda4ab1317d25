import type { Term } from '../../db/full-text.ts'
import type { AgentRow } from '../../db/schema.ts'
import type { Query } from '../../db/store.ts'
import type { Action } from '../permissions/grants.ts'
import { type Held, reaches, reachesAll, type Scope, scopeOf } from '../permissions/may.ts'

/** Which tickets somebody may see, or more: those that each of these reaches. */
export type Visible = Scope[]

/** What the agent may see and, where that is asked, also do something else with. Who is no longer here sees none. */
export async function visibleTo(
  q: Query,
  agent: Pick<AgentRow, 'id' | 'deactivated_at'>,
  also: Action[] = [],
): Promise<Visible> {
  if (agent.deactivated_at !== null) return [{ agentId: agent.id, everywhere: 'none', teams: new Map() }]
  const scopes: Scope[] = []
  for (const action of ['view', ...also] as const) scopes.push(await scopeOf(q, agent.id, action))
  return scopes
}

/** Whether this ticket is among those that somebody may see. */
export function isVisible(visible: Visible, ticket: Held): boolean {
  return visible.every(scope => reaches(scope, ticket))
}

/** The same as the index is asked for it: the marks of a ticket's team, assignee and opener are those of this very moment. */
export function visibleTerms(visible: Visible): Term[] {
  return visible.filter(scope => !reachesAll(scope)).map(scopeTerm)
}

function scopeTerm({ agentId, everywhere, teams }: Scope): Term {
  const own: Term = { any: [{ facet: `assignee:${agentId}` }, { facet: `by:${agentId}` }] }
  const elsewhere: Term = { not: { any: [...teams.keys()].map(teamFacet) } }
  const any: Term[] = [...teams].flatMap(([id, reach]) => {
    if (reach === 'none') return []
    return reach === 'own' ? [{ all: [teamFacet(id), own] }] : [teamFacet(id)]
  })
  if (everywhere !== 'none') any.push(everywhere === 'all' ? elsewhere : { all: [own, elsewhere] })
  return { any }
}

function teamFacet(id: string): Term {
  return { facet: `team:${id}` }
}
