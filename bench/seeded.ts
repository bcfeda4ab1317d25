import { startChild } from './child.ts'
import type { World } from './world.ts'

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
    await filler.ask('fill', { tickets: world.options.tickets })
    return database
  } finally {
    await filler.stop()
  }
}
