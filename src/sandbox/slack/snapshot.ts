import { noticesOf } from './driver/person.ts'
import { ephemeralsOf } from './ephemerals.ts'
import { messageView } from './messages.ts'
import { userView } from './people.ts'
import { channelView } from './reader.ts'
import type { SlackSnapshot } from './types.ts'
import { homeOf, homeView, modalsOf, modalView } from './views.ts'
import type { User, World } from './world.ts'

/** All that the page shows to one user. */
export function snapshotOf(world: World, user: User, version: number, connections: number): SlackSnapshot {
  const seen = [...world.channels.values()].filter(
    c => c.members.has(user.id) || (c.kind === 'public' && !user.isStranger),
  )
  const home = homeOf(world, user.id)
  return {
    version,
    team: world.team,
    app: {
      id: world.app.id,
      name: world.app.name,
      botUser: world.app.botUser,
      hasHome: world.manifest.hasHome,
      commands: world.manifest.commands.map(({ shouldEscape: _, ...c }) => c),
      shortcuts: world.manifest.shortcuts,
      connections,
    },
    me: userView(user),
    users: [...world.users.values()].map(userView),
    channels: seen.map(c => channelView(world, c, user.id)),
    messages: Object.fromEntries(
      seen.map(c => [c.id, [...c.messages.values()].map(message => messageView(world, c, message))]),
    ),
    ephemerals: ephemeralsOf(world, user.id),
    modals: modalsOf(world, user.id).map(modalView),
    home: home ? homeView(home) : null,
    notices: noticesOf(world, user.id),
    outage: world.isDown,
  }
}
