import type { Channel, Letter, Outcome } from './channels/channel.ts'
import { claimDeliveries, extendLeases, LEASE_MS, nextDeliveryDue } from './core/deliveries/claim.ts'
import { type Carried, settle, settleAll } from './core/deliveries/settle.ts'
import { lettersFor } from './core/letters.ts'
import type { DeliveryRow } from './db/schema.ts'
import type { Store, Tx } from './db/store.ts'
import type { Log } from './lib/log.ts'
import { type Loop, startLoop, untilIdle } from './lib/loop.ts'
import { startPauses } from './lib/pauses.ts'

export interface Outbox {
  /** Resolves once nothing is left that is due now. */
  flush(): Promise<void>
  /** Claims no more; resolves once all that is being carried is settled. */
  stop(): Promise<void>
}

const TOGETHER_MS = 5

/**
 * Carries what is due: claim, carry, settle. The network is only touched between transactions. What was carried is settled
 * in the transaction that claims what is next, and many together, since much of the work is the same for one and for all.
 */
export function startOutbox(store: Store, channels: Map<string, Channel>, log: Log): Outbox {
  const carrying = new Map<string, { by: string; isOut: boolean; work: Promise<void> }>() // by delivery, until it is settled
  const carried: Carried[] = [] // and is to be settled
  let soon: NodeJS.Timeout | undefined
  let isStopping = false
  const renewal = setInterval(renew, LEASE_MS / 3)
  const pauses = startPauses(store.now)
  const loop: Loop = startLoop(round, error => log.error({ err: error }, 'The outbox could not work; it tries again.'))
  store.listen('outbox', loop.knock)

  async function round(): Promise<number | null> {
    const now = store.now()
    for (const letter of await settleAndClaim()) begin(letter)
    // what is due and was not claimed waits for one that is being carried, which knocks when it settles, or for a pause to end
    const due = [await nextDeliveryDue(store, now), ...pauses.ends()].filter(at => at !== null)
    return due.length ? Math.max(Math.min(...due) - store.now(), 20) : null
  }

  async function settleAndClaim(): Promise<Letter[]> {
    const together = carried.splice(0)
    const hands = freeHands()
    if (!together.length && !hands.length) return [] // the next one that was carried knocks
    try {
      return await (together.length ? store.write : store.claim)(async tx => {
        await settleAll(tx, together)
        return claim(tx, hands)
      })
    } catch (error) {
      if (!together.length) throw error
      for (const one of together) await settleAlone(one)
      loop.knock()
      return []
    } finally {
      for (const { letter } of together) carrying.delete(letter.id)
    }
  }

  /** How many more each channel may carry: one that is slow or away keeps no other from its work. */
  function freeHands(): [name: string, free: number][] {
    if (isStopping) return []
    const busy = [...carrying.values()].filter(b => !b.isOut)
    return [...channels.values()]
      .map((c): [string, number] => [c.name, c.atOnce - busy.filter(b => b.by === c.name).length])
      .filter(([, free]) => free > 0)
  }

  async function claim(tx: Tx, hands: [name: string, free: number][]): Promise<Letter[]> {
    const rows: DeliveryRow[] = []
    for (const [name, free] of hands)
      rows.push(...(await claimDeliveries(tx, free, { by: name, notTo: pauses.places() })))
    return lettersFor(tx.q, store, rows)
  }

  /** One that cannot be settled keeps the others from nothing. */
  async function settleAlone({ letter, outcome }: Carried): Promise<void> {
    try {
      await store.write(tx => settle(tx, letter, outcome))
    } catch (error) {
      // the lease runs out and it is carried again: at least once, and the far side knows it by its id
      log.error({ err: error, delivery: letter.id }, 'A delivery could not be settled.')
    }
  }

  function begin(letter: Letter): void {
    carrying.set(letter.id, { by: letter.channel, isOut: false, work: carry(letter) })
  }

  async function carry(letter: Letter): Promise<void> {
    const outcome = await outcomeOf(letter)
    if ('retry' in outcome && outcome.retry.place && outcome.retry.afterMs)
      pauses.begin(letter.thread.place, outcome.retry.afterMs)
    const wasTried = !('retry' in outcome) || outcome.retry.tries !== 'uncounted'
    if (!('sent' in outcome) && wasTried)
      log.warn(
        { delivery: letter.id, ticket: letter.ticket.identifier, attempt: letter.attempts, outcome },
        'Not delivered.',
      )
    const mine = carrying.get(letter.id)
    if (mine) mine.isOut = true
    carried.push({ letter, outcome })
    knockSoon()
  }

  /** At once when nothing else is being carried; else others will be through in a moment. */
  function knockSoon(): void {
    if ([...carrying.values()].every(c => c.isOut)) loop.knock()
    else soon ??= setTimeout(knockNow, TOGETHER_MS)
  }

  function knockNow(): void {
    soon = undefined
    loop.knock()
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

  /** All that is being carried has come to its end, and waits to be settled. */
  async function allCarried(): Promise<void> {
    await Promise.all([...carrying.values()].map(c => c.work))
  }

  function renew(): void {
    if (!carrying.size) return
    store
      .claim(tx => extendLeases(tx, [...carrying.keys()]))
      .catch(err => log.warn({ err }, 'Leases could not be extended.'))
  }

  return {
    flush: () =>
      untilIdle(loop, { inHand: carrying, done: allCarried, due: () => nextDeliveryDue(store), now: store.now }),
    async stop() {
      isStopping = true
      await loop.stop()
      await allCarried()
      await settleAndClaim()
      clearTimeout(soon)
      clearInterval(renewal)
    },
  }
}
