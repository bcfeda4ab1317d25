import { expectAll, type Row } from '../row.ts'
import type { Kept } from '../side.ts'
import type { Counts } from '../sinks.ts'

const AT_ONCE = 50

/** Tickets opened as by a busy desk, until each mail was accepted, each card posted, and all of it settled. */
export const ticket: Row = {
  lines: [
    { name: 'ticket', work: 'ticket to mail accepted and card posted, CPU', unit: 'ms', bar: { atMostTimesRaw: 1.1 } },
  ],
  async measure(side, world) {
    const warm = world.size(300, 100)
    const count = world.size(1_500, 400)
    return world.withFar(async ({ far, start }) => {
      const desk = await start(side === 'ours' ? 'ours' : 'assembly', side)
      await desk.ask('open', { first: 0, count: warm, atOnce: AT_ONCE })
      await desk.ask('settle')
      const before = await desk.ask<number>('cpu')
      await desk.ask('open', { first: warm, count, atOnce: AT_ONCE })
      await desk.ask('settle')
      const spent = (await desk.ask<number>('cpu')) - before

      const all = warm + count
      const { mails, cards } = await far.ask<Counts>('counts')
      const { tickets, unsettled } = await desk.ask<Kept>('kept')
      expectAll({ mails, cards, tickets, unsettled }, { mails: all, cards: all, tickets: all, unsettled: 0 })
      return [spent / count]
    })
  },
}
