import { createHmac, randomBytes } from 'node:crypto'
import type { HookRow } from '../../db/schema.ts'
import { seal } from '../../lib/sign.ts'
import { unsealed } from './hook.ts'

const PREFIX = 'whsec_'

/** A new secret, and the same sealed for the database. */
export function newSecret(key: Buffer): { secret: string; sealed: string } {
  const secret = PREFIX + randomBytes(32).toString('base64url')
  return { secret, sealed: seal(key, secret) }
}

/**
 * What a body is signed with at a moment (ms UTC): nothing for a subscription without a secret; two while an older one still
 * counts, the newer first. Null when they cannot be read any more.
 */
export function secretsOf(
  key: Buffer,
  hook: Pick<HookRow, 'secret' | 'old_secret' | 'old_secret_until'>,
  now: number,
): string[] | null {
  const isOld = hook.old_secret !== null && (hook.old_secret_until ?? 0) > now
  const secrets = [hook.secret, isOld ? hook.old_secret : null]
    .filter(sealed => sealed !== null)
    .map(s => unsealed(key, s))
  return secrets.includes(null) ? null : (secrets as string[])
}

/** The headers by which a receiver knows that we wrote the body just now. */
export function signatureHeaders(secrets: string[], body: string, now: number): Record<string, string> {
  const timestamp = String(Math.floor(now / 1000))
  const signatures = secrets.map(
    secret => `sha256=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`,
  )
  return {
    'X-Timestamp': timestamp,
    ...(signatures.length && { 'X-Signature': signatures.join(',') }),
  }
}
