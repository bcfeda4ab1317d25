import { afterAll, beforeAll, expect, it } from 'vitest'
import { subjectFrom } from '../../../src/core/chats/subject.ts'
import { type Program, programOf } from '../../support/program.ts'
import { startWorld, type World } from '../../support/world.ts'

let world: World
let ann: Program

beforeAll(async () => {
  world = await startWorld()
  ann = await programOf(world, world.ann, { header: 'sendbirddeskapitoken' })
})
afterAll(() => world?.close())

const ask = async () => {
  const { id } = (await ann.post('/platform/v1/customers', { sendbirdId: 'jane@acme.test' })).body
  const { results } = (await ann.get('/platform/v1/agents')).body
  return ann.post('/platform/v1/proactive_chats', {
    message: 'Hello.',
    groupKey: 'sup',
    customerIds: [id],
    agentId: results[0].id,
  })
}

it('without a public address, or a sender, a chat is refused with what is to be set up, and nothing is kept', async () => {
  const closed = await ask()
  expect(closed).toMatchObject({ status: 409, body: { error: true, code: 409100 } })
  expect(closed.body.message).toContain('PUBLIC_URL')
  await world.overture.store.write(tx => tx.q.updateTable('senders').set({ removed_at: tx.now }).execute())
  const mute = await ask()
  expect(mute).toMatchObject({ status: 409, body: { errors: [{ field: 'groupKey' }, { field: null }] } })
  expect(mute.body.message).toContain('This team has no address to send from.')
  expect((await ann.get('/platform/v1/proactive_chats')).body).toMatchObject({ count: 0, results: [] })
})

it('a mail without a subject is called after its first sentence, cut at a word and in no variable', () => {
  expect(subjectFrom('Summer hours begin. We close at 4.')).toBe('Summer hours begin')
  expect(subjectFrom('\n Is it there?  Tell us. ')).toBe('Is it there?')
  expect(subjectFrom('Version 2.5 is out\nand more')).toBe('Version 2.5 is out')
  expect(subjectFrom(`${'word '.repeat(30)}end.`)).toBe(`${'word '.repeat(15).trim()}…`)
  expect(subjectFrom('x'.repeat(100))).toBe(`${'x'.repeat(78)}…`)
  const long = `Hello ${'w'.repeat(60)} {{ customer.name | default: "friend of the house" }}, come.`
  expect(subjectFrom(long)).not.toContain('{')
  expect(subjectFrom('Hello {{ customer.first_name }}, come.')).toBe('Hello {{ customer.first_name }}, come')
  expect(subjectFrom('...')).not.toBe('')
})
