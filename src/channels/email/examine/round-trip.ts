import { inboundSince } from '../../../core/inbound/find.ts'
import { bounceToken } from '../../../core/tokens.ts'
import type { SenderRow } from '../../../db/schema.ts'
import type { Store } from '../../../db/store.ts'
import type { Finding } from '../../../lib/finding.ts'
import { newId } from '../../../lib/id.ts'
import type { EmailOptions } from '../index.ts'
import { replyAddress } from '../send/compose.ts'

const POLL_MS = 500

/**
 * Sends a mail from each sender to its own reply address, and waits for it to come in again by what mail comes in by, or
 * by an Overture that runs beside. Our own mail coming back is set aside, so that nobody is bothered by it.
 */
export async function examineRoundTrips(
  options: EmailOptions,
  senders: SenderRow[],
  waitMs: number,
): Promise<Finding[]> {
  const { createEmail } = await import('../index.ts')
  const email = createEmail(options)
  const started = await email.start().then(
    () => null,
    (error: Error) => error, // such as a port that a running Overture has
  )
  try {
    return await Promise.all(senders.map(s => roundTrip(email, options.store, s, waitMs, started)))
  } finally {
    await email.stop()
  }
}

async function roundTrip(
  email: { sendTest(senderId: string, to: string): Promise<string | null> },
  store: Store,
  sender: SenderRow,
  waitMs: number,
  started: Error | null,
): Promise<Finding> {
  const part = `Round trip of ${sender.address}`
  const to = replyAddress(sender.address, bounceToken(store.key, newId()))
  const began = store.now()
  const trouble = await email.sendTest(sender.id, to)
  if (trouble)
    return { part, well: false, says: `the mail could not be sent. ${trouble}`, next: 'See "Mail out" above.' }
  const took = await arrival(store, to, began, waitMs)
  if (took !== null) return { part, well: true, says: `a mail to ${to} came back within ${Math.ceil(took / 1_000)} s.` }
  return {
    part,
    well: false,
    says: `a mail to ${to} was sent, but did not come back within ${Math.round(waitMs / 1_000)} s.${started ? ` (${started.message})` : ''}`,
    next: `Have your mail server take mail for ${replyAddress(sender.address, 'anything')} (plus addressing) into what Overture reads, and look into its spam folder.`,
  }
}

/** How long it took (ms), or null. */
async function arrival(store: Store, to: string, since: number, waitMs: number): Promise<number | null> {
  for (;;) {
    const rows = await store.read(q => inboundSince(q, 'email', since))
    if (rows.some(r => r.raw.includes(to))) return store.now() - since
    if (store.now() - since >= waitMs) return null
    await new Promise(resolve => setTimeout(resolve, POLL_MS))
  }
}

/** What is said in place of it when nothing is to be sent. */
export function untried(): Finding {
  return {
    part: 'Round trip',
    well: null,
    says: 'not tried.',
    next: 'overture doctor --send sends a mail from each sender to its own reply address and waits for it.',
  }
}
