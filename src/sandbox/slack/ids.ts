import { randomBytes } from 'node:crypto'

/** Makes ids that look like Slack's; the same sequence in each workspace, so that a test may be repeated. */
export function createIds(): (prefix: string) => string {
  let n = 0
  return prefix => {
    n += 1
    const mixed = (BigInt(n) * 2_654_435_761_987n) % 36n ** 8n
    return `${prefix}0${mixed.toString(36).toUpperCase().padStart(8, '4')}${n % 10}`
  }
}

/** An id that no other workspace or run has: of an event, a trigger, an envelope. */
export function uniqueId(prefix = ''): string {
  return prefix + randomBytes(6).toString('hex').toUpperCase()
}

/** As Slack names blocks and actions that the app did not name. */
export function shortId(): string {
  return randomBytes(4).toString('base64url').slice(0, 5)
}
