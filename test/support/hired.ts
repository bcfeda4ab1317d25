import { agentByHandle, seeAgent } from '../../src/core/agents.ts'
import { setTeamRole } from '../../src/core/permissions/roles.ts'
import { teams } from '../../src/core/teams.ts'
import type { World } from './world.ts'

/** Overture has seen Ann and Ben, with the addresses that programs name them by. */
export async function hired({ overture, ann, ben }: World): Promise<void> {
  await overture.store.write(async tx => {
    await seeAgent(tx, { handle: ann.id, name: ann.name, email: 'ann@tulip.test' })
    await seeAgent(tx, { handle: ben.id, name: ben.name, email: 'ben@tulip.test' })
  })
}

/** The id of the team that every world begins with. */
export async function firstTeamOf({ overture }: World): Promise<string> {
  const [team] = await overture.store.read(teams)
  return team!.id
}

/** Ann leads that team from now on, so that who does not may no longer set it up. */
export async function annLeads(world: World): Promise<void> {
  const teamId = await firstTeamOf(world)
  await world.overture.store.write(async tx => {
    const ann = (await agentByHandle(tx.q, world.ann.id))!
    await setTeamRole(tx, ann.id, teamId, 'lead', ann)
  })
}
