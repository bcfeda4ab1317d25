import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { searching } from '../src/core/find/entry.ts'
import { askerOf, countFound } from '../src/core/find/find.ts'
import { isStale } from '../src/core/find/stale.ts'
import { startIndexing } from '../src/indexing.ts'
import { createLog } from '../src/lib/log.ts'
import { startTown, type Town } from './support/town.ts'
import { until } from './support/until.ts'

let town: Town
beforeAll(async () => {
  town = await startTown()
})
afterAll(() => town.close())

describe('the full-text index', () => {
  it('comes up with what changed while nobody looks for anything, also with what an earlier process left', async () => {
    for (let n = 0; n < 30; n++) await town.open({ subject: `Left ${n}` })
    expect(await town.store.read(isStale)).toBe(true)
    const indexing = startIndexing(town.store, createLog('fatal'), { afterMs: 50 })
    await until(async () => !(await town.store.read(isStale)))
    await town.open({ subject: 'Left at last' })
    await until(async () => !(await town.store.read(isStale)))
    await indexing.stop()
    const asker = await town.store.read(q => askerOf(q, town.ann, town.clock.now))
    expect(await town.store.read(q => countFound(q, { text: 'left' }, asker, 100))).toBe(31)
  })

  it('is up to date for whoever searches, however short ago it was', async () => {
    await town.open({ subject: 'Just now' })
    const asker = await town.store.read(q => askerOf(q, town.ann, town.clock.now))
    expect(await searching(town.store, q => countFound(q, { text: 'just now' }, asker, 100))).toBe(1)
    expect(await town.store.read(isStale)).toBe(false)
  })
})
