import type { App, ViewSubmitAction } from '@slack/bolt'
import { agentById } from '../../../../core/agents.ts'
import {
  ACTIONS,
  type Granted,
  type Grants,
  grantsOf,
  type Reach,
  setGrants,
} from '../../../../core/permissions/grants.ts'
import { membershipsOf, setBaseRole, setTeamRole } from '../../../../core/permissions/roles.ts'
import { teams } from '../../../../core/teams.ts'
import type { BaseRole, TeamRole } from '../../../../db/schema.ts'
import { Problem } from '../../../../lib/problem.ts'
import type { Desk } from '../../desk.ts'
import { ids } from '../../views/ids.ts'
import { type GrantsMeta, grantsForm, type Roles, type RolesMeta, rolesForm } from '../../views/team/roles.ts'
import { pressesIn } from '../admitted.ts'
import { showHome } from '../home.ts'
import { openForm, redrawView } from '../show.ts'
import { type Done, onSubmit, type Pressed } from '../showing-problems.ts'
import * as values from '../values.ts'

/** What agents are, and what each role may do. */
export function listenToRoles(app: App, desk: Desk): void {
  const on = pressesIn(app, desk)
  on(ids.openRoles, ({ body }) => openForm(desk, body, rolesForm(null)))
  on(ids.pickPerson, pressed => showPerson(desk, pressed))
  on(ids.openGrants, async ({ body, value }) => openForm(desk, body, await grantsOfRole(desk, value as Granted)))
  on(ids.pickRole, async ({ body, value }) => {
    if (body.view) await redrawView(desk, body.view.id, await grantsOfRole(desk, value as Granted))
  })
  app.view<ViewSubmitAction>(
    ids.forms.roles,
    onSubmit(desk, body => saveRoles(desk, body)),
  )
  app.view<ViewSubmitAction>(
    ids.forms.grants,
    onSubmit(desk, body => saveGrants(desk, body)),
  )
}

async function showPerson(desk: Desk, { body }: Pressed): Promise<void> {
  const handle = values.chosenUser(values.valuesAround(body), 'person')
  if (!handle || !body.view) return
  const agent = await desk.people.agent(handle)
  await redrawView(desk, body.view.id, rolesForm(await rolesOf(desk, agent.id)))
}

function rolesOf(desk: Desk, agentId: string): Promise<Roles> {
  return desk.store.read(async q => {
    const agent = await agentById(q, agentId)
    const memberships = await membershipsOf(q, agentId)
    const all = await teams(q)
    return {
      agent,
      base: agent.role ?? 'agent',
      teams: all.map(t => ({ id: t.id, name: t.name, role: memberships.get(t.id) ?? null })),
    }
  })
}

async function grantsOfRole(desk: Desk, role: Granted) {
  const grants = await desk.store.read(grantsOf)
  return grantsForm(role, grants[role])
}

/** Only what was changed is set, so that a lead can save what concerns their team. */
async function saveRoles(desk: Desk, { user, view }: ViewSubmitAction): Promise<Done> {
  const { agentId } = values.metaOf<RolesMeta>(view)
  if (!agentId) throw new Problem('invalid', 'Choose somebody.', 'person')
  const by = await desk.people.agent(user.id)
  const before = await rolesOf(desk, agentId)
  const v = view.state.values
  const base = (values.chosen(v, `base:${agentId}`) ?? before.base) as BaseRole
  await desk.store.write(async tx => {
    if (base !== before.base) await setBaseRole(tx, agentId, base, by)
    for (const team of before.teams) {
      const role = values.chosen(v, `team:${team.id}:${agentId}`) as TeamRole | null
      if (role && role !== team.role) await setTeamRole(tx, agentId, team.id, role, by)
    }
  })
  return { after: () => showHome(desk, user.id, { tab: 'setup' }) }
}

async function saveGrants(desk: Desk, { user, view }: ViewSubmitAction): Promise<Done> {
  const { role } = values.metaOf<GrantsMeta>(view)
  const by = await desk.people.agent(user.id)
  const v = view.state.values
  const grants = Object.fromEntries(
    ACTIONS.map(action => [action, values.chosen(v, `${action}:${role}`) as Reach | null]),
  )
  await desk.store.write(tx => setGrants(tx, role, grants as Grants, by))
  return { keepBelow: true }
}
