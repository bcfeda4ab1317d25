import { enterBacklog, enterStale, isBacklog } from './core/find/entry.ts'
import { isStale } from './core/find/stale.ts'
import type { Store } from './db/store.ts'
import type { Log } from './lib/log.ts'
import { startLoop } from './lib/loop.ts'

const AFTER_MS = 5_000 // what changed just now is likely to change again, and is on its way to somebody
const AT_ONCE = 50 // tickets in one transaction: some milliseconds, so that nobody waits for it

/**
 * Keeps the full-text index up with the tickets, a moment (`afterMs`) behind; whoever searches brings it up to date before. Between
 * times the tickets are entered that were there before the index was.
 */
export function startIndexing(store: Store, log: Log, { afterMs = AFTER_MS } = {}): { stop(): Promise<void> } {
  let isWhole = false
  let begins: number | null = null // by the machine's own clock
  const loop = startLoop(round, error =>
    log.error({ err: error }, 'The index could not be written; it is tried again.'),
  )
  store.listen('index', loop.knock)

  async function round(): Promise<number | null> {
    const wait = await waitForMore()
    if (wait !== null) return wait
    while ((await store.claim(tx => enterStale(tx, AT_ONCE))) === AT_ONCE) await othersFirst()
    isWhole ||= !(await store.read(isBacklog))
    if (isWhole) return null
    const left = await store.claim(tx => enterBacklog(tx, AT_ONCE))
    if (left === 0) log.info('All older tickets can be found.')
    await othersFirst()
    return 0
  }

  /** How long changes are still waited for (ms); null once they are to be entered, or there are none. */
  async function waitForMore(): Promise<number | null> {
    begins ??= (await store.read(isStale)) ? performance.now() + afterMs : null
    if (begins !== null && begins > performance.now()) return begins - performance.now()
    begins = null
    return null
  }

  return loop
}

function othersFirst(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}
