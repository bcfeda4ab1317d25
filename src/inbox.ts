import type { Channel } from './channels/channel.ts'
import { claimInbound, extendInboundLeases, INBOUND_LEASE_MS, nextInboundDue } from './core/inbound/claim.ts'
import { MOST_ATTEMPTS, postponeInbound, settleInbound } from './core/inbound/settle.ts'
import type { InboundRow } from './db/schema.ts'
import type { Store } from './db/store.ts'
import type { Log } from './lib/log.ts'
import { startLoop, untilIdle } from './lib/loop.ts'
import { Problem } from './lib/problem.ts'

const AT_ONCE = 20

export interface Inbox {
  /** Resolves once nothing is left that is due now. */
  flush(): Promise<void>
  /** Begins nothing new; resolves once what is in hand is settled or put back. */
  stop(): Promise<void>
}

/** Has what came in understood and settled, from the stored rows. One that fails is tried again and holds up no other. */
export function startInbox(store: Store, channels: Map<string, Channel>, log: Log): Inbox {
  const working = new Map<string, Promise<void>>() // by arrival
  const renewal = setInterval(renew, INBOUND_LEASE_MS / 3)
  const loop = startLoop(round, error => log.error({ err: error }, 'The inbox could not work; it tries again.'))
  store.listen('inbox', loop.knock)

  async function round(): Promise<number | null> {
    const free = AT_ONCE - working.size
    if (free <= 0) return null
    const rows = await store.claim(tx => claimInbound(tx, free))
    for (const row of rows) begin(row)
    if (rows.length === free) return null // the next one that is done knocks
    const due = await nextInboundDue(store)
    return due === null ? null : Math.max(due - store.now(), 20)
  }

  function begin(row: InboundRow): void {
    const work = understand(row).finally(() => {
      working.delete(row.id)
      loop.knock()
    })
    working.set(row.id, work)
  }

  async function understand(row: InboundRow): Promise<void> {
    try {
      const channel = channels.get(row.channel)
      if (!channel) throw new Error(`The channel ${row.channel} is not switched on.`)
      await channel.receive(row)
    } catch (error) {
      await putOff(row, error).catch(err => log.error({ err, inbound: row.id }, 'An arrival could not be put off.'))
    }
  }

  async function putOff(row: InboundRow, error: unknown): Promise<void> {
    log.error({ err: error, inbound: row.id, attempt: row.attempts }, 'An arrival could not be understood.')
    const reason = error instanceof Error ? error.message : String(error)
    const became = await store.write(async tx => {
      if (!(error instanceof Problem)) return postponeInbound(tx, row, reason)
      await settleInbound(tx, row.id, { state: 'quarantined', reason })
      return 'quarantined'
    })
    if (became === 'quarantined' || row.attempts === MOST_ATTEMPTS)
      await channels.get(row.channel)?.tellOfTrouble?.(row, became)
  }

  function renew(): void {
    if (!working.size) return
    store
      .claim(tx => extendInboundLeases(tx, [...working.keys()]))
      .catch(err => log.warn({ err }, 'Leases could not be extended.'))
  }

  return {
    flush: () =>
      untilIdle(loop, {
        inHand: working,
        done: () => Promise.all(working.values()),
        due: () => nextInboundDue(store),
        now: store.now,
      }),
    async stop() {
      await loop.stop()
      await Promise.all(working.values())
      clearInterval(renewal)
    },
  }
}
