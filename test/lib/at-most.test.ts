import { expect, it } from 'vitest'
import { atMost } from '../../src/lib/at-most.ts'

it('no more works are done at once than may be, in their order, and one that fails lets the next begin', async () => {
  const inTurn = atMost(2)
  const order: number[] = []
  let running = 0
  let most = 0
  const work = (n: number) =>
    inTurn(async () => {
      order.push(n)
      most = Math.max(most, ++running)
      await new Promise(resolve => setImmediate(resolve))
      running--
      if (n % 3 === 0) throw new Error(`${n}`)
      return n
    })
  const done = await Promise.allSettled([1, 2, 3, 4, 5, 6, 7].map(work))
  expect(done.map(d => d.status === 'fulfilled')).toEqual([true, true, false, true, true, false, true])
  expect(order).toEqual([1, 2, 3, 4, 5, 6, 7])
  expect(most).toBe(2)
})
