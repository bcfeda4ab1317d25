import type { World } from '../world.ts'
import { seedChat } from './chats.ts'
import { seedCustomers } from './customers.ts'
import { seedFields, seedTagGroups } from './fields.ts'
import { longAgo, longFriday, seedHistory } from './history.ts'
import { seedDigest, seedHours } from './hours.ts'
import { seedJane, seedJanesPast } from './jane.ts'
import { NAMES, seedAgents } from './people.ts'
import { holdAll, seedTeams } from './teams.ts'
import { seedTemplates, seedViews } from './templates.ts'
import { seedTickets } from './tickets.ts'
import { townOf } from './town.ts'
import { seedTroubles } from './troubles.ts'

/**
 * Four weeks at Tulip, made as people would have made them: the world's clock begins at `longAgo()` and is at the present in
 * the end. What a newcomer sees first is the last ticket.
 */
export async function seed(world: World, holdMs: number): Promise<void> {
  const agents = await seedAgents(world)
  const town = townOf(world, agents, await seedTeams(world, agents))
  await seedHours(town)
  await seedCustomers(town)
  await seedTemplates(town)
  const fields = await seedFields(town)

  await seedJanesPast(town)
  await seedHistory(town, longAgo(), longFriday(), 1637)
  world.turnTo(longFriday())
  await seedChat(town)
  await seedDigest(town)
  await seedHistory(town, longFriday(), Date.now(), 1639)
  await seedTickets(town)
  world.turnTo(null)
  await seedTroubles(town)
  await seedJane(town, fields)

  await seedTagGroups(town)
  await seedViews(town)
  await holdAll(world, holdMs)
  await town.settle()
  lookedAt(world)
}

/** Nobody has anything left to read, or a hint to put away. */
function lookedAt({ slack }: World): void {
  for (const who of NAMES.map(name => slack.as(name))) {
    for (const channel of slack.snapshot(who.id).channels) if (channel.isMember) who.read(channel.id)
    for (const e of who.ephemerals()) who.dismiss(e.id)
  }
}
