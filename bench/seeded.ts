import { startChild } from './child.ts'
import type { World } from './world.ts'

/** A million takes some minutes: their rows half of one, the rest the index that they are found by. */
const LONGEST_MS = 20 * 60_000

const filled = new WeakMap<World, Promise<string>>()

/** A database with as many tickets as `--tickets` says, filled once for all rounds; resolves with its path. */
export function filledDatabase(world: World): Promise<string> {
  const known = filled.get(world) ?? fill(world)
  filled.set(world, known)
  return known
}

async function fill(world: World): Promise<string> {
  const database = world.path('filled.db')
  const filler = await startChild(world.program('seed'), world.settings({ mail: 9, slack: 9 }, database), [])
  try {
    await filler.ask('fill', { tickets: world.options.tickets }, LONGEST_MS)
    return database
  } finally {
    await filler.stop()
  }
}
