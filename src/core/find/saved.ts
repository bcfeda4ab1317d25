import type { AgentRow, SavedFindRow } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { newId } from '../../lib/id.ts'
import { Problem } from '../../lib/problem.ts'
import { type Filter, readFilter } from './filter.ts'

/** What somebody looked for, kept under a name: for themselves, or for all of a team. */
export interface SavedFind {
  id: string
  name: string
  filter: Filter
  team: { id: string; name: string } | null // null: their own
}

const LONGEST_NAME = 50
const MOST_SAVED = 50 // of one person, or of one team

/**
 * Keeps a filter under a name, in place of the one that had it there. Returns its id. Throws a Problem for no name, a team
 * that is not the agent's, or one view too many.
 */
export async function saveFind(
  tx: Tx,
  form: { name: string; filter: Filter; teamId: string | null; agent: AgentRow },
): Promise<string> {
  const name = readName(form.name)
  const { teamId, agent } = form
  if (teamId !== null && !(await teamsOf(tx.q, agent.id)).some(t => t.id === teamId))
    throw new Problem('forbidden', 'Only members of the team keep views for it.', 'team')
  const there = await tx.q
    .selectFrom('saved_finds')
    .select(['id', 'name'])
    .$if(teamId !== null, s => s.where('team_id', '=', teamId))
    .$if(teamId === null, s => s.where('team_id', 'is', null).where('agent_id', '=', agent.id))
    .execute()
  const same = there.find(s => s.name === name)
  const filter = JSON.stringify(form.filter)
  if (same) {
    await tx.q.updateTable('saved_finds').set({ filter }).where('id', '=', same.id).execute()
    return same.id
  }
  if (there.length >= MOST_SAVED)
    throw new Problem('limited', `There are ${MOST_SAVED} views already. Remove one first.`, 'name')
  const id = newId()
  await tx.q
    .insertInto('saved_finds')
    .values({ id, agent_id: agent.id, team_id: teamId, name, filter, created_at: tx.now })
    .execute()
  return id
}

/** Calls a view otherwise. Throws a Problem for no name, or one that is taken. */
export async function renameFind(tx: Tx, id: string, newName: string, agent: AgentRow): Promise<void> {
  const name = readName(newName)
  const known = await savedFind(tx.q, id, agent)
  if (known.name === name) return
  if ((await savedFinds(tx.q, agent)).some(s => s.name === name && s.team?.id === known.team?.id))
    throw new Problem('conflict', 'There is a view of this name.', 'name')
  await tx.q.updateTable('saved_finds').set({ name }).where('id', '=', id).execute()
}

/** Afterwards there is no such view. */
export async function removeFind(tx: Tx, id: string, agent: AgentRow): Promise<void> {
  const known = (await savedFinds(tx.q, agent)).some(s => s.id === id)
  if (known) await tx.q.deleteFrom('saved_finds').where('id', '=', id).execute()
}

function readName(typed: string): string {
  const name = typed.trim().replace(/\s+/g, ' ')
  if (!name) throw new Problem('invalid', 'Give the view a name.', 'name')
  if (name.length > LONGEST_NAME) throw new Problem('invalid', `A name has at most ${LONGEST_NAME} characters.`, 'name')
  return name
}

/** A view that the agent may open. Throws a Problem when there is none. */
export async function savedFind(q: Query, id: string, agent: Pick<AgentRow, 'id'>): Promise<SavedFind> {
  const saved = (await savedFinds(q, agent)).find(s => s.id === id)
  if (!saved) throw new Problem('not_found', 'This view is no more.')
  return saved
}

/** The agent's own views and those of their teams, by name. */
export async function savedFinds(q: Query, agent: Pick<AgentRow, 'id'>): Promise<SavedFind[]> {
  const teams = await teamsOf(q, agent.id)
  const rows = await q
    .selectFrom('saved_finds')
    .selectAll()
    .where(e =>
      e.or([
        e.and([e('agent_id', '=', agent.id), e('team_id', 'is', null)]),
        ...(teams.length
          ? [
              e(
                'team_id',
                'in',
                teams.map(t => t.id),
              ),
            ]
          : []),
      ]),
    )
    .orderBy('name')
    .orderBy('id')
    .execute()
  return rows.map(row => viewOf(row, teams))
}

function viewOf(row: SavedFindRow, teams: { id: string; name: string }[]): SavedFind {
  const team = teams.find(t => t.id === row.team_id) ?? null
  return { id: row.id, name: row.name, filter: readFilter(row.filter), team }
}

/** The teams that the agent is in. */
export function teamsOf(q: Query, agentId: string): Promise<{ id: string; name: string }[]> {
  return q
    .selectFrom('team_members as m')
    .innerJoin('teams as t', 't.id', 'm.team_id')
    .select(['t.id', 't.name'])
    .where('m.agent_id', '=', agentId)
    .where('t.archived_at', 'is', null)
    .orderBy('t.name')
    .execute()
}
