import { expectAll, type Row } from '../row.ts'
import { filledDatabase } from '../seeded.ts'
import type { Counts } from '../sinks.ts'
import { percentile } from '../stats.ts'

const AT_ONCE = 50

/** `/ticket` over Socket Mode by fifty people at once, until the form opens: Slack gives a trigger three seconds. */
export const command: Row = {
  lines: [
    { name: 'command', work: '/ticket to views.open, 50 at once, p50', unit: 'ms', bar: null },
    { name: 'command', work: '/ticket to views.open, 50 at once, p99', unit: 'ms', bar: { below: 100 } },
  ],
  async prepare(world) {
    await filledDatabase(world)
  },
  async measure(side, world) {
    const warm = world.size(2_000, 200) // until the machine code is made
    const count = world.size(1_000, 300)
    const database = await filledDatabase(world)
    return world.withFar(async ({ far, start }) => {
      await start(side === 'ours' ? 'ours' : 'assembly-command', side, database)
      await far.ask('commands', { name: 'warm', count: warm, atOnce: AT_ONCE })
      const found = await far.ask<number[]>('commands', { name: 'real', count, atOnce: AT_ONCE })
      const { views } = await far.ask<Counts>('counts')
      expectAll({ views }, { views: warm + count })
      return [percentile(found, 50), percentile(found, 99)]
    })
  },
}
