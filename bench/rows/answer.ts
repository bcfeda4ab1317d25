import { expectAll, type Row } from '../row.ts'
import type { Kept } from '../side.ts'
import type { Counts } from '../sinks.ts'

const CONNECTIONS = 20

/** Answers by SMTP, each to another ticket, until each is in its thread and all of it is settled. */
export const inbound: Row = {
  lines: [
    { name: 'answer', work: 'answer by SMTP to post in the thread, CPU', unit: 'ms', bar: { atMostTimesRaw: 1.2 } },
  ],
  async measure(side, world) {
    const tickets = world.size(1_000, 200)
    const warm = world.size(2_000, 100) // until the machine code is made
    const count = world.size(1_500, 400)
    return world.withFar(async ({ far, start }) => {
      const desk = await start(side === 'ours' ? 'ours' : 'assembly', side)
      await desk.ask('open', { first: 0, count: tickets, atOnce: 50 })
      await desk.ask('settle')
      const port = await desk.ask<number>('mailPort')
      await far.ask('sendAnswers', { port, first: 0, count: warm, atOnce: CONNECTIONS })
      await desk.ask('settle')
      const before = await desk.ask<number>('cpu')
      await far.ask('sendAnswers', { port, first: warm, count, atOnce: CONNECTIONS })
      await desk.ask('settle')
      const spent = (await desk.ask<number>('cpu')) - before

      const all = warm + count
      const posted = (await far.ask<Counts>('counts')).answers
      const { answers: kept, unsettled } = await desk.ask<Kept>('kept')
      expectAll({ posted, kept, unsettled }, { posted: all, kept: all, unsettled: 0 })
      return [spent / count]
    })
  },
}
