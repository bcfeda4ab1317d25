import { sql } from 'kysely'
import type { AgentRow, TeamRow } from '../db/schema.ts'
import type { Query, Tx } from '../db/store.ts'
import { Problem } from '../lib/problem.ts'
import { refuseUnlessLead } from './permissions/roles.ts'
import { teamAtPlace, teamById } from './teams.ts'
import { DESK } from './threads.ts'

/**
 * Writes down whether people of another organisation read a team's place. Returns the team when they have only now begun
 * to; what was agreed about it ends with it.
 */
export async function noteShared(tx: Tx, place: string, isShared: boolean): Promise<TeamRow | undefined> {
  const team = await teamAtPlace(tx.q, place)
  if (!team || isShared === (team.shared_at !== null)) return undefined
  await tx.q
    .updateTable('teams')
    .set({ shared_at: isShared ? tx.now : null, shared_agreed_at: null, shared_agreed_by: null })
    .where('id', '=', team.id)
    .execute()
  return isShared ? team : undefined
}

/** Whether others read the team's place, and no lead has agreed to mail what is written there all the same. */
export function isOverheard(team: Pick<TeamRow, 'shared_at' | 'shared_agreed_at'>): boolean {
  return team.shared_at !== null && team.shared_agreed_at === null
}

export const OVERHEARD =
  'This channel is shared with another organisation, so what is written here is not mailed until a lead agrees to that in Set-up. The Reply button on the card works.'

/** Throws a Problem while what is written in the team's place is not mailed. */
export async function refuseOverheard(q: Query, teamId: string): Promise<void> {
  if (isOverheard(await teamById(q, teamId))) throw new Problem('conflict', OVERHEARD)
}

/** From now on what is written in the team's shared place is mailed all the same. Throws a Problem for who may not say so. */
export async function agreeToShared(tx: Tx, teamId: string, agent: AgentRow): Promise<void> {
  await refuseUnlessLead(tx.q, agent.id, teamId)
  const { numUpdatedRows } = await tx.q
    .updateTable('teams')
    .set({ shared_agreed_at: tx.now, shared_agreed_by: agent.id })
    .where('id', '=', teamId)
    .where('shared_at', 'is not', null)
    .executeTakeFirst()
  if (numUpdatedRows === 0n) throw new Problem('conflict', 'The channel of this team is shared with nobody any more.')
}

const MOST_TOLD = 20

/** Handles of those who answer for a team: its leads, or where nobody leads its agents; at most twenty. */
export async function answerableFor(q: Query, teamId: string): Promise<string[]> {
  const members = await q
    .selectFrom('team_members as m')
    .innerJoin('agents as a', 'a.id', 'm.agent_id')
    .select(['a.handle', 'm.role'])
    .where('m.team_id', '=', teamId)
    .where('a.deactivated_at', 'is', null)
    .orderBy('m.joined_at')
    .execute()
  const leads = members.filter(m => m.role === 'lead')
  return (leads.length ? leads : members).slice(0, MOST_TOLD).map(m => m.handle)
}

/** The desk calls a place by another name now: teams, threads, and what is known of their messages go with it. */
export async function movePlace(tx: Tx, from: string, to: string): Promise<void> {
  await tx.q.updateTable('teams').set({ place: to }).where('place', '=', from).execute()
  await tx.q
    .updateTable('threads')
    .set({ place: to })
    .where('place', '=', from)
    .where('channel', '=', DESK)
    .where('side', '=', 'desk')
    .execute()
  const [old, renamed] = [`${from}:`, `${to}:`]
  await tx.q
    .updateTable('keys')
    .set({ key: sql<string>`replace(key, ${old}, ${renamed})` })
    .where('channel', '=', DESK)
    .where('key', 'like', `${old}%`)
    .execute()
  await tx.q
    .updateTable('chats')
    .set({ card_id: sql<string>`replace(card_id, ${old}, ${renamed})` })
    .where('card_id', 'like', `${old}%`)
    .execute()
  await tx.q
    .updateTable('alerts')
    .set({ external_id: sql<string>`replace(external_id, ${old}, ${renamed})` })
    .where('external_id', 'like', `${old}%`)
    .execute()
  tx.wake('outbox')
}
