import { prepared, preparedFor } from '../db/prepared.ts'
import type { AgentRow } from '../db/schema.ts'
import type { Query, Tx } from '../db/store.ts'
import { newId } from '../lib/id.ts'
import { Problem, Problems } from '../lib/problem.ts'
import type { Actor } from './events.ts'
import { sendersOf } from './senders/find.ts'

export const LONGEST_SIGNATURE = 3_000 // of an agent, or a team

/** Who somebody is at the desk, as the desk's channel tells it. */
export interface Person {
  handle: string
  name: string
  email: string | null
  zone?: string | null // IANA time zone; absent: as it was
}

/** The agent with this handle; made at first sight, and their name and address kept up to date. */
export async function seeAgent(tx: Tx, person: Person): Promise<AgentRow> {
  const known = await agentByHandle(tx.q, person.handle)
  if (known && isAsSeen(known, person)) return known
  const row: AgentRow = {
    id: known?.id ?? newId(),
    handle: person.handle,
    name: person.name,
    email: person.email,
    alias: known?.alias ?? null,
    signature: known?.signature ?? '',
    availability: known?.availability ?? 'online',
    available_at: known?.available_at ?? null,
    capacity: known?.capacity ?? null,
    hours: known?.hours ?? null,
    zone: person.zone === undefined ? (known?.zone ?? null) : person.zone,
    assigned_at: known?.assigned_at ?? null,
    presence: known?.presence ?? null,
    presence_at: known?.presence_at ?? null,
    presence_due_at: known?.presence_due_at ?? null,
    role: known?.role ?? null,
    created_at: known?.created_at ?? tx.now,
    deactivated_at: null,
  }
  await tx.q
    .insertInto('agents')
    .values(row)
    .onConflict(c =>
      c.column('handle').doUpdateSet({ name: row.name, email: row.email, zone: row.zone, deactivated_at: null }),
    )
    .execute()
  return (await agentByHandle(tx.q, person.handle)) ?? row
}

/** Whether we know nothing else of this agent than the desk tells now. */
export function isAsSeen(known: AgentRow, person: Person): boolean {
  const isSameZone = person.zone === undefined || known.zone === person.zone
  return known.name === person.name && known.email === person.email && isSameZone && known.deactivated_at === null
}

/** Afterwards the agent belongs to the team. */
export async function joinTeam(tx: Tx, agentId: string, teamId: string): Promise<void> {
  await tx.q
    .insertInto('team_members')
    .values({ team_id: teamId, agent_id: agentId, role: 'member', joined_at: tx.now })
    .onConflict(c => c.columns(['team_id', 'agent_id']).doNothing())
    .execute()
}

/** What the agent's new tickets in the team are sent from; null: as the team does. Throws a Problem for another's sender. */
export async function setUsualSender(tx: Tx, agentId: string, teamId: string, senderId: string | null): Promise<void> {
  if (senderId && !(await sendersOf(tx.q, teamId)).some(s => s.id === senderId))
    throw new Problem('invalid', 'This sender is not one of the team.', `sender:${teamId}`)
  if (senderId) await joinTeam(tx, agentId, teamId)
  await tx.q
    .updateTable('team_members')
    .set({ sender_id: senderId })
    .where('team_id', '=', teamId)
    .where('agent_id', '=', agentId)
    .execute()
}

/** What the new tickets in a team of the agent with this handle are sent from; null when they set nothing. */
export async function usualSenderOf(q: Query, teamId: string, handle: string): Promise<string | null> {
  return (await selectUsual(q, { teamId, handle })).rows[0]?.sender_id ?? null
}

const selectUsual = prepared((q, v: { teamId: string; handle: string }) =>
  q
    .selectFrom('team_members as m')
    .innerJoin('agents as a', 'a.id', 'm.agent_id')
    .select('m.sender_id')
    .where('m.team_id', '=', v.teamId)
    .where('a.handle', '=', v.handle),
)

/** The agent's own usual senders by team. */
export async function usualSendersOf(q: Query, agentId: string): Promise<Map<string, string>> {
  const rows = await q
    .selectFrom('team_members')
    .select(['team_id', 'sender_id'])
    .where('agent_id', '=', agentId)
    .where('sender_id', 'is not', null)
    .execute()
  return new Map(rows.map(r => [r.team_id, r.sender_id as string]))
}

/** The agent with this handle, also one who left. */
export function agentByHandle(q: Query, handle: string): Promise<AgentRow | undefined> {
  return q.selectFrom('agents').selectAll().where('handle', '=', handle).executeTakeFirst()
}

/** The agent who is here and has this address, as addresses are stored; null: nobody. Of several it is the one who came first. */
export async function agentByEmail(q: Query, address: string): Promise<AgentRow | null> {
  return (await selectByEmail(q, { address })).rows[0] ?? null
}

