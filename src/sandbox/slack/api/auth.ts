import { Refusal } from '../world.ts'
import type { Methods } from './method.ts'

/** `ticket` gives the address of a new Socket Mode connection. */
export function authMethods(ticket: () => string | undefined): Methods {
  return {
    'auth.test': {
      tier: 5,
      call: world => ({
        url: `https://${world.team.domain}.slack.com/`,
        team: world.team.name,
        user: world.users.get(world.app.botUser)?.name,
        team_id: world.team.id,
        user_id: world.app.botUser,
        bot_id: world.app.botId,
        is_enterprise_install: false,
      }),
    },
    'apps.connections.open': {
      tier: 3,
      isForApp: true,
      call() {
        const url = ticket()
        if (!url) throw new Refusal('socket_mode_not_enabled')
        return { url }
      },
    },
    'team.info': {
      tier: 3,
      scopes: ['team:read'],
      call: world => ({ team: { ...world.team, email_domain: '', url: `https://${world.team.domain}.slack.com/` } }),
    },
    'api.test': { tier: 4, call: (_world, args) => ({ args: args.given }) },
  }
}
