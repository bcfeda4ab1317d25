import type { Channel, Letter, Outcome } from './channels/channel.ts'
import { claimDeliveries, extendLeases, LEASE_MS, nextDeliveryDue } from './core/deliveries/claim.ts'
import { settle } from './core/deliveries/settle.ts'
import { lettersFor } from './core/letters.ts'
import type { Store } from './db/store.ts'
import type { Log } from './lib/log.ts'
import { type Loop, startLoop } from './lib/loop.ts'

export interface Outbox {
  /** Resolves once nothing is left that is due now. */
  flush(): Promise<void>
  /** Claims no more; resolves once all that is being carried is settled. */
  stop(): Promise<void>
}

/** Carries what is due: claim, carry, settle. The network is only touched between transactions. */
export function startOutbox(store: Store, channels: Map<string, Channel>, log: Log): Outbox {
  const carrying = new Map<string, { by: string; work: Promise<void> }>() // by delivery
  const renewal = setInterval(renew, LEASE_MS / 3)
  const closedUntil = new Map<string, number>() // places that asked for a pause, such as a Slack channel after a 429
  const loop: Loop = startLoop(round, error => log.error({ err: error }, 'The outbox could not work; it tries again.'))
  store.listen('outbox', loop.knock)

  async function round(): Promise<number | null> {
    const now = store.now()
    const hands = freeHands()
    if (!hands.length) return null // the next one that settles knocks
    const letters = await store.claim(async tx => {
      const rows = []
      for (const [name, free] of hands)
        rows.push(...(await claimDeliveries(tx, free, { by: name, notTo: pausedPlaces() })))
      return rows.length ? lettersFor(tx.q, store, rows) : []
    })
    for (const letter of letters) begin(letter)
    // what is due and was not claimed waits for one that is being carried, which knocks when it settles, or for a pause to end
    const due = [await nextDeliveryDue(store, now), ...closedUntil.values()].filter(at => at !== null)
    return due.length ? Math.max(Math.min(...due) - store.now(), 20) : null
  }

  /** How many more each channel may carry: one that is slow or away keeps no other from its work. */
  function freeHands(): [name: string, free: number][] {
    const busy = [...carrying.values()]
    return [...channels.values()]
      .map((c): [string, number] => [c.name, c.atOnce - busy.filter(b => b.by === c.name).length])
      .filter(([, free]) => free > 0)
  }

  function begin(letter: Letter): void {
    const work = carry(letter).finally(() => {
      carrying.delete(letter.id)
      loop.knock()
    })
    carrying.set(letter.id, { by: letter.channel, work })
  }

  async function carry(letter: Letter): Promise<void> {
    const outcome = await outcomeOf(letter)
    if ('retry' in outcome && outcome.retry.place && outcome.retry.afterMs)
      closedUntil.set(letter.thread.place, store.now() + outcome.retry.afterMs)
    const wasTried = !('retry' in outcome) || outcome.retry.tries !== 'uncounted'
    if (!('sent' in outcome) && wasTried)
      log.warn(
        { delivery: letter.id, ticket: letter.ticket.identifier, attempt: letter.attempts, outcome },
        'Not delivered.',
      )
    try {
      await store.write(tx => settle(tx, letter, outcome))
    } catch (error) {
      // the lease runs out and it is carried again: at least once, and the far side knows it by its id
      log.error({ err: error, delivery: letter.id }, 'A delivery could not be settled.')
    }
  }

  async function outcomeOf(letter: Letter): Promise<Outcome> {
    const channel = channels.get(letter.channel)
    if (!channel) return { retry: { reason: `The channel ${letter.channel} is not switched on.`, afterMs: 60_000 } }
    try {
      return await channel.deliver(letter)
    } catch (error) {
      log.error({ err: error, delivery: letter.id }, 'Carrying a letter went wrong.')
      return { retry: { reason: 'Something went wrong on our side; it is tried again.' } }
    }
  }

  async function allCarried(): Promise<void> {
    await Promise.all([...carrying.values()].map(c => c.work))
  }

  function renew(): void {
    if (!carrying.size) return
    store
      .claim(tx => extendLeases(tx, [...carrying.keys()]))
      .catch(err => log.warn({ err }, 'Leases could not be extended.'))
  }

  function pausedPlaces(): string[] {
    const now = store.now()
    for (const [place, until] of closedUntil) if (until <= now) closedUntil.delete(place)
    return [...closedUntil.keys()]
  }

  return {
    async flush() {
      for (;;) {
        await allCarried()
        const due = await nextDeliveryDue(store)
        const isResting = loop.isResting() // what a round has just claimed is not in hand yet
        if (isResting && carrying.size === 0 && (due === null || due > store.now())) return
        if (isResting) loop.knock()
        await new Promise(resolve => setImmediate(resolve))
      }
    },
    async stop() {
      await loop.stop()
      await allCarried()
      clearInterval(renewal)
    },
  }
}