const selectByEmail = prepared((q, v: { address: string }) =>
  q
    .selectFrom('agents')
    .selectAll()
    .where(e => e(e.fn<string>('lower', ['email']), '=', v.address))
    .where('deactivated_at', 'is', null)
    .orderBy('created_at')
    .limit(1),
)

/** The agent, also one who left. Throws a Problem when there is none. */
export async function agentById(q: Query, id: string): Promise<AgentRow> {
  const [agent] = (await selectAgent(q, { id })).rows
  if (!agent) throw new Problem('not_found', 'This agent is not known.', 'agent')
  return agent
}

const selectAgent = prepared((q, v: { id: string }) => q.selectFrom('agents').selectAll().where('id', '=', v.id))

/** These agents, by id, with those who left. */
export async function agentsById(q: Query, ids: string[]): Promise<Map<string, AgentRow>> {
  if (!ids.length) return new Map()
  return new Map((await selectAgents(q, [...new Set(ids)])).map(a => [a.id, a]))
}

const selectAgents = preparedFor((q, ids) => q.selectFrom('agents').selectAll().where('id', 'in', ids))

/** Those who are here, by name; at most 200. */
export function agents(q: Query): Promise<AgentRow[]> {
  return q.selectFrom('agents').selectAll().where('deactivated_at', 'is', null).orderBy('name').limit(200).execute()
}

/** All agents by name, those who left with them. */
export function allAgents(q: Query): Promise<AgentRow[]> {
  return q.selectFrom('agents').selectAll().orderBy('name').orderBy('id').execute()
}

/** Who belongs to a team, by name. */
export function membersOf(q: Query, teamId: string): Promise<AgentRow[]> {
  return q
    .selectFrom('agents as a')
    .innerJoin('team_members as m', 'm.agent_id', 'a.id')
    .selectAll('a')
    .where('m.team_id', '=', teamId)
    .where('a.deactivated_at', 'is', null)
    .orderBy('a.name')
    .orderBy('a.id')
    .execute()
}

/** Throws a Problem for anybody but the agent themselves: how they look to customers, and when they work, is theirs to say. */
export function refuseUnlessThemselves(agent: Pick<AgentRow, 'id' | 'name'>, by: { id: string }): void {
  if (agent.id !== by.id) throw new Problem('forbidden', `Only ${agent.name} may change this.`, 'agent')
}

const LONGEST_ALIAS = 80

/**
 * Sets the name that customers see and the signature under the agent's mails. An empty alias means their own name. Throws
 * Problems under `alias` and `signature`.
 */
export async function changeAgent(tx: Tx, id: string, form: { alias: string; signature: string }): Promise<void> {
  const faults: Problem[] = []
  const alias = form.alias.trim().replace(/\s+/g, ' ')
  const signature = form.signature.trim()
  if (alias.length > LONGEST_ALIAS)
    faults.push(new Problem('invalid', `A name has at most ${LONGEST_ALIAS} characters.`, 'alias'))
  if (signature.length > LONGEST_SIGNATURE)
    faults.push(new Problem('invalid', `A signature has at most ${LONGEST_SIGNATURE} characters.`, 'signature'))
  if (faults.length) throw new Problems(faults)
  await tx.q
    .updateTable('agents')
    .set({ alias: alias || null, signature })
    .where('id', '=', id)
    .execute()
}

/** A ticket was given to them: in their teams it is now everybody else's turn. */
export async function noteAssigned(tx: Tx, id: string): Promise<void> {
  await tx.q
    .updateTable('agents')
    .set({ assigned_at: await nextTurn(tx) })
    .where('id', '=', id)
    .execute()
}

/** Now, or a moment after the last turn: two turns at one time would have no order. */
export async function nextTurn(tx: Tx): Promise<number> {
  const last = await tx.q
    .selectFrom('agents')
    .select(e => e.fn.max('assigned_at').as('at'))
    .executeTakeFirst()
  return Math.max(tx.now, Number(last?.at ?? 0) + 1)
}

/** Somebody left: they keep what they wrote, nothing new is given to them, and their keys open nothing, also if they return. */
export async function deactivateAgent(tx: Tx, handle: string): Promise<void> {
  await tx.q
    .updateTable('agents')
    .set({ deactivated_at: tx.now })
    .where('handle', '=', handle)
    .where('deactivated_at', 'is', null)
    .execute()
  await tx.q
    .updateTable('api_keys')
    .set({ revoked_at: tx.now })
    .where('agent_id', 'in', q => q.selectFrom('agents').select('id').where('handle', '=', handle))
    .where('revoked_at', 'is', null)
    .execute()
}

/** The agent as the one who does something. */
export function actorOf(agent: Pick<AgentRow, 'id' | 'name'>): Actor {
  return { kind: 'agent', id: agent.id, name: agent.name }
}
