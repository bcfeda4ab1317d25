import { changeAgent, seeAgent } from '../../core/agents.ts'
import type { AgentRow } from '../../db/schema.ts'
import type { ChannelSeed, PersonSeed } from '../slack/types.ts'
import type { World } from '../world.ts'

/** Who works at Tulip, and Carla of Acme, whom they meet through Slack Connect. */
export const PEOPLE: PersonSeed[] = [
  { name: 'Ann Archer', email: 'ann@tulip.test' },
  { name: 'Ben Bakker', email: 'ben@tulip.test' },
  { name: 'Dora Dijk', email: 'dora@tulip.test' },
  { name: 'Emil Evers', email: 'emil@tulip.test' },
  { name: 'Fay Fischer', email: 'fay@tulip.test' },
  { name: 'Carla Stone', email: 'carla@acme.test', isStranger: true },
]

export const CHANNELS: ChannelSeed[] = [
  { name: 'general', kind: 'public' },
  { name: 'support', kind: 'public', hasBot: true },
  { name: 'sales', kind: 'public', hasBot: true },
  { name: 'dispatch', kind: 'public', hasBot: true },
  { name: 'escalations', kind: 'private' },
  { name: 'acme-and-tulip', kind: 'shared', members: ['Ann', 'Carla'], hasBot: true },
]

export const NAMES = ['Ann', 'Ben', 'Dora', 'Emil', 'Fay'] as const
export type AgentName = (typeof NAMES)[number]

/** The people of Tulip as agents, as if each had done something before. */
export async function seedAgents({ slack, overture }: World): Promise<Record<AgentName, AgentRow>> {
  const seen = await overture.store.write(async tx => {
    const rows: [AgentName, AgentRow][] = []
    for (const name of NAMES) {
      const user = slack.user(name)
      const person = { handle: user.id, name: user.displayName, email: user.email ?? null, zone: 'Europe/Amsterdam' }
      const agent = await seeAgent(tx, person)
      await changeAgent(tx, agent.id, {
        alias: `${name} from Tulip`,
        signature: `${user.realName}\nTulip, bulbs and flowers`,
      })
      rows.push([name, await seeAgent(tx, person)])
    }
    return rows
  })
  return Object.fromEntries(seen) as Record<AgentName, AgentRow>
}
