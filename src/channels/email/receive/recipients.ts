import { normaliseAddress, readAddressList, splitPlus } from '../address.ts'
import type { AuthResults } from '../read/trust/auth-results.ts'

/** How a mail reached us, as it is stored beside the raw bytes. */
export interface Envelope {
  from?: string // empty: the null sender of bounces; absent: not known
  to?: string[]
  by?: 'smtp' | 'imap' | 'http'
  bytes?: number // of the whole mail, when only its beginning was taken in
  junk?: true // it lay where the mail system puts what it takes for spam
  remote?: string // the address that it came from by SMTP
  helo?: string // what that host calls itself
  relay?: true // that host is one of ours, which took it in from somebody else
  auth?: AuthResults // what our own check said
}

/** Where a mail was delivered to may stand in any of these; forwarders keep the reply address in one of them only. */
const RECIPIENT_HEADERS = [
  'delivered-to',
  'x-original-to',
  'envelope-to',
  'x-envelope-to',
  'x-forwarded-to',
  'resent-to',
  'x-rcpt-to',
  'apparently-to',
]

const MOST_RECIPIENTS = 500

/** Every address that a mail was delivered to, without its plus part, and what stood behind the plus signs. */
export function recipientsOf(
  headers: Map<string, string[]>,
  envelope: Envelope,
  named: { address: string }[], // in To and Cc
): { to: string[]; tokens: string[] } {
  const addresses = [
    ...(envelope.to ?? []).map(normaliseAddress),
    ...RECIPIENT_HEADERS.flatMap(h => headers.get(h) ?? []).flatMap(v => readAddressList(v).map(m => m.address)),
    ...named.map(m => m.address),
  ]
  const parts = [...new Set(addresses)]
    .filter(a => a !== null)
    .slice(0, MOST_RECIPIENTS)
    .map(splitPlus)
  return {
    to: [...new Set(parts.flatMap(p => p.bases))],
    tokens: [...new Set(parts.flatMap(p => p.tokens))],
  }
}
