import { enterBacklog, isBacklog } from './core/find/entry.ts'
import type { Store } from './db/store.ts'
import type { Log } from './lib/log.ts'
import { startLoop } from './lib/loop.ts'

const AT_ONCE = 50 // tickets in one transaction: some milliseconds, so that nobody waits for it

/** Enters into the index, after an update, the tickets that were there before it; then it rests for good. */
export function startBacklog(store: Store, log: Log): { stop(): Promise<void> } {
  let isOver = false
  const loop = startLoop(round, error => log.error({ err: error }, 'Older tickets could not be made to be found.'))

  async function round(): Promise<number | null> {
    if (isOver) return null
    if (!(await store.read(isBacklog))) {
      isOver = true
      return null
    }
    const left = await store.claim(tx => enterBacklog(tx, AT_ONCE))
    if (left === 0) log.info('All older tickets can be found.')
    await new Promise(resolve => setImmediate(resolve))
    return 0
  }

  return loop
}
