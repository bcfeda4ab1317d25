import type { FastifyInstance, FastifyRequest, onRequestAsyncHookHandler } from 'fastify'
import { actorOf } from '../core/agents.ts'
import type { Actor } from '../core/events.ts'
import { type Caller, callerBy, noteUse } from '../core/programs/keys.ts'
import type { ApiScope } from '../core/programs/scopes.ts'
import { Problem } from '../lib/problem.ts'
import type { ApiOptions } from './options.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    scope?: ApiScope // what a key needs for this route
  }
  interface FastifyRequest {
    caller: Caller | null
  }
}

/** A request without a key that opens anything. */
class NoKey extends Error {
  readonly statusCode = 401
}

class TooManyGuesses extends Error {
  readonly statusCode = 429
}

const GUESSES = 60 // a minute, of one address
const NOTED_EACH_MS = 60_000

/**
 * Lets in whoever brings a key that opens something; afterwards the request knows who asks. Runs before the body is read, so
 * that nobody without a key has us read one.
 */
export function admitting(
  { store }: ApiOptions,
  server: FastifyInstance,
  header: string, // in which the face's programs send it
): onRequestAsyncHookHandler {
  const guess = server.createRateLimit({ max: GUESSES, timeWindow: 60_000, keyGenerator: request => request.ip })
  const noted = new Map<string, number>() // when each key's use was written down last
  const refuse = async (request: FastifyRequest, why: string) => {
    const tried = await guess(request)
    throw 'isExceeded' in tried && tried.isExceeded
      ? new TooManyGuesses('Too many requests without a key')
      : new NoKey(why)
  }
  return async request => {
    const key = keyIn(request.headers)
    if (!key) return refuse(request, `A key is needed, in the header ${header}`)
    const caller = await store.read(q => callerBy(q, key, request.ip, store.now()))
    if (!caller) return refuse(request, 'This key opens nothing')
    request.caller = caller
    if (store.now() - (noted.get(caller.keyId) ?? 0) < NOTED_EACH_MS) return
    noted.set(caller.keyId, store.now())
    await store.claim(tx => noteUse(tx, caller.keyId))
  }
}

/** Refuses what the key does not reach, before the body is read, and after it counted as one of the key's requests. */
export async function refuseBeyondScope({ caller, routeOptions }: FastifyRequest): Promise<void> {
  const { scope } = routeOptions.config
  if (scope && caller?.scopes && !caller.scopes.includes(scope))
    throw new Problem('forbidden', `This key may not do that: it lacks the scope ${scope}.`)
}

/** The key that a request brings in any of the headers that programs of the three systems send it in (RFC 6750 for the last). */
export function keyIn(headers: FastifyRequest['headers']): string | undefined {
  for (const name of ['x-api-key', 'sendbirddeskapitoken']) {
    const value = headers[name]
    if (typeof value === 'string' && value) return value
  }
  return /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1]
}

/** Who asks. */
export function callerOf({ caller }: FastifyRequest): Caller {
  if (!caller) throw new NoKey('A key is needed')
  return caller
}

/** The agent in whose name the request is done. */
export function actorIn(request: FastifyRequest): Actor {
  return actorOf(callerOf(request).agent)
}
