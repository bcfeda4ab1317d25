import type { Row } from '../row.ts'
import { filledDatabase } from '../seeded.ts'

const SETTLED_MS = 20_000 // V8 gives back what the start needed after about eight seconds of rest, the later the more it was

/** Memory of the started program while nothing happens, beside Node with the same libraries imported. */
export const idle: Row = {
  lines: [{ name: 'idle', work: 'memory when idle, SQLite', unit: 'MB', bar: { below: 120 } }],
  rounds: 1,
  async prepare(world) {
    await filledDatabase(world)
  },
  async measure(side, world) {
    const database = await filledDatabase(world)
    return world.withFar(async ({ start }) => {
      const program = await start(side === 'ours' ? 'ours' : 'bare', side, database)
      await new Promise(resolve => setTimeout(resolve, SETTLED_MS))
      return [(await program.ask<number>('rss')) / 1_000_000]
    })
  },
}
