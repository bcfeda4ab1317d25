import { setBaseRole, setTeamRole } from '../../core/permissions/roles.ts'
import { addSender } from '../../core/senders/edit.ts'
import { changeTeam, createTeam, teamById, teams } from '../../core/teams.ts'
import type { AgentRow, TeamRole, TeamRow } from '../../db/schema.ts'
import type { Tx } from '../../db/store.ts'
import type { World } from '../world.ts'
import type { AgentName } from './people.ts'

export type TeamName = 'Support' | 'Sales' | 'Dispatch'

const ROLES: Record<TeamName, Partial<Record<AgentName, TeamRole>>> = {
  Support: { Ann: 'lead', Ben: 'agent', Dora: 'drafter', Emil: 'viewer' },
  Sales: { Ben: 'lead', Ann: 'agent' },
  Dispatch: { Fay: 'lead', Ann: 'agent', Ben: 'agent' },
}

/** Sales and Dispatch beside Support, each with its channel and address, and who is what in each. Nothing is held while they are seeded. */
export async function seedTeams(world: World, agents: Record<AgentName, AgentRow>): Promise<Record<TeamName, TeamRow>> {
  return world.overture.store.write(async tx => {
    const [support] = await teams(tx.q)
    if (!support) throw new Error('The demo has no team.')
    await hold(tx, support, 0)
    const found = {
      Support: support,
      Sales: await addTeam(tx, world, 'Sales', 'SAL'),
      Dispatch: await addTeam(tx, world, 'Dispatch', 'DIS'),
    }
    await setBaseRole(tx, agents.Ann.id, 'admin', agents.Ann)
    for (const [team, roles] of Object.entries(ROLES) as [TeamName, Partial<Record<AgentName, TeamRole>>][])
      for (const [name, role] of Object.entries(roles) as [AgentName, TeamRole][])
        await setTeamRole(tx, agents[name].id, found[team].id, role, agents.Ann)
    return found
  })
}

async function addTeam(tx: Tx, { slack }: World, name: TeamName, prefix: string): Promise<TeamRow> {
  const channel = name.toLowerCase()
  const id = await createTeam(tx, {
    name,
    prefix,
    place: slack.channel(channel).id,
    replyMode: 'ask',
    holdMs: 0,
    signature: '',
  })
  await addSender(tx, {
    teamId: id,
    address: `${channel}@tulip.test`,
    name: `Tulip ${name}`,
    smtpUrl: null,
    dkimSelector: null,
    dkimKey: null,
  })
  return teamById(tx.q, id)
}

/** From now on each mail is held for so long again. */
export async function holdAll({ overture }: World, holdMs: number): Promise<void> {
  await overture.store.write(async tx => {
    for (const team of await teams(tx.q)) await hold(tx, team, holdMs)
  })
}

function hold(tx: Tx, team: TeamRow, holdMs: number): Promise<void> {
  return changeTeam(tx, team.id, {
    name: team.name,
    prefix: team.prefix,
    place: team.place,
    replyMode: team.reply_mode,
    signature: team.signature,
    holdMs,
  })
}
