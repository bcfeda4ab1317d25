import type { Channel } from './channels/channel.ts'
import { claimErasure, eraseSome, nextErasureDue, nextTrace, noteProgress, postponeErasure } from './core/erase/run.ts'
import { erasingOf } from './core/erase/steps.ts'
import type { ErasureRow } from './db/schema.ts'
import type { Store } from './db/store.ts'
import type { Log } from './lib/log.ts'
import { type Loop, startLoop } from './lib/loop.ts'

export interface ErasingWork {
  stop(): Promise<void>
}

/**
 * Forgets customers, piece by piece, each in its own transaction, so that nobody waits for one with thousands of messages.
 * What the desk shows is taken away between transactions. Whatever ends it in between, it goes on where it was.
 */
export function startErasing(store: Store, channels: Map<string, Channel>, log: Log): ErasingWork {
  const desk = [...channels.values()].find(c => c.erase)
  let isStopping = false
  const loop: Loop = startLoop(round, error =>
    log.error({ err: error }, 'Nobody could be forgotten; it is tried again.'),
  )
  store.listen('erasing', loop.knock)

  async function round(): Promise<number | null> {
    const row = await store.write(claimErasure)
    if (row) await goOn(row)
    const due = await nextErasureDue(store)
    return due === null ? null : Math.max(due - store.now(), 20)
  }

  async function goOn(claimed: ErasureRow): Promise<void> {
    let row = claimed
    try {
      while (row.due_at !== null && !isStopping) {
        const next = row.step === 'desk' ? await eraseAtDesk(row) : await store.write(tx => eraseSome(tx, row))
        if (!next) return
        row = next
      }
      if (isStopping && row.due_at !== null) await store.write(tx => postponeErasure(tx, row, 0))
    } catch (error) {
      log.error(
        { err: error, erasure: row.id, step: row.step },
        'Forgetting a customer did not go on; it is tried again.',
      )
      await store.write(tx => postponeErasure(tx, row))
    }
  }

  /** Null when the desk asks us to come again later. */
  async function eraseAtDesk(row: ErasureRow): Promise<ErasureRow | null> {
    const trace = await store.read(q => nextTrace(q, erasingOf(row)))
    if (!trace || !desk?.erase) return store.write(tx => noteProgress(tx, row, { cursor: null }))
    const outcome = await desk.erase(trace)
    const { afterMs, erased, left } = outcome
    return store.write(async tx => {
      const isDone = afterMs === undefined
      const cursor = isDone ? trace.cursor : row.cursor
      const after = await noteProgress(tx, row, { cursor, counts: { posts: erased, left } })
      if (isDone) return after
      await postponeErasure(tx, after, afterMs)
      return null
    })
  }

  return {
    async stop() {
      isStopping = true
      await loop.stop()
    },
  }
}
