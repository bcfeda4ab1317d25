import { uniqueId } from '../ids.ts'
import { actorJson } from '../people.ts'
import type { Json, Sent } from '../types.ts'
import { SlackSays, type User, type World } from '../world.ts'

/** What every interaction says of itself. */
export function payloadOf(world: World, user: User, type: string): Json {
  return {
    type,
    token: world.verificationToken,
    api_app_id: world.app.id,
    team: { id: world.team.id, domain: world.team.domain },
    user: actorJson(world, user),
    enterprise: null,
    is_enterprise_install: false,
  }
}

/** Sends what a person did to the app, and tells that person when the app does not take it. */
export async function ask(
  world: World,
  user: User,
  request: {
    kind: Exclude<Sent['kind'], 'event'>
    payload: Json
    mayAnswer?: boolean
    onFailure: (code: string) => string
  },
): Promise<Json> {
  if (!world.manifest.isInteractive && request.kind !== 'command')
    throw new SlackSays('not_interactive', 'The app has no interactivity in its manifest.')
  try {
    return await world.courier.ask(request.kind, request.payload, request.mayAnswer ?? false)
  } catch (error) {
    if (!(error instanceof SlackSays)) throw error
    const text = request.onFailure(error.code)
    tellPerson(world, user, error.code, text)
    throw new SlackSays(error.code, `${text} ${error.message}`)
  }
}

export function tellPerson(world: World, user: User, code: string, text: string): void {
  world.notices.push({ id: uniqueId('N'), at: world.now(), user: user.id, text, code })
  world.tell({ kind: 'notice', user: user.id })
}

export const TROUBLE = 'We had some trouble connecting. Try again?'
