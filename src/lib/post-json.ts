import { lookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { Agent, request } from 'undici'
import { isLoopback, isPublicAddress, whyNotPosted } from './public-address.ts'

const PATIENCE_MS = 10_000

/** A name that leads, for now, to a place inside: it must not be asked what it says from outside. */
class NotPublic extends Error {
  override name = 'NotPublic'
}

/**
 * As dns.lookup, but every address that the name has must be public. It is asked at the very look-up by which is connected:
 * asked before, a name might have another address at the next moment.
 */
export const lookupOutside: LookupFunction = (hostname, options, done) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return done(error, [])
    if (!addresses.every(({ address }) => isPublicAddress(address)))
      return done(new NotPublic(`${hostname} leads into a private network.`), [])
    const [first] = addresses
    if (options.all || !first) done(null, addresses)
    else done(null, first.address, first.family)
  })
}

const outside = new Agent({ connect: { timeout: PATIENCE_MS, lookup: lookupOutside } })

/**
 * Posts JSON to an address that somebody gave us. Null when it was taken (2xx), else why not, a finished sentence without the
 * address, which may be a secret. Redirects are not followed. `local` also allows loopback.
 */
export async function postJson(url: string, json: object, local: boolean): Promise<string | null> {
  const refusal = whyNotPosted(url, local)
  if (refusal) return refusal
  const isLocal = local && isLoopback(new URL(url).hostname.replace(/^\[(.*)\]$/, '$1'))
  try {
    const { statusCode, body } = await request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8', 'user-agent': 'Overture' },
      body: JSON.stringify(json),
      signal: AbortSignal.timeout(PATIENCE_MS),
      ...(isLocal ? {} : { dispatcher: outside }),
    })
    await body.dump({ limit: 64 * 1024 }).catch(() => {})
    return statusCode >= 200 && statusCode < 300 ? null : `It answered with ${statusCode}.`
  } catch (error) {
    if (error instanceof NotPublic) return error.message
    return `It could not be reached (${codeOf(error)}).`
  }
}

function codeOf(error: unknown): string {
  const { code, name } = error as { code?: string; name?: string }
  return code ?? name ?? 'unknown'
}
