import { addChannel } from './channels.ts'
import { findUser } from './people.ts'
import type { ChannelSeed, PersonSeed } from './types.ts'
import type { User, World } from './world.ts'

const PEOPLE: PersonSeed[] = [
  { name: 'Ann Archer', email: 'ann@tulip.test' },
  { name: 'Ben Bakker', email: 'ben@tulip.test' },
  { name: 'Carla Stone', email: 'carla@acme.test', isStranger: true },
]
const CHANNELS: ChannelSeed[] = [
  { name: 'general', kind: 'public' },
  { name: 'support', kind: 'public', hasBot: true },
  { name: 'escalations', kind: 'private' },
  { name: 'acme-and-tulip', kind: 'shared', members: ['Ann', 'Carla'], hasBot: true },
]
const COLORS = ['9f69e7', '4bbe2e', 'e7392d', '3c989f', '674b1b', 'e96699']

/** Ann and Ben at Tulip, Carla of Acme whom they meet through Slack Connect, and their channels. */
export function populate(world: World, people: PersonSeed[] = PEOPLE, channels: ChannelSeed[] = CHANNELS): void {
  const { app, manifest } = world
  addUser(world, { id: app.botUser, name: manifest.botName, isBot: true })
  for (const { name, email, isStranger = false } of people) addUser(world, { name, email, isStranger })
  for (const { name, kind, members, hasBot = false } of channels) {
    const inside =
      members?.map(who => findUser(world, who)) ?? [...world.users.values()].filter(u => !u.isStranger && !u.isBot)
    const ids = inside.map(u => u.id)
    addChannel(world, { name, kind, members: hasBot ? [...ids, app.botUser] : ids })
  }
}

function addUser(
  world: World,
  {
    id,
    name,
    email,
    isBot = false,
    isStranger = false,
  }: { id?: string; name: string; email?: string | undefined; isBot?: boolean; isStranger?: boolean },
): void {
  const user: User = {
    id: id ?? world.id('U'),
    name: (name.split(' ')[0] as string).toLowerCase(),
    realName: name,
    displayName: isBot ? '' : (name.split(' ')[0] as string),
    email,
    teamId: isStranger ? world.otherTeam.id : world.team.id,
    isBot,
    isStranger,
    color: COLORS[world.users.size % COLORS.length] as string,
    updated: Math.floor(world.now() / 1000),
    isAway: false,
    quietUntil: 0,
  }
  world.users.set(user.id, user)
}
