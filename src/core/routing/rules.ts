import type { AssignmentRuleRow } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { newId } from '../../lib/id.ts'
import { Problem, Problems } from '../../lib/problem.ts'
import { moveUp } from '../positions.ts'
import { type Conditions, conditionsIn, faultsOfConditions, keptConditions, meetsConditions } from './conditions.ts'
import { factsOf } from './facts.ts'
import { isTeam } from './settings.ts'

/** Who takes the tickets that meet these conditions. */
export interface Rule extends Conditions {
  id: string
  teamId: string
  name: string
  agentId: string | null
  toTeamId: string | null
}

export type RuleForm = Omit<Rule, 'id'>

export const MOST_RULES = 20

/** A team's rules in the order in which they are tried. */
export async function rulesOf(q: Query, teamId: string): Promise<Rule[]> {
  const rows = await q
    .selectFrom('assignment_rules')
    .selectAll()
    .where('team_id', '=', teamId)
    .orderBy('position')
    .orderBy('id')
    .execute()
  return rows.map(ruleIn)
}

export async function ruleById(q: Query, id: string): Promise<Rule> {
  const row = await q.selectFrom('assignment_rules').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw new Problem('not_found', 'This rule is no more.', 'name')
  return ruleIn(row)
}

function ruleIn(row: AssignmentRuleRow): Rule {
  const { id, name, meets } = row
  return {
    id,
    teamId: row.team_id,
    name,
    meets,
    conditions: conditionsIn(row.conditions),
    agentId: row.agent_id,
    toTeamId: row.to_team_id,
  }
}

/** Adds a rule after the team's others. Throws Problems that name the fields, a condition's as `condition:1` and so on. */
export async function addRule(tx: Tx, form: RuleForm): Promise<string> {
  await refuseFaults(tx.q, form)
  const known = await rulesOf(tx.q, form.teamId)
  if (known.length >= MOST_RULES)
    throw new Problem('limited', `A team has at most ${MOST_RULES} rules. Delete one first.`, 'name')
  const last = await tx.q
    .selectFrom('assignment_rules')
    .select(e => e.fn.max('position').as('position'))
    .where('team_id', '=', form.teamId)
    .executeTakeFirst()
  const id = newId()
  await tx.q
    .insertInto('assignment_rules')
    .values({
      id,
      team_id: form.teamId,
      position: Number(last?.position ?? 0) + 1,
      ...columns(form),
      created_at: tx.now,
    })
    .execute()
  tx.wake('routing')
  return id
}

/** Changes a rule; it keeps its place among the others. Throws as addRule does. */
export async function changeRule(tx: Tx, id: string, form: RuleForm): Promise<void> {
  await ruleById(tx.q, id)
  await refuseFaults(tx.q, form)
  await tx.q.updateTable('assignment_rules').set(columns(form)).where('id', '=', id).execute()
  tx.wake('routing')
}

/** Removing a rule that is no more changes nothing. */
export async function removeRule(tx: Tx, id: string): Promise<void> {
  await tx.q.deleteFrom('assignment_rules').where('id', '=', id).execute()
}

/** The rule is tried before the one that stood above it; the first one stays the first. */
export async function moveRuleUp(tx: Tx, id: string): Promise<void> {
  const { teamId } = await ruleById(tx.q, id)
  await moveUp(tx, 'assignment_rules', await rulesOf(tx.q, teamId), id)
}

function columns(form: RuleForm) {
  return {
    name: form.name.trim(),
    meets: form.meets,
    conditions: keptConditions(form.conditions),
    agent_id: form.agentId,
    to_team_id: form.toTeamId,
  }
}

async function refuseFaults(q: Query, form: RuleForm): Promise<void> {
  const faults: Problem[] = []
  const name = form.name.trim()
  if (!name) faults.push(new Problem('invalid', 'Give the rule a name.', 'name'))
  if (name.length > 80) faults.push(new Problem('invalid', 'A name has at most 80 characters.', 'name'))
  if (!form.conditions.length) faults.push(new Problem('invalid', 'Give at least one condition.', 'condition:1'))
  faults.push(...faultsOfConditions(form.conditions))
  faults.push(...(await faultsOfTarget(q, form)))
  if (faults.length) throw new Problems(faults)
}

async function faultsOfTarget(q: Query, { teamId, agentId, toTeamId }: RuleForm): Promise<Problem[]> {
  if (agentId && toTeamId) return [new Problem('invalid', 'Choose an agent or a team, not both.', 'to_team')]
  if (agentId) {
    const agent = await q.selectFrom('agents').select('deactivated_at').where('id', '=', agentId).executeTakeFirst()
    return agent && agent.deactivated_at === null
      ? []
      : [new Problem('not_found', 'This agent is no longer here.', 'agent')]
  }
  if (!toTeamId) return [new Problem('invalid', 'Choose who takes these tickets: an agent or a team.', 'agent')]
  if (toTeamId === teamId) return [new Problem('invalid', 'Choose another team than this one.', 'to_team')]
  return (await isTeam(q, toTeamId)) ? [] : [new Problem('not_found', 'This team is no more.', 'to_team')]
}

export interface Taken {
  id: string
  identifier: string
  subject: string
  createdAt: number
}

const MOST_LOOKED_AT = 2_000
const PAGE = 200

/**
 * Which of the team's past tickets the rule would have taken, newest first, at most `limit`; `of` is how many were looked
 * at. Earlier rules are left out of account.
 */
export async function dryRun(
  q: Query,
  rule: Pick<Rule, 'teamId' | 'meets' | 'conditions'>,
  limit: number,
): Promise<{ tickets: Taken[]; of: number }> {
  const tickets: Taken[] = []
  let of = 0
  let before: string | null = null
  while (of < MOST_LOOKED_AT && tickets.length < limit) {
    const page = await pageOf(q, rule.teamId, before)
    const facts = await factsOf(
      q,
      page.map(t => t.id),
    )
    for (const t of page) {
      const known = facts.get(t.id)
      if (tickets.length === limit) break
      of++
      if (known && meetsConditions(rule, known)) tickets.push(t)
    }
    if (page.length < PAGE) break
    before = page.at(-1)?.id ?? null
  }
  return { tickets, of }
}

/** Tickets of a team that came to the desk, newest first; ids are in the order of time. */
async function pageOf(q: Query, teamId: string, before: string | null): Promise<Taken[]> {
  const rows = await q
    .selectFrom('tickets')
    .select(['id', 'identifier', 'subject', 'created_at'])
    .where('team_id', '=', teamId)
    .where('general_at', 'is not', null)
    .where('deleted_at', 'is', null)
    .$if(before !== null, b => b.where('id', '<', before as string))
    .orderBy('id', 'desc')
    .limit(PAGE)
    .execute()
  return rows.map(({ id, identifier, subject, created_at }) => ({ id, identifier, subject, createdAt: created_at }))
}
