import { readFile, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { createSecureContext } from 'node:tls'
import type { Log } from '../../../lib/log.ts'
import { Problem } from '../../../lib/problem.ts'
import { type Certificate, selfSigned } from './certificate.ts'
import { networksOf } from './relays.ts'

/** Where the certificate chain and the private key of our mail host are, as PEM. */
export interface TlsFiles {
  cert: string
  key: string
}

export interface Keys {
  /** What to offer STARTTLS with; null: not at all. */
  current: Certificate | null
  /** Whether the files changed and are good: then `current` is another. Bad ones are logged, and the old stay. */
  refresh(): Promise<boolean>
}

/**
 * The certificate of the files; without files one of our own making, since senders who would take any (RFC 7435) then at
 * least do not write in the clear. On loopback there is nobody to listen, and no certificate. Throws a Problem when the
 * files are not good.
 */
export async function openKeys(files: TlsFiles | null, host: string, now: number, log: Log): Promise<Keys> {
  if (!files) return { current: isLoopback(host) ? null : selfSigned(hostname(), now), refresh: async () => false }
  let seen = await stampOf(files).catch(() => '')
  const keys: Keys = {
    current: await readKeys(files),
    async refresh() {
      try {
        const stamp = await stampOf(files)
        if (stamp === seen) return false
        seen = stamp
        keys.current = await readKeys(files)
        log.info('The certificate of the mail listener was read anew.')
        return true
      } catch (error) {
        log.error({ err: error }, 'The new certificate of the mail listener is not good; the old one stays.')
        return false
      }
    },
  }
  return keys
}

/** The certificate and its key; throws a Problem when they cannot be used. */
export async function readKeys(files: TlsFiles): Promise<Certificate> {
  try {
    const [cert, key] = await Promise.all([readFile(files.cert, 'utf8'), readFile(files.key, 'utf8')])
    createSecureContext({ cert, key }) // throws when they are not a pair
    return { cert, key }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new Problem('invalid', `MAIL_TLS_CERT and MAIL_TLS_KEY cannot be used (${why}).`)
  }
}

async function stampOf({ cert, key }: TlsFiles): Promise<string> {
  const stats = await Promise.all([stat(cert), stat(key)])
  return stats.map(s => `${s.mtimeMs}:${s.ino}:${s.size}`).join(' ')
}

const onLoopback = networksOf(['127.0.0.0/8', '::1'])

function isLoopback(host: string): boolean {
  return host === 'localhost' || onLoopback(host)
}
