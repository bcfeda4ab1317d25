import { spawn } from 'node:child_process'
import { performance } from 'node:perf_hooks'
import { surroundings } from '../child.ts'
import type { Row } from '../row.ts'
import { filledDatabase } from '../seeded.ts'

/** `overture start` on an existing database until it says that it is ready, beside Node until it has imported Bolt. */
export const start: Row = {
  lines: [{ name: 'start', work: 'start to ready, existing database', unit: 'ms', bar: { below: 1_000 } }],
  async prepare(world) {
    await filledDatabase(world)
  },
  async measure(side, world) {
    const database = await filledDatabase(world)
    return world.withFar(async ({ ports }) => {
      const settings = { ...world.settings(ports, database), LOG_LEVEL: 'info' }
      return [await msUntilReady(world.program(side === 'ours' ? 'start' : 'bare-bolt'), settings)]
    })
  },
}

const PATIENCE_MS = 30_000

/** Starts it, waits for the word `ready` on standard error, and ends it as an operator does, by SIGTERM. */
function msUntilReady(file: string, settings: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const began = performance.now()
    let ready: number | undefined
    let said = ''
    const child = spawn(process.execPath, [file], {
      env: { ...surroundings(), ...settings },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const force = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS)
    child.stderr.on('data', chunk => {
      said += chunk
      if (ready !== undefined || !/\bready\b/.test(said)) return
      ready = performance.now() - began
      child.kill('SIGTERM')
    })
    child.on('error', reject)
    child.on('exit', () => {
      clearTimeout(force)
      if (ready === undefined) reject(new Error(`It did not become ready: ${said.trim()}`))
      else resolve(ready)
    })
  })
}
