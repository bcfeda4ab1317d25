import type { RateLimitPluginOptions } from '@fastify/rate-limit'
import type { onSendAsyncHookHandler } from 'fastify'

const WINDOW_MS = 60_000

/** So many requests a minute for each key. */
export function limiting(perMinute: number): RateLimitPluginOptions {
  return {
    max: perMinute,
    timeWindow: WINDOW_MS,
    cache: 10_000,
    keyGenerator: request => request.caller?.keyId ?? request.ip,
    errorResponseBuilder: (_request, { ttl }) =>
      new TooMany(`Too many requests. Try again in ${Math.ceil(ttl / 1000)} seconds`),
  }
}

class TooMany extends Error {
  readonly statusCode = 429
}

/** The limit ends at a moment (unix s), as programs of the source systems read it, and not so many seconds from now. */
export const endingAt: onSendAsyncHookHandler = async (_request, reply) => {
  const left = reply.getHeader('x-ratelimit-reset')
  if (left !== undefined) reply.header('x-ratelimit-reset', Math.ceil(Date.now() / 1000) + Number(left))
}
