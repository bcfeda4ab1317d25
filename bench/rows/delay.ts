import { expectAll, type Row } from '../row.ts'
import type { Kept } from '../side.ts'
import type { Counts } from '../sinks.ts'
import { percentile } from '../stats.ts'

const REST_MS = 10 // between two answers: nobody is busy

/** One answer at a time: from the end of its DATA to its post in the thread, by the clock of the far side. */
export const delay: Row = {
  lines: [
    { name: 'delay', work: 'end of DATA to post in the thread, p50', unit: 'ms', bar: { below: 10 } },
    { name: 'delay', work: 'end of DATA to post in the thread, p99', unit: 'ms', bar: { below: 50 } },
  ],
  async measure(side, world) {
    const tickets = world.size(200, 50)
    const count = world.size(300, 100)
    const warm = world.size(1_000, 50) // until the machine code is made
    return world.withFar(async ({ far, start }) => {
      const desk = await start(side === 'ours' ? 'ours' : 'assembly', side)
      await desk.ask('open', { first: 0, count: tickets, atOnce: 50 })
      await desk.ask('settle')
      const port = await desk.ask<number>('mailPort')
      await far.ask('delays', { port, first: 0, count: warm, restMs: REST_MS })
      const found = await far.ask<number[]>('delays', { port, first: warm, count, restMs: REST_MS })
      await desk.ask('settle')

      const posted = (await far.ask<Counts>('counts')).answers
      const { unsettled } = await desk.ask<Kept>('kept')
      expectAll({ posted, unsettled }, { posted: warm + count, unsettled: 0 })
      return [percentile(found, 50), percentile(found, 99)]
    })
  },
}
