import { setMaxListeners } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { uniqueId } from './ids.ts'
import { type Carrier, NotTaken, type Parcel } from './transport/carrier.ts'
import type { Json, Sent } from './types.ts'
import { SlackSays, type World } from './world.ts'

const KEPT = 20_000

export interface CourierOptions {
  ackMs: number
  /** Before each redelivery. */
  retryDelaysMs: number[]
}

/** Takes things to the app: events again when they are not acknowledged, what a person did only once. */
export function createCourier(world: World, options: CourierOptions) {
  const log: Sent[] = []
  const parcels = new Map<string, Parcel>()
  const closing = new AbortController()
  setMaxListeners(0, closing.signal)
  let carrier: Carrier | undefined

  function note(parcel: Parcel): Sent {
    world.order += 1
    const { id, kind, payload } = parcel
    const sent: Sent = { id, kind, payload, attempts: 0, ackedAt: undefined, at: world.now(), order: world.order }
    log.push(sent)
    parcels.set(id, parcel)
    if (log.length > KEPT) for (const old of log.splice(0, KEPT / 10)) parcels.delete(old.id)
    return sent
  }

  /** One attempt: the acknowledgement within Slack's patience, or NotTaken. One that comes later is noted too. */
  async function attempt(parcel: Parcel, sent: Sent): Promise<Json> {
    sent.attempts += 1
    if (world.isDown || !carrier) throw new NotTaken('connection_failed')
    const acked = carrier.carry(parcel).then(answer => {
      sent.ackedAt ??= world.now()
      return answer
    })
    const patience = new AbortController()
    const late = wait(options.ackMs, undefined, { signal: patience.signal, ref: false }).then(() => {
      throw new NotTaken('http_timeout')
    })
    try {
      return await Promise.race([acked, late])
    } finally {
      acked.catch(() => {})
      late.catch(() => {})
      patience.abort()
    }
  }

  async function deliver(parcel: Parcel, sent: Sent): Promise<void> {
    let reason = ''
    for (const [num, delay] of [undefined, ...options.retryDelaysMs].entries()) {
      if (delay !== undefined) await wait(delay, undefined, { signal: closing.signal, ref: false })
      if (sent.ackedAt !== undefined || closing.signal.aborted) return
      try {
        await attempt(num === 0 ? parcel : { ...parcel, retry: { num, reason } }, sent)
        return
      } catch (error) {
        if (!(error instanceof NotTaken)) throw error
        if (error.isFinal) return
        reason = error.message
      }
    }
  }

  return {
    log,
    carryBy(next: Carrier): void {
      carrier = next
    },
    event(payload: Json): void {
      const parcel: Parcel = { id: payload.event_id, kind: 'event', payload, mayAnswer: false }
      void deliver(parcel, note(parcel)).catch(() => {}) // ends with the sandbox
    },
    /** What a person did. Resolves with what the app answered; rejects with a SlackSays when it did not. */
    async ask(kind: Exclude<Sent['kind'], 'event'>, payload: Json, mayAnswer: boolean): Promise<Json> {
      const parcel: Parcel = { id: uniqueId('En0'), kind, payload, mayAnswer }
      return askedOnce(parcel, note(parcel))
    },
    async redeliver(id: string): Promise<void> {
      const parcel = parcels.get(id)
      const sent = log.find(s => s.id === id)
      if (!parcel || !sent) throw new Error(`Nothing with the id ${id} was sent.`)
      if (parcel.kind === 'event')
        await attempt({ ...parcel, retry: { num: Math.min(3, sent.attempts), reason: 'http_timeout' } }, sent)
      else await askedOnce(parcel, sent)
    },
    cut(): void {
      carrier?.cut()
    },
    async close(): Promise<void> {
      closing.abort()
      await carrier?.close()
    },
  }

  async function askedOnce(parcel: Parcel, sent: Sent): Promise<Json> {
    try {
      return await attempt(parcel, sent)
    } catch (error) {
      if (!(error instanceof NotTaken)) throw error
      const code = error.message === 'http_timeout' ? 'operation_timeout' : 'dispatch_failed'
      throw new SlackSays(code, `The app did not take it (${error.message}).`)
    }
  }
}

export type Courier = ReturnType<typeof createCourier>
