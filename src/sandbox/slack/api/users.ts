import { userJson } from '../people.ts'
import { Refusal } from '../world.ts'
import { pageOf } from './args.ts'
import type { Methods } from './method.ts'

export const users: Methods = {
  'users.info': {
    tier: 4,
    scopes: ['users:read'],
    needs: ['user'],
    call(world, args) {
      const user = world.users.get(args.text('user') ?? '')
      if (!user) throw new Refusal('user_not_found')
      return { user: userJson(world, user) }
    },
  },
  'users.getPresence': {
    tier: 3,
    scopes: ['users:read'],
    call(world, args) {
      const user = world.users.get(args.text('user') ?? world.app.botUser)
      if (!user) throw new Refusal('user_not_found')
      return { presence: user.isAway ? 'away' : 'active' }
    },
  },
  'dnd.info': {
    tier: 3,
    scopes: ['dnd:read'],
    call(world, args) {
      const user = world.users.get(args.text('user') ?? world.app.botUser)
      if (!user) throw new Refusal('user_not_found')
      const isQuiet = user.quietUntil > 0
      return {
        dnd_enabled: isQuiet,
        next_dnd_start_ts: isQuiet ? Math.floor(world.now() / 1000) - 60 : 1,
        next_dnd_end_ts: isQuiet ? user.quietUntil : 1,
      }
    },
  },
  'users.list': {
    tier: 2,
    scopes: ['users:read'],
    call(world, args) {
      const own = [...world.users.values()].filter(u => !u.isStranger)
      const { page, next } = pageOf(own, args)
      const members = page.map(u => userJson(world, u))
      return { members, cache_ts: Math.floor(world.now() / 1000), response_metadata: { next_cursor: next } }
    },
  },
  'users.lookupByEmail': {
    tier: 3,
    scopes: ['users:read.email'],
    needs: ['email'],
    call(world, args) {
      const email = args.text('email')?.toLowerCase()
      const user = [...world.users.values()].find(u => !u.isStranger && u.email?.toLowerCase() === email)
      if (!user) throw new Refusal('users_not_found')
      return { user: userJson(world, user) }
    },
  },
  'bots.info': {
    tier: 3,
    scopes: ['users:read'],
    call(world, args) {
      if (args.text('bot') !== world.app.botId) throw new Refusal('bot_not_found')
      const { botId: id, name, id: app_id, botUser: user_id } = world.app
      return { bot: { id, deleted: false, name, updated: 0, app_id, user_id, icons: {} } }
    },
  },
}
