import { prepared } from '../../db/prepared.ts'
import type { SlaMetric, SlaPolicyRow } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { newId } from '../../lib/id.ts'
import { Problem, Problems } from '../../lib/problem.ts'
import { moveUp } from '../positions.ts'
import {
  type Conditions,
  conditionsIn,
  faultsOfConditions,
  keptConditions,
  meetsConditions,
} from '../routing/conditions.ts'
import { factsOf } from '../routing/facts.ts'
import { teamById } from '../teams.ts'
import { clocksAreStale } from './stale.ts'

export const METRICS: SlaMetric[] = ['next_response', 'update', 'resolution']

/** How the promises are called where people read them. */
export const metricWords: Record<SlaMetric, string> = {
  next_response: 'Next response',
  update: 'Update to the customer',
  resolution: 'Resolution',
}

/** What a team promises for the tickets that meet its conditions; without conditions for every ticket. */
export interface Policy extends Conditions {
  id: string
  teamId: string
  name: string
  targets: Record<SlaMetric, number | null> // working time (ms); null: nothing is promised
}

export type PolicyForm = Omit<Policy, 'id'>

export const MOST_POLICIES = 20
const MINUTE = 60_000
const LONGEST_MS = 1_000 * 60 * MINUTE

/** A team's policies in the order in which they are tried. */
export async function policiesOf(q: Query, teamId: string): Promise<Policy[]> {
  return (await selectPolicies(q, { teamId })).rows.map(policyIn)
}

const selectPolicies = prepared((q, v: { teamId: string }) =>
  q.selectFrom('sla_policies').selectAll().where('team_id', '=', v.teamId).orderBy('position').orderBy('id'),
)

export async function policyById(q: Query, id: string): Promise<Policy> {
  const row = await q.selectFrom('sla_policies').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw new Problem('not_found', 'This policy is no more.', 'name')
  return policyIn(row)
}

function policyIn(row: SlaPolicyRow): Policy {
  return {
    id: row.id,
    teamId: row.team_id,
    name: row.name,
    meets: row.meets,
    conditions: conditionsIn(row.conditions),
    targets: { next_response: row.next_response_ms, update: row.update_ms, resolution: row.resolution_ms },
  }
}

/** The first of the team's policies whose conditions the ticket meets. */
export async function policyFor(q: Query, ticket: { id: string; team_id: string }): Promise<Policy | undefined> {
  const policies = await policiesOf(q, ticket.team_id)
  if (policies.every(p => p.conditions.length === 0)) return policies[0]
  const facts = (await factsOf(q, [ticket.id])).get(ticket.id)
  return policies.find(p => p.conditions.length === 0 || (facts && meetsConditions(p, facts)))
}

/** Adds a policy after the team's others. Throws Problems: `name`, `condition:1` and so on, and the metrics by their names. */
export async function addPolicy(tx: Tx, form: PolicyForm): Promise<string> {
  await teamById(tx.q, form.teamId)
  refuseFaults(form)
  const known = await policiesOf(tx.q, form.teamId)
  if (known.length >= MOST_POLICIES)
    throw new Problem('limited', `A team has at most ${MOST_POLICIES} policies. Delete one first.`, 'name')
  const last = await tx.q
    .selectFrom('sla_policies')
    .select(e => e.fn.max('position').as('position'))
    .where('team_id', '=', form.teamId)
    .executeTakeFirst()
  const id = newId()
  const position = Number(last?.position ?? 0) + 1
  await tx.q
    .insertInto('sla_policies')
    .values({ id, team_id: form.teamId, position, ...columns(form), created_at: tx.now })
    .execute()
  await clocksAreStale(tx, form.teamId)
  return id
}

/** Changes a policy; it keeps its place, and clocks that run go by it. Throws as addPolicy does. */
export async function changePolicy(tx: Tx, id: string, form: PolicyForm): Promise<void> {
  const { teamId } = await policyById(tx.q, id)
  refuseFaults(form)
  await tx.q.updateTable('sla_policies').set(columns(form)).where('id', '=', id).execute()
  await clocksAreStale(tx, teamId)
}

/** Clocks that run by it go by the next policy that fits, or end. Removing one that is no more changes nothing. */
export async function removePolicy(tx: Tx, id: string): Promise<void> {
  const row = await tx.q.deleteFrom('sla_policies').where('id', '=', id).returning('team_id').executeTakeFirst()
  if (row) await clocksAreStale(tx, row.team_id)
}

/** The policy is tried before the one that stood above it; the first one stays the first. */
export async function movePolicyUp(tx: Tx, id: string): Promise<void> {
  const { teamId } = await policyById(tx.q, id)
  await moveUp(tx, 'sla_policies', await policiesOf(tx.q, teamId), id)
  await clocksAreStale(tx, teamId)
}

function columns({ name, meets, conditions, targets }: PolicyForm) {
  return {
    name: name.trim(),
    meets,
    conditions: keptConditions(conditions),
    next_response_ms: targets.next_response,
    update_ms: targets.update,
    resolution_ms: targets.resolution,
  }
}

function refuseFaults({ name, conditions, targets }: PolicyForm): void {
  const faults: Problem[] = []
  if (!name.trim()) faults.push(new Problem('invalid', 'Give the policy a name.', 'name'))
  if (name.trim().length > 80) faults.push(new Problem('invalid', 'A name has at most 80 characters.', 'name'))
  faults.push(...faultsOfConditions(conditions))
  for (const metric of METRICS) {
    const ms = targets[metric]
    if (ms !== null && !(ms >= MINUTE && ms <= LONGEST_MS))
      faults.push(new Problem('invalid', 'Write working time as 30m, 4h or 1h 30m, at most 1000h.', metric))
  }
  if (METRICS.every(metric => targets[metric] === null))
    faults.push(new Problem('invalid', 'Promise at least one of the three.', METRICS[0]))
  if (faults.length) throw new Problems(faults)
}
