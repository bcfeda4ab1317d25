import type { Gauge, Registry } from 'prom-client'
import type { Channel, Outcome } from './channels/channel.ts'
import { cameIn, deliveriesWaiting, longestWait, queueDepths } from './core/depths.ts'
import type { Store } from './db/store.ts'

export interface Metrics {
  /** The same channel, whose deliveries are counted and timed. */
  watched(channel: Channel): Channel
  /** A program was answered. `route` as it is described, such as `/v1/tickets/:id`. */
  answered(request: { method: string; route: string; status: number; seconds: number }): void
  /** All figures as Prometheus reads them, and the type of that text. */
  read(): Promise<{ type: string; text: string }>
}

/** What is counted, once somebody looks. */
interface Counting {
  registry: Registry
  delivered(channel: string, outcome: Outcome, seconds: number): void
  answered: Metrics['answered']
}

/**
 * Figures of how Overture does, for Prometheus (https://prometheus.io/docs/instrumenting/exposition_formats). Most
 * deployments never ask, so counting is loaded, and begins, with the first look. What waits is asked of the database.
 */
export function createMetrics(store: Store): Metrics {
  let counting: Counting | undefined
  let opening: Promise<Counting> | undefined
  return {
    watched(channel) {
      return {
        ...channel,
        async deliver(letter) {
          const begun = performance.now()
          const outcome = await channel.deliver(letter)
          counting?.delivered(channel.name, outcome, (performance.now() - begun) / 1000)
          return outcome
        },
      }
    },
    answered: request => counting?.answered(request),
    async read() {
      opening ??= open(store)
      counting = await opening
      return { type: counting.registry.contentType, text: await counting.registry.metrics() }
    },
  }
}

/** From a mail to a nearby server to one that is nearly given up (s). */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

async function open(store: Store): Promise<Counting> {
  const { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } = await import('prom-client')
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const carried = new Histogram({
    name: 'overture_delivery_seconds',
    help: 'How long it took to carry a letter, by channel (slack: calls of its Web API; email: SMTP) and what became of it.',
    labelNames: ['channel', 'outcome'] as const,
    buckets: BUCKETS,
    registers,
  })
  const waits = new Counter({
    name: 'overture_rate_limit_wait_seconds_total',
    help: 'How long deliveries were told to wait by rate limits, ours or the far side’s, by channel.',
    labelNames: ['channel'] as const,
    registers,
  })
  const requests = new Histogram({
    name: 'overture_api_request_seconds',
    help: 'How long a request of the API took, by method, route and status.',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: BUCKETS,
    registers,
  })
  const gauge = <Label extends string>(
    name: string,
    help: string,
    labelNames: Label[],
    measure: (gauge: Gauge<Label>) => Promise<void>,
  ) =>
    new Gauge({
      name,
      help,
      labelNames,
      registers,
      async collect() {
        this.reset()
        await measure(this)
      },
    })
  gauge('overture_deliveries_waiting', 'Deliveries that wait.', ['channel', 'state', 'age'], async g => {
    for (const { count, ...labels } of await store.read(q => deliveriesWaiting(q, store.now()))) g.set(labels, count)
  })
  gauge(
    'overture_oldest_delivery_seconds',
    'For how long the oldest delivery waits that no far side put off.',
    [],
    async g => g.set((await store.read(q => longestWait(q, store.now()))) / 1000),
  )
  gauge('overture_inbound_last_hour', 'What came in during the last hour.', ['channel', 'result', 'kind'], async g => {
    for (const { count, kind, ...labels } of await store.read(q => cameIn(q, store.now())))
      g.set({ ...labels, kind: kind ?? '' }, count)
  })
  gauge('overture_queue_depth', 'How much waits in each queue beside the outbox.', ['queue'], async g => {
    for (const [queue, depth] of Object.entries(await store.read(queueDepths))) g.set({ queue }, depth)
  })
  return {
    registry,
    delivered(channel, outcome, seconds) {
      const wait = waitOf(outcome)
      if (wait > 0) waits.inc({ channel }, wait)
      else carried.observe({ channel, outcome: Object.keys(outcome).find(k => k !== 'recipients') ?? '' }, seconds)
    },
    answered({ method, route, status, seconds }) {
      requests.observe({ method, route, status: String(status) }, seconds)
    },
  }
}

/** For how long a rate limit has it wait (s): nothing was tried, or the far side asked all for its place to wait. */
function waitOf(outcome: Outcome): number {
  if (!('retry' in outcome)) return 0
  const { place, tries, afterMs = 0 } = outcome.retry
  return place || tries === 'uncounted' ? afterMs / 1000 : 0
}
