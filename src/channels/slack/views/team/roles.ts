import type { KnownBlock, ModalView, PlainTextOption } from '@slack/types'
import {
  ACTIONS,
  type Action,
  type Granted,
  type Grants,
  REACHES,
  type Reach,
} from '../../../../core/permissions/grants.ts'
import type { AgentRow, BaseRole, Role, TeamRole } from '../../../../db/schema.ts'
import { actions, button, context, cut, field, modal, oneLine, option, plain, words } from '../blocks.ts'
import { ids } from '../ids.ts'

const roleWords: Record<Role, string> = {
  admin: 'Admin: runs everything',
  lead: 'Lead: runs the team',
  agent: 'Agent: answers customers',
  drafter: 'Drafter: writes what others send',
  viewer: 'Viewer: only looks',
}

const BASES: BaseRole[] = ['agent', 'admin', 'drafter', 'viewer']
const TEAM_ROLES: TeamRole[] = ['member', 'lead', 'agent', 'drafter', 'viewer']

export interface RolesMeta {
  agentId: string | null
}

/** Somebody's roles, as the form shows them. */
export interface Roles {
  agent: Pick<AgentRow, 'id' | 'handle' | 'name'>
  base: BaseRole
  teams: { id: string; name: string; role: TeamRole | null }[] // null: they do not belong to it
}

const MOST_TEAMS = 40

/** What an agent is, everywhere and in each team; before one is chosen only the choice. */
export function rolesForm(roles: Roles | null): ModalView {
  return modal({
    id: ids.forms.roles,
    title: 'Roles',
    submit: 'Save',
    meta: { agentId: roles?.agent.id ?? null } satisfies RolesMeta,
    blocks: [
      {
        ...field(
          'person',
          'Who',
          {
            type: 'users_select',
            action_id: ids.pickPerson,
            ...(roles && { initial_user: roles.agent.handle }),
          },
          { dispatch: true },
        ),
      },
      ...(roles ? fieldsOf(roles) : [context('Choose somebody to see what they are.')]),
      actions(button('What each role may do', ids.openGrants, 'agent')),
    ],
  })
}

function fieldsOf({ agent, base, teams }: Roles): KnownBlock[] {
  const everywhere = BASES.map(role => option(roleWords[role], role))
  return [
    field(
      `base:${agent.id}`,
      'In all teams',
      {
        type: 'static_select',
        options: everywhere,
        initial_option: everywhere.find(o => o.value === base) as PlainTextOption,
      },
      { hint: 'In a team where something else is chosen below, that counts.' },
    ),
    ...teams.slice(0, MOST_TEAMS).map(team => teamField(agent.id, team)),
  ]
}

/** The block is named after the person, or Slack would keep what was chosen for another. */
function teamField(agentId: string, team: Roles['teams'][number]) {
  const options = TEAM_ROLES.map(role => option(role === 'member' ? 'Member: as in all teams' : roleWords[role], role))
  const now = options.find(o => o.value === team.role)
  return field(
    `team:${team.id}:${agentId}`,
    `In ${cut(oneLine(team.name), 80)}`,
    { type: 'static_select', options, placeholder: plain('No member'), ...(now && { initial_option: now }) },
    { optional: true },
  )
}

const GRANTED: Granted[] = ['lead', 'agent', 'drafter', 'viewer']

const actionWords: Record<Action, string> = {
  view: 'See tickets',
  manage: 'Change and answer them',
  transfer: 'Give them to others',
  export: 'Export them',
  download: 'Download their files and mails',
}

const reachWords: Record<Reach, string> = {
  none: 'None',
  own: 'Their own: those they have, or opened',
  team: 'Those of their teams',
  all: 'All',
}

export interface GrantsMeta {
  role: Granted
}

/** Which tickets somebody with this role may do what with. */
export function grantsForm(role: Granted, grants: Grants): ModalView {
  const roles = GRANTED.map(r => option(roleWords[r], r))
  return modal({
    id: ids.forms.grants,
    title: 'What roles may do',
    submit: 'Save',
    meta: { role } satisfies GrantsMeta,
    blocks: [
      field(
        'role',
        'Role',
        {
          type: 'static_select',
          action_id: ids.pickRole,
          options: roles,
          initial_option: roles.find(o => o.value === role) as PlainTextOption,
        },
        { dispatch: true },
      ),
      ...ACTIONS.map(action => reachField(role, action, grants[action])),
      words(
        'An admin may do everything. What stands in a Slack channel is seen by all its members, whatever is set here.',
      ),
    ],
  })
}

function reachField(role: Granted, action: Action, reach: Reach) {
  const options = REACHES.map(r => option(reachWords[r], r))
  return field(`${action}:${role}`, actionWords[action], {
    type: 'static_select',
    options,
    initial_option: options.find(o => o.value === reach) as PlainTextOption,
  })
}
