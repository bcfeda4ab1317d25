import type { Json, UserView } from './types.ts'
import { SlackSays, type User, type World } from './world.ts'

/** A user as users.info gives it. The address is only there for apps that may read it. */
export function userJson(world: World, user: User): Json {
  const maySeeEmail = world.manifest.scopes.has('users:read.email') && user.email && !user.isStranger
  return {
    id: user.id,
    team_id: user.teamId,
    name: user.name,
    deleted: user.isDeleted === true,
    color: user.color,
    real_name: user.realName,
    tz: 'Europe/Amsterdam',
    tz_label: 'Central European Time',
    tz_offset: 3600,
    profile: {
      real_name: user.realName,
      real_name_normalized: user.realName,
      display_name: user.displayName,
      display_name_normalized: user.displayName,
      first_name: user.realName.split(' ')[0],
      last_name: user.realName.split(' ').slice(1).join(' '),
      title: '',
      phone: '',
      skype: '',
      status_text: '',
      status_emoji: '',
      avatar_hash: user.id.toLowerCase(),
      image_48: `https://avatars.sandbox.test/${user.id}.png`,
      image_72: `https://avatars.sandbox.test/${user.id}.png`,
      team: user.teamId,
      ...(maySeeEmail ? { email: user.email } : {}),
      ...(user.isBot ? { bot_id: world.app.botId, api_app_id: world.app.id, always_active: true } : {}),
    },
    is_admin: false,
    is_owner: false,
    is_primary_owner: false,
    is_restricted: false,
    is_ultra_restricted: false,
    is_bot: user.isBot,
    is_app_user: false,
    is_email_confirmed: !user.isBot,
    updated: user.updated,
    ...(user.isStranger ? { is_stranger: true } : {}),
  }
}

export function userView(user: User): UserView {
  const { id, name, realName, displayName, email, teamId, isBot, isStranger, color } = user
  return { id, name, realName, displayName, email, teamId, isBot, isStranger, color }
}

/** The person of an id, a handle, or a first or whole name; throws when there is none. */
export function findUser(world: World, who: string): User {
  const wanted = who.replace(/^@/, '').toLowerCase()
  const user =
    world.users.get(who) ??
    [...world.users.values()].find(u =>
      [u.name, u.realName, u.displayName, u.realName.split(' ')[0]].some(name => name?.toLowerCase() === wanted),
    )
  if (!user) throw new SlackSays('user_not_found', `There is nobody called ${who} here.`)
  return user
}

/** How interactions name the person who acted. */
export function actorJson(world: World, user: User): Json {
  return {
    id: user.id,
    username: user.name,
    name: user.name,
    team_id: user.isStranger ? world.otherTeam.id : world.team.id,
  }
}
