import { expect, test } from 'vitest'
import { takeTurns } from '../../src/lib/turns.ts'

test('works of one key run in their order, also behind one that failed; others do not wait', async () => {
  const inTurn = takeTurns()
  const said: string[] = []
  let release = (): void => {}
  const held = new Promise<void>(resolve => {
    release = resolve
  })
  const first = inTurn('jane', async () => {
    await held
    said.push('first')
    throw new Error('no')
  })
  const second = inTurn('jane', async () => said.push('second'))
  await inTurn('bob', async () => said.push('other'))
  release()
  await expect(first).rejects.toThrow('no')
  await second
  expect(said).toEqual(['other', 'first', 'second'])
})
