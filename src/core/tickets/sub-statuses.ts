import type { ParentStatus, SubStatusRow } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { newId } from '../../lib/id.ts'
import { Problem, Problems } from '../../lib/problem.ts'
import { redrawCardsIn } from '../deliveries/redraw.ts'
import { folded } from '../fields/read.ts'
import { refuseUnlessLead } from '../permissions/roles.ts'
import { teamById } from '../teams.ts'

/** What a team calls a part of one of the four statuses. */
export interface SubStatusForm {
  teamId: string | null // null: all teams'
  parent: ParentStatus
  name: string
  description: string
}

export const LONGEST_NAME = 60
export const LONGEST_DESCRIPTION = 500
const MOST = 100 // of a team and of all teams together

/** The sub-statuses that a team's tickets can have, its own and those of all teams; of every team for null. By age. */
export function subStatuses(q: Query, teamId: string | null): Promise<SubStatusRow[]> {
  return q
    .selectFrom('sub_statuses')
    .selectAll()
    .$if(teamId !== null, s => s.where(e => e.or([e('team_id', '=', teamId as string), e('team_id', 'is', null)])))
    .orderBy('id')
    .execute()
}

/** The sub-status. Throws a Problem under `status` when there is none. */
export async function subStatusById(q: Query, id: string): Promise<SubStatusRow> {
  const row = await q.selectFrom('sub_statuses').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw new Problem('not_found', 'This status is no more.', 'status')
  return row
}

/** Makes a sub-status. Its name is no other's that a ticket of the team can have; else Problems name the fields. Leads may. */
export async function createSubStatus(tx: Tx, form: SubStatusForm, by: { id: string }): Promise<string> {
  if (form.teamId !== null) await teamById(tx.q, form.teamId)
  await refuseUnlessLead(tx.q, by.id, form.teamId ?? undefined)
  await lockTeams(tx)
  const { name, description } = await read(tx.q, form)
  const id = newId()
  await tx.q
    .insertInto('sub_statuses')
    .values({ id, team_id: form.teamId, parent: form.parent, name, description, created_at: tx.now })
    .execute()
  return id
}

/** Calls a sub-status otherwise, or says otherwise what it is for; what is absent stays. Throws as createSubStatus does. */
export async function changeSubStatus(
  tx: Tx,
  id: string,
  to: { name?: string | undefined; description?: string | undefined },
  by: { id: string },
): Promise<void> {
  await lockTeams(tx)
  const row = await subStatusById(tx.q, id)
  await refuseUnlessLead(tx.q, by.id, row.team_id ?? undefined)
  const form = {
    ...row,
    teamId: row.team_id,
    name: to.name ?? row.name,
    description: to.description ?? row.description,
  }
  const { name, description } = await read(tx.q, form, id)
  await tx.q.updateTable('sub_statuses').set({ name, description }).where('id', '=', id).execute()
  if (name === row.name) return
  const open = tx.q.selectFrom('tickets').select('id').where('closed_at', 'is', null).where('sub_status_id', '=', id)
  await redrawCardsIn(tx, open)
}

/** Two who make the same one at once make one, also where it is of all teams. */
async function lockTeams(tx: Tx): Promise<void> {
  await tx.q
    .updateTable('teams')
    .set(e => ({ name: e.ref('name') }))
    .execute()
}

async function read(q: Query, form: SubStatusForm, id?: string): Promise<{ name: string; description: string }> {
  const faults: Problem[] = []
  const name = form.name.normalize('NFC').trim().replace(/\s+/g, ' ')
  const description = form.description.trim()
  if (!name) faults.push(new Problem('invalid', 'Give the status a name.', 'name'))
  if (name.length > LONGEST_NAME)
    faults.push(new Problem('invalid', `A status's name has at most ${LONGEST_NAME} characters.`, 'name'))
  if (description.length > LONGEST_DESCRIPTION)
    faults.push(new Problem('invalid', `A description has at most ${LONGEST_DESCRIPTION} characters.`, 'description'))
  const others = (await subStatuses(q, form.teamId)).filter(s => s.id !== id)
  const twin = others.find(s => folded(s.name) === folded(name))
  if (twin) faults.push(new Problem('conflict', `There is a status ${twin.name} already.`, 'name'))
  if (!id && others.length >= MOST)
    faults.push(new Problem('limited', `There are at most ${MOST} statuses. Remove one first.`, 'name'))
  if (faults.length) throw new Problems(faults)
  return { name, description }
}
