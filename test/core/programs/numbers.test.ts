import { afterAll, beforeAll, expect, it } from 'vitest'
import { idOf, idsOf, numbered, numberedIn } from '../../../src/core/programs/numbers.ts'
import { startTown, type Town } from '../../support/town.ts'

let town: Town
beforeAll(async () => {
  town = await startTown()
})
afterAll(() => town.close())

it('what is told of for the first time gets a number, and has it for ever', async () => {
  const first = await numberedIn(town.store, { ticket: ['a', 'b', 'a'], agent: ['c'] })
  expect(new Set(first.values()).size).toBe(3)
  expect([...first.values()].every(n => Number.isSafeInteger(n) && n > 0)).toBe(true)
  const again = await town.store.write(tx => numbered(tx, { ticket: ['b', 'd'], agent: ['c'] }))
  expect(again.get('b')).toBe(first.get('b'))
  expect(again.get('c')).toBe(first.get('c'))
  expect([...first.values()]).not.toContain(again.get('d'))
})

it('a number finds what has it, and nothing of another kind', async () => {
  const numbers = await numberedIn(town.store, { ticket: ['a'], agent: ['c'] })
  const [a, c] = [numbers.get('a') as number, numbers.get('c') as number]
  expect(await town.store.read(q => idOf(q, 'ticket', a))).toBe('a')
  await expect(town.store.read(q => idOf(q, 'ticket', c))).rejects.toThrow(`There is no ticket ${c}.`)
  const odd = [0, -1, 1.5, 2 ** 60, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 52]
  expect(await town.store.read(q => idsOf(q, 'ticket', [...odd, a]))).toEqual(new Map([[a, 'a']]))
})

it('ten who number the same things at once are told the same', async () => {
  const ids = Array.from({ length: 100 }, (_, i) => `t${i}`)
  const told = await Promise.all(
    Array.from({ length: 10 }, (_, i) => numberedIn(town.store, { ticket: i % 2 ? ids : ids.toReversed() })),
  )
  const sorted = told.map(numbers => [...numbers].sort())
  expect(sorted[0]).toHaveLength(100)
  for (const one of sorted) expect(one).toEqual(sorted[0])
  expect(new Set(sorted[0]?.map(([, n]) => n)).size).toBe(100)
})
