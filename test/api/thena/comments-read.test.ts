import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { agentByHandle } from '../../../src/core/agents.ts'
import { grantsOf, setGrants } from '../../../src/core/permissions/grants.ts'
import { type Program, programOf } from '../../support/program.ts'
import { startWorld, type World } from '../../support/world.ts'

let world: World
let ann: Program
let ben: Program

beforeAll(async () => {
  world = await startWorld()
  ann = await programOf(world, world.ann)
  ben = await programOf(world, world.ben)
  await world.openTicket()
  await world.settle()
  const mail = world.jane.latest()
  await world.jane.reply(mail, 'When does it come?')
  await world.settle()
  for (let i = 1; i <= 12; i++) await ann.post('/v1/tickets/SUP-1/comment', { content: `Note ${i}` })
})
afterAll(() => world?.close())

const contents = (answered: { body: { data: { content: string }[] } }) => answered.body.data.map(c => c.content)

describe('what was said on a ticket', () => {
  it('is all that people said, oldest first, in pages from 0', async () => {
    const first = await ann.get('/v1/tickets/SUP-1/comment')
    expect(contents(first)).toHaveLength(10)
    expect(contents(first).slice(0, 3)).toEqual(['Hello Jane, your order is ready.', 'When does it come?', 'Note 1'])
    const second = await ann.get('/v1/tickets/SUP-1/comments?page=1&limit=10')
    expect(contents(second)).toEqual(['Note 9', 'Note 10', 'Note 11', 'Note 12'])
    const named = await ann.get('/v1/comments?entityType=ticket&entityId=SUP-1&page=6&limit=2')
    expect(contents(named)).toEqual(['Note 11', 'Note 12'])
    expect(contents(await ann.get('/v1/comments?entityId=SUP-1&page=9999&limit=100'))).toEqual([])
  })

  it('is told whole one by one, and of a long text the beginning in lists', async () => {
    const content = 'word '.repeat(30_000).trim()
    const { body } = await ann.post('/v1/tickets/SUP-1/comment', { contentHtml: `<p><b>${content}</b></p>` })
    expect((await ann.get(`/v1/comments/${body.data.id}`)).body.data.content).toBe(content)
    const [listed] = (await ann.get('/v1/tickets/SUP-1/comments?page=7&limit=2')).body.data
    expect([listed.id, listed.content.length, listed.content.at(-1)]).toEqual([body.data.id, 50_000, '…'])
    expect((await ann.delete(`/v1/comments/${body.data.id}`)).status).toBe(200)
  })

  it('tells who said it, and by which mail', async () => {
    const { body } = await ann.get('/v1/tickets/SUP-1/comments')
    const [ours, theirs] = body.data
    expect(ours).toMatchObject({ authorUserType: 'AGENT', commentVisibility: 'public', delivery: { state: 'sent' } })
    expect(theirs).toMatchObject({
      authorUserType: 'CUSTOMER',
      commentVisibility: 'public',
      customerContactEmail: 'jane@acme.test',
      customerContactFirstName: 'Jane',
      sourceEmailId: `<${world.jane.sent.at(-1)?.messageId.replace(/[<>]/g, '')}>`,
      delivery: null,
    })
  })

  it.each([
    '/v1/comments',
    '/v1/comments?entityType=account&entityId=SUP-1',
    '/v1/tickets/SUP-1/comments?page=-1',
    '/v1/tickets/SUP-1/comments?limit=0',
    '/v1/tickets/SUP-1/comments?limit=101',
    '/v1/tickets/SUP-1/comments?page=9007199254740993',
    '/v1/tickets/SUP-1/comments?page=x',
    '/v1/tickets/SUP-1/comments?page=1000000&limit=100',
  ])('is refused for what makes no sense: %s', async path => {
    expect((await ann.get(path)).status).toBe(400)
  })

  it('is nothing for a ticket or a comment that is not there', async () => {
    expect((await ann.get('/v1/tickets/nothing/comments')).status).toBe(404)
    expect((await ann.get('/v1/comments?entityId=nothing')).status).toBe(404)
    expect((await ann.get('/v1/comments/nothing')).status).toBe(404)
  })

  it('is for those who may see the ticket', async () => {
    const id = (await ann.get('/v1/tickets/SUP-1/comments')).body.data[0].id
    await world.overture.store.write(async tx => {
      const admin = (await agentByHandle(tx.q, world.ann.id))!
      await tx.q.updateTable('agents').set({ role: 'admin' }).where('id', '=', admin.id).execute()
      await setGrants(tx, 'agent', { ...(await grantsOf(tx.q)).agent, view: 'own' }, admin)
    })
    for (const path of ['/v1/tickets/SUP-1/comments', '/v1/comments?entityId=SUP-1', `/v1/comments/${id}`]) {
      const { status, body } = await ben.get(path)
      expect([status, body.message]).toEqual([403, expect.stringContaining('You may not see SUP-1.')])
      expect((await ann.get(path)).status).toBe(200)
    }
  })
})
