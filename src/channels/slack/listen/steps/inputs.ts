import type { KnownBlock } from '@slack/types'
import { type Document, isEmpty } from '../../../../core/document.ts'
import { teams } from '../../../../core/teams.ts'
import type { AgentRow, TeamRow } from '../../../../db/schema.ts'
import type { Query } from '../../../../db/store.ts'
import { Problem } from '../../../../lib/problem.ts'
import type { Desk } from '../../desk.ts'
import { readMessage } from '../../read-message.ts'

/** What a workflow gives to a step, by name. */
export type Inputs = Record<string, unknown>

/** What a step gives to those after it. */
export type Outputs = Record<string, string | number>

export function textIn(inputs: Inputs, name: string): string {
  const value = inputs[name]
  return value === undefined || value === null ? '' : String(value).trim()
}

/** The agent in whose name the step works, with what they may do. Throws a Problem for somebody who is none. */
export async function agentIn(desk: Desk, inputs: Inputs): Promise<AgentRow> {
  const id = textIn(inputs, 'agent')
  if (!id) throw new Problem('invalid', 'The step does not say who writes: choose the person who started the workflow.')
  const { isGone, name } = await desk.people.profile(id)
  if (isGone) throw new Problem('forbidden', `${name} is no longer here. Choose somebody else in the step.`)
  return desk.people.agent(id)
}

/** The team that is named by its prefix or its name; else the only one, or the one that the agent joined first. */
export async function teamIn(q: Query, inputs: Inputs, agent: AgentRow): Promise<TeamRow> {
  const all = await teams(q)
  const typed = textIn(inputs, 'team').toLowerCase()
  if (typed) {
    const named = all.find(t => [t.prefix, t.name].some(n => n.toLowerCase() === typed))
    if (named) return named
    throw new Problem('not_found', `There is no team ${textIn(inputs, 'team')}. There are: ${namesOf(all)}.`)
  }
  const joined = await q
    .selectFrom('team_members')
    .select('team_id')
    .where('agent_id', '=', agent.id)
    .orderBy('joined_at')
    .execute()
  const own = joined.flatMap(j => all.find(t => t.id === j.team_id) ?? [])[0]
  const team = all.length === 1 ? all[0] : own
  if (team) return team
  throw new Problem('invalid', `Say in the step which team it is for: ${namesOf(all)}.`)
}

function namesOf(all: TeamRow[]): string {
  return all.map(t => t.prefix).join(', ') || 'none yet'
}

/** What was written, as rich text or as mrkdwn. */
export async function messageIn(desk: Desk, inputs: Inputs, name: string): Promise<Document> {
  const value = inputs[name]
  const given = typeof value === 'string' ? { text: value } : { blocks: blocksIn(value) }
  const { body } = await readMessage(desk, given)
  return isEmpty(body) ? [] : body
}

function blocksIn(value: unknown): KnownBlock[] {
  if (Array.isArray(value)) return value.filter(isBlock)
  return isBlock(value) ? [value] : []
}

function isBlock(value: unknown): value is KnownBlock {
  return typeof value === 'object' && value !== null && 'type' in value
}
