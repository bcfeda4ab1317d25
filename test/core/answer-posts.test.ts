import { afterAll, beforeAll, expect, it } from 'vitest'
import { claimAnswerPosts, hookHost, setAnswerHook, settleAnswerPost } from '../../src/core/answer-posts.ts'
import { startTown, type Town } from '../support/town.ts'

let town: Town
beforeAll(async () => {
  town = await startTown()
  await town.store.write(tx => setAnswerHook(tx, town.team.id, ' https://hooks.slack.com/triggers/T1/2/3 ', false))
})
afterAll(() => town.close())

const team = () => town.store.read(q => q.selectFrom('teams').selectAll().executeTakeFirstOrThrow())
const claim = () => town.store.write(tx => claimAnswerPosts(tx, 10))

it('word of an answer is claimed by one, tried again ever later, and given up after a day, visibly', async () => {
  expect(hookHost(town.store.key, await team())).toBe('hooks.slack.com')
  const ticket = await town.open()
  await town.carry()
  await town.arrive({ key: '<1@acme.test>', tokens: [await town.token(ticket.id)] })
  const [first] = await claim()
  expect(first).toMatchObject({
    url: 'https://hooks.slack.com/triggers/T1/2/3',
    attempts: 1,
    says: { identifier: 'SUP-1', subject: 'Your order', customer: 'Jane Doe <jane@acme.test>', link: '' },
  })
  expect(await claim()).toEqual([])
  const settle = (post: NonNullable<typeof first>, problem: string | null) =>
    town.store.write(tx => settleAnswerPost(tx, post, problem))
  if (!first) throw new Error('Nothing was claimed.')
  await settle(first, 'It answered with 500.')
  await settle(first, 'It answered with 500.')
  town.clock.now += 1_000
  const [second] = await claim()
  expect(second).toMatchObject({ id: first.id, attempts: 2 })
  expect((await team()).hook_problem).toBe('Word of SUP-1 waits: It answered with 500.')
  town.clock.now += 25 * 3_600_000
  const [last] = await claim()
  if (!last) throw new Error('Nothing was claimed.')
  await settle(last, 'It answered with 500.')
  expect((await team()).hook_problem).toBe('Word of SUP-1 was given up: It answered with 500.')
  town.clock.now += 3_600_000
  expect(await claim()).toEqual([])
})

it('a machine’s mail is no word of an answer', async () => {
  const ticket = await town.open()
  await town.carry()
  await town.arrive({ key: '<2@acme.test>', tokens: [await town.token(ticket.id)], kind: 'ooo', rule: 'says so' })
  expect(await claim()).toEqual([])
})

it('an address that was sealed under another secret is told of, and holds up nothing', async () => {
  const ticket = await town.open()
  await town.carry()
  await town.arrive({ key: '<3@acme.test>', tokens: [await town.token(ticket.id)] })
  await town.store.write(tx => tx.q.updateTable('teams').set({ hook_url: 'not ours' }).execute())
  expect(hookHost(town.store.key, await team())).toBe('an address that cannot be read any more')
  expect(await claim()).toMatchObject([{ url: null }])
})
