import { prepared } from '../../db/prepared.ts'
import type { AgentRow, TemplateRow } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { newId } from '../../lib/id.ts'
import { gathering, Problem, Problems } from '../../lib/problem.ts'
import { type Document, isEmpty, plainText } from '../document.ts'
import { refuseUnlessLead } from '../permissions/roles.ts'
import { isTeam } from '../routing/settings.ts'

/** A text to begin with. */
export interface TemplateForm {
  teamId: string | null // null: for its author alone
  name: string
  subject: string // Liquid; may be empty
  body: Document // whose text is Liquid
}

const LONGEST = 10_000

/**
 * Keeps a template, a new one or in place of one that is there. Its name is one of a kind in its team, or among its
 * author's own; a team's are its leads' to change. Throws Problems that name the fields at fault.
 */
export async function saveTemplate(tx: Tx, id: string | null, form: TemplateForm, agent: AgentRow): Promise<string> {
  const old = id ? await templateById(tx.q, id, agent.id) : null
  await refuseUnlessTheirs(tx.q, [old?.team_id, form.teamId], agent)
  await refuseFaults(tx.q, old, form, agent)
  const columns = {
    team_id: form.teamId,
    name: form.name.trim(),
    subject: form.subject.trim().replace(/\s+/g, ' '),
    body: JSON.stringify(form.body),
    updated_at: tx.now,
  }
  if (old) {
    await tx.q.updateTable('templates').set(columns).where('id', '=', old.id).execute()
    return old.id
  }
  const row: TemplateRow = { id: newId(), agent_id: agent.id, ...columns, created_at: tx.now }
  await tx.q.insertInto('templates').values(row).execute()
  return row.id
}

async function refuseFaults(q: Query, old: TemplateRow | null, form: TemplateForm, agent: AgentRow): Promise<void> {
  const faults: Problem[] = []
  const gather = gathering(faults)
  const name = form.name.trim()
  if (!name) faults.push(new Problem('invalid', 'Give the template a name.', 'name'))
  if (name.length > 70) faults.push(new Problem('invalid', 'A name has at most 70 characters.', 'name'))
  if (form.subject.trim().length > 255)
    faults.push(new Problem('invalid', 'A subject has at most 255 characters.', 'subject'))
  if (isEmpty(form.body)) faults.push(new Problem('invalid', 'Write a message.', 'message'))
  if (plainText(form.body).length > LONGEST)
    faults.push(new Problem('invalid', `A template has at most ${LONGEST} characters.`, 'message'))
  if (form.teamId && !(await isTeam(q, form.teamId)))
    faults.push(new Problem('not_found', 'This team is no more.', 'scope'))
  if (old && old.team_id === null && form.teamId === null && old.agent_id !== agent.id)
    faults.push(new Problem('forbidden', 'This template is somebody else’s own.', 'scope'))
  const namesake = await namesakeOf(q, name, form.teamId, agent.id)
  if (namesake && namesake !== old?.id)
    faults.push(new Problem('conflict', `There is a template called ${name} already.`, 'name'))
  const { readTemplate } = await import('../liquid.ts')
  await gather(() => readTemplate(form.subject, []))
  await gather(() => readTemplate('', form.body))
  if (faults.length) throw new Problems(faults)
}

/** What a team has is its leads' to change, where it has any. */
async function refuseUnlessTheirs(q: Query, teamIds: (string | null | undefined)[], agent: AgentRow): Promise<void> {
  for (const teamId of new Set(teamIds)) if (teamId) await refuseUnlessLead(q, agent.id, teamId)
}

async function namesakeOf(q: Query, name: string, teamId: string | null, agentId: string): Promise<string | undefined> {
  let query = q.selectFrom('templates').select('id').where('name', '=', name)
  query = teamId
    ? query.where('team_id', '=', teamId)
    : query.where('team_id', 'is', null).where('agent_id', '=', agentId)
  return (await query.executeTakeFirst())?.id
}

/** Afterwards there is no such template. Throws a Problem for another's own, and for who does not lead the team that has it. */
export async function removeTemplate(tx: Tx, id: string, agent: AgentRow): Promise<void> {
  const { team_id } = await templateById(tx.q, id, agent.id)
  await refuseUnlessTheirs(tx.q, [team_id], agent)
  await tx.q.deleteFrom('templates').where('id', '=', id).execute()
}

/** The template, if this agent may use it; else throws a Problem. */
export async function templateById(q: Query, id: string, agentId: string): Promise<TemplateRow> {
  const row = await q.selectFrom('templates').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row || (row.team_id === null && row.agent_id !== agentId))
    throw new Problem('not_found', 'This template is no more.')
  return row
}

/** A template in a list. */
export interface TemplateChoice {
  id: string
  name: string
  team: string | null // null: the agent's own
}

/** What an agent, by handle, can begin with: their own, then the team's, or those of all teams, by name. */
export async function templatesFor(
  q: Query,
  handle: string,
  { teamId, limit }: { teamId?: string; limit: number },
): Promise<TemplateChoice[]> {
  const { rows } = teamId ? await selectForTeam(q, { handle, teamId, limit }) : await selectForAll(q, { handle, limit })
  return rows.map(({ id, name, team }) => ({ id, name, team }))
}

const selectForTeam = prepared((q, v: { handle: string; teamId: string; limit: number }) =>
  choices(q, v.limit).where(e =>
    e.or([e.and([e('t.team_id', 'is', null), e('a.handle', '=', v.handle)]), e('t.team_id', '=', v.teamId)]),
  ),
)

const selectForAll = prepared((q, v: { handle: string; limit: number }) =>
  choices(q, v.limit).where(e =>
    e.or([
      e.and([e('t.team_id', 'is', null), e('a.handle', '=', v.handle)]),
      e('teams.archived_at', 'is', null).and('t.team_id', 'is not', null),
    ]),
  ),
)

function choices(q: Query, limit: number) {
  return q
    .selectFrom('templates as t')
    .innerJoin('agents as a', 'a.id', 't.agent_id')
    .leftJoin('teams', 'teams.id', 't.team_id')
    .select(['t.id', 't.name', 't.team_id', 'teams.name as team'])
    .orderBy(e => e.case().when('t.team_id', 'is', null).then(0).else(1).end())
    .orderBy('teams.name')
    .orderBy('t.name')
    .limit(limit)
}
