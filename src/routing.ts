import type { Channel } from './channels/channel.ts'
import { notePresence, type Presence, presenceDue } from './core/routing/presence.ts'
import { isAnyWaiting, tendQueue } from './core/routing/queue.ts'
import type { Store } from './db/store.ts'
import type { Log } from './lib/log.ts'
import { type Loop, startLoop } from './lib/loop.ts'

export interface Routing {
  /** Looks soon whether somebody is free for what waits. */
  tend(): void
  /** Resolves once nothing that waits can be given to anybody now. */
  flush(): Promise<void>
  stop(): Promise<void>
}

/** Gives out tickets that wait: asks the desk who is there where that counts, then assigns, each in its own transaction. */
export function startRouting(store: Store, channels: Map<string, Channel>, log: Log): Routing {
  const desk = [...channels.values()].find(c => c.presence)
  let asked = true
  let working: Promise<void> | undefined
  const loop: Loop = startLoop(round, error => log.error({ err: error }, 'Tickets could not be given out.'))
  store.listen('routing', tend)

  function tend(): void {
    asked = true
    loop.knock()
  }

  async function round(): Promise<null> {
    if (!asked) return null
    asked = false
    working = work()
    try {
      await working
    } finally {
      working = undefined
    }
    return null
  }

  async function work(): Promise<void> {
    const handles = await store.read(presenceDue)
    if (handles.length) {
      const said = await presenceOf(handles)
      await store.write(tx => notePresence(tx, said))
    }
    if (await store.read(isAnyWaiting)) await store.write(tendQueue)
  }

  /** When the desk does not say, what people said themselves counts: an outage there must not stop the work. */
  async function presenceOf(handles: string[]): Promise<Map<string, Presence>> {
    const unknown = new Map<string, Presence>(handles.map(h => [h, null]))
    try {
      return new Map([...unknown, ...((await desk?.presence?.(handles)) ?? [])])
    } catch (error) {
      log.warn({ err: error }, 'Who is there could not be asked.')
      return unknown
    }
  }

  return {
    tend,
    async flush() {
      while (asked || working) {
        loop.knock()
        await working?.catch(() => {})
        await new Promise(resolve => setImmediate(resolve))
      }
    },
    stop: () => loop.stop(),
  }
}
