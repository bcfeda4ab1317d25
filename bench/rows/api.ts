import { performance } from 'node:perf_hooks'
import { Agent, fetch } from 'undici'
import type { Child } from '../child.ts'
import { expectAll, type Row } from '../row.ts'
import { filledDatabase } from '../seeded.ts'
import type { SideName } from '../side.ts'
import type { Counts } from '../sinks.ts'
import { percentile } from '../stats.ts'
import { BODY, markOf } from '../texts.ts'

const AT_ONCE = 20

/** `POST /v1/tickets` by a busy program, mail and card with it, beside a bare server of the same framework that inserts one row. */
export const api: Row = {
  lines: [
    { name: 'api', work: 'POST /v1/tickets, 20 at once', unit: '/s', bar: null },
    { name: 'api', work: 'POST /v1/tickets, p50', unit: 'ms', bar: null },
    { name: 'api', work: 'POST /v1/tickets, p99', unit: 'ms', bar: null },
  ],
  async measure(side, world) {
    const warm = world.size(1_000, 200) // until the machine code is made
    const count = world.size(3_000, 500)
    return world.withFar(async ({ far, start }) => {
      const server = await start(programOf(side), side)
      const ask = await asking(server)
      await ask.all(warm, n => ask.post(n))
      const begun = performance.now()
      const times = await ask.all(count, n => ask.post(warm + n))
      const seconds = (performance.now() - begun) / 1000
      if (side === 'ours') {
        await server.ask('settle')
        const { mails } = await far.ask<Counts>('counts')
        expectAll({ mails }, { mails: warm + count })
      }
      return [count / seconds, percentile(times, 50), percentile(times, 99)]
    })
  },
}

/** A page of `GET /v1/tickets` among as many as there are, beside a bare server that reads as many rows. */
export const apiList: Row = {
  lines: [
    { name: 'api-list', work: 'GET /v1/tickets, a page of 50, p50', unit: 'ms', bar: null },
    { name: 'api-list', work: 'GET /v1/tickets, a page of 50, p99', unit: 'ms', bar: null },
  ],
  async prepare(world) {
    await filledDatabase(world)
  },
  async measure(side, world) {
    const database = await filledDatabase(world)
    return world.withFar(async ({ start }) => {
      const ask = await asking(await start(programOf(side), side, database))
      await ask.all(world.size(300, 50), () => ask.get())
      const times = await ask.all(world.size(1_000, 200), () => ask.get())
      return [percentile(times, 50), percentile(times, 99)]
    })
  },
}

function programOf(side: SideName): string {
  return side === 'ours' ? 'ours' : 'bare-http'
}

/** A program that asks, many at once over connections that stay open. */
async function asking(server: Child) {
  const [url, key] = [await server.ask<string>('url'), await server.ask<string>('apiKey')]
  const dispatcher = new Agent({ connections: AT_ONCE })
  const headers = { 'x-api-key': key, 'content-type': 'application/json' }

  /** Resolves with how long it took (ms). */
  async function timed(path: string, wanted: number, init: object): Promise<number> {
    const begun = performance.now()
    const response = await fetch(`${url}${path}`, { ...init, headers, dispatcher })
    const text = await response.text()
    if (response.status !== wanted) throw new Error(`${path} was answered ${response.status}: ${text}`)
    return performance.now() - begun
  }

  return {
    post(n: number): Promise<number> {
      const ticket = {
        title: `Your order ${markOf(n)}`,
        requestorEmail: `c${n % 200}@globex.test`,
        teamId: 'SUP',
        description: BODY,
        isPrivate: false,
        isProactive: true,
        proactiveChannels: ['email'],
      }
      return timed('/v1/tickets', 201, { method: 'POST', body: JSON.stringify(ticket) })
    },
    get: () => timed('/v1/tickets?limit=50', 200, {}),
    async all(count: number, work: (n: number) => Promise<number>): Promise<number[]> {
      const times: number[] = []
      let next = 0
      const one = async () => {
        while (next < count) times.push(await work(next++))
      }
      await Promise.all(Array.from({ length: AT_ONCE }, one))
      return times
    },
  }
}
