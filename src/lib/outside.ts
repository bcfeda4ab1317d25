import { type LookupAddress, lookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { Agent } from 'undici'
import { isPublicAddress } from './public-address.ts'

const PATIENCE_MS = 10_000

/** A name that leads, for now, to a place inside: it must not be asked what it says from outside. */
export class NotPublic extends Error {
  override name = 'NotPublic'
}

/** Asks for all addresses of a name, as dns.lookup does. */
export type Resolve = (
  hostname: string,
  options: { all: true },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void

/**
 * As dns.lookup, but every address that the name has must be public. It is asked at the very look-up by which is connected:
 * asked before, a name might have another address at the next moment.
 */
export function lookingOutside(resolve: Resolve = lookup): LookupFunction {
  return (hostname, options, done) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return done(error, [])
      if (!addresses.every(({ address }) => isPublicAddress(address)))
        return done(new NotPublic(`${hostname} leads into a private network.`), [])
      const [first] = addresses
      if (options.all || !first) done(null, addresses)
      else done(null, first.address, first.family)
    })
  }
}

/** Connects to public places only. */
export function createOutside(resolve?: Resolve): Agent {
  return new Agent({ connect: { timeout: PATIENCE_MS, lookup: lookingOutside(resolve) } })
}

/** For all that is asked of the internet. */
export const outside = createOutside()

/** Why nobody answered, a finished sentence. */
export function whyUnreached(error: unknown): string {
  if (error instanceof NotPublic) return error.message
  const { code, name } = error as { code?: string; name?: string }
  return `It could not be reached (${code ?? name ?? 'unknown'}).`
}
