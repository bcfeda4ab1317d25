import type { Row } from '../row.ts'
import { filledDatabase } from '../seeded.ts'

/** Searches and filtered lists, the first page and one from the midst, beside one raw query of the same index. */
export const find: Row = {
  lines: [
    { name: 'find', work: 'find, first page, p50', unit: 'ms', bar: null },
    { name: 'find', work: 'find, first page, p99', unit: 'ms', bar: { below: 50 } },
    { name: 'find', work: 'find, a page in the midst, p50', unit: 'ms', bar: null },
    { name: 'find', work: 'find, a page in the midst, p99', unit: 'ms', bar: { below: 50 } },
  ],
  async prepare(world) {
    await filledDatabase(world)
  },
  async measure(side, world) {
    const database = await filledDatabase(world)
    return world.withFar(async ({ start }) => {
      const program = await start('finding', side, database)
      await program.ask('find', { side, rounds: 5, deep: false }) // until the machine code is made
      const rounds = world.size(40, 10)
      const first = await program.ask<Found>('find', { side, rounds, deep: false })
      const deep = await program.ask<Found>('find', { side, rounds, deep: true })
      return [first.p50, first.p99, deep.p50, deep.p99]
    })
  },
}

interface Found {
  p50: number
  p99: number
}
