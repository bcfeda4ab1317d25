import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Program, programOf } from '../../support/program.ts'
import { until } from '../../support/until.ts'
import { startWorld, type World } from '../../support/world.ts'

let world: World
let ann: Program
let ben: Program

beforeAll(async () => {
  world = await startWorld({ env: { HOLD_SECONDS: '60' } })
  ann = await programOf(world, world.ann)
  ben = await programOf(world, world.ben)
  await world.openTicket()
  await carry()
})
afterAll(() => world?.close())

/** The hold is over. */
async function carry(): Promise<void> {
  world.wait(61_000)
  await world.settle()
}

async function write(content: string, how: object = { commentVisibility: 'public' }): Promise<string> {
  const { status, body } = await ann.post('/v1/tickets/SUP-1/comment', { content, ...how })
  expect(status).toBe(201)
  return body.data.id
}

const mailed = (words: string) => world.jane.inbox.filter(mail => mail.text.includes(words)).length
const atDesk = (words: string) =>
  world.slack
    .channel('support')
    .messages()
    .filter(m => JSON.stringify(m.blocks).includes(words)).length
const inThreads = () =>
  JSON.stringify(
    world.slack
      .channel('support')
      .messages()
      .flatMap(m => world.thread(m.ts)),
  )

describe('changing a comment', () => {
  it('within the hold changes the mail itself', async () => {
    const id = await write('The parcel comes on Monday.')
    expect((await ann.get(`/v1/comments/${id}`)).body.data.delivery).toMatchObject({
      state: 'held',
      dueAt: expect.any(String),
    })
    const { status, body } = await ann.patch(`/v1/comments/${id}`, {
      contentHtml: '<p>The parcel comes on <b>Tuesday</b>.</p>',
      metadata: { edited: 'by a program' },
      threadName: 'delivery',
    })
    expect(status).toBe(200)
    expect(body.data).toMatchObject({
      content: 'The parcel comes on Tuesday.',
      isEdited: true,
      commentVisibility: 'public',
      metadata: { edited: 'by a program' },
      threadName: 'delivery',
    })
    await carry()
    expect([mailed('Monday'), mailed('Tuesday')]).toEqual([0, 1])
  })

  it('after it is refused, unless the customer is to have a correction', async () => {
    const id = await write('It costs ten euros.')
    await carry()
    const refused = await ann.patch(`/v1/comments/${id}`, { content: 'It costs twelve euros.' })
    expect(refused.status).toBe(409)
    expect(refused.body.errors).toEqual([
      { field: 'content', message: expect.stringContaining('The customer has this') },
    ])
    expect((await ann.get(`/v1/comments/${id}`)).body.data.content).toBe('It costs ten euros.')
    const corrected = await ann.patch(`/v1/comments/${id}`, { content: 'It costs twelve euros.', sendCorrection: true })
    expect(corrected.body.data).toMatchObject({ content: 'It costs twelve euros.', isEdited: true })
    await carry()
    expect(world.jane.latest().text).toContain('A correction to my earlier message.')
    expect(world.jane.latest().text).toContain('It costs twelve euros.')
  })

  it('sends what was a note, and takes back what is held', async () => {
    const id = await write('First for us', { commentVisibility: 'private' })
    expect((await ann.patch(`/v1/comments/${id}`, { commentVisibility: 'public' })).body.data).toMatchObject({
      commentVisibility: 'public',
      delivery: { state: 'held' },
    })
    expect((await ann.patch(`/v1/comments/${id}`, { isPublic: false })).body.data).toMatchObject({
      commentVisibility: 'private',
      delivery: { state: 'cancelled' },
    })
    await carry()
    expect(mailed('First for us')).toBe(0)
    await ann.patch(`/v1/comments/${id}`, { commentVisibility: 'public' })
    await carry()
    expect(mailed('First for us')).toBe(1)
    expect((await ann.patch(`/v1/comments/${id}`, { commentVisibility: 'private' })).status).toBe(409)
  })

  it('pins a note', async () => {
    const id = await write('Keep in mind', { commentVisibility: 'private' })
    expect((await ann.patch(`/v1/comments/${id}`, { isPinned: true })).body.data.isPinned).toBe(true)
    expect((await ann.patch(`/v1/comments/${id}`, { isPinned: false })).body.data.isPinned).toBe(false)
  })

  it('is for its author, or a lead', async () => {
    const id = await write('Ann’s words', { commentVisibility: 'private' })
    await world.overture.store.write(tx =>
      tx.q.updateTable('agents').set({ role: 'admin' }).where('handle', '=', world.ann.id).execute(),
    )
    const refused = await ben.patch(`/v1/comments/${id}`, { content: 'Ben’s words' })
    expect(refused.status).toBe(403)
    expect(refused.body.message).toContain('or a lead may do this.')
    expect((await ben.delete(`/v1/comments/${id}`)).status).toBe(403)
    await world.overture.store.write(tx =>
      tx.q.updateTable('agents').set({ role: null }).where('handle', '=', world.ann.id).execute(),
    )
  })

  it('publishes nothing of whom others send for', async () => {
    const { store } = world.overture
    const become = (role: 'drafter' | null) =>
      store.write(tx => tx.q.updateTable('agents').set({ role }).where('handle', '=', world.ben.id).execute())
    await become('drafter')
    const { body } = await ben.post('/v1/tickets/SUP-1/comment', { content: 'Drafted', commentVisibility: 'public' })
    const { id, delivery } = body.data
    expect(delivery.state).toBe('undecided')
    expect((await ben.patch(`/v1/comments/${id}`, { commentVisibility: 'public' })).status).toBe(403)
    expect((await ben.patch(`/v1/comments/${id}`, { content: 'Drafted anew' })).body.data.delivery.state).toBe(
      'undecided',
    )
    expect((await ann.patch(`/v1/comments/${id}`, { commentVisibility: 'public' })).body.data.delivery.state).toBe(
      'held',
    )
    await carry()
    expect(mailed('Drafted anew')).toBe(1)
    await become(null)
  })

  it('is not for what stands in somebody’s thread, nor for the customer’s words, nor for nothing', async () => {
    const card = world.slack.channel('support').messages()[0]!
    await world.ann.say({ channel: 'support', thread_ts: card.ts, text: 'note: written at the desk' })
    const desk = await until(async () => {
      const { body } = await ann.get('/v1/tickets/SUP-1/comments?limit=100')
      return body.data.find((c: { content: string }) => c.content.includes('written at the desk'))
    })
    const refused = await ann.patch(`/v1/comments/${desk.id}`, { content: 'Otherwise' })
    expect([refused.status, refused.body.message]).toEqual([409, expect.stringContaining('wrote this in the thread')])
    const theirs = await write('From Jane', { customerEmail: 'jane@acme.test' })
    expect((await ann.patch(`/v1/comments/${theirs}`, { content: 'Otherwise' })).status).toBe(409)
    expect((await ann.patch(`/v1/comments/${theirs}`, { metadata: { seen: true } })).body.data.metadata).toEqual({
      seen: true,
    })
    expect((await ann.patch('/v1/comments/nothing', { content: 'x' })).status).toBe(404)
    const mine = await write('Mine', { commentVisibility: 'private' })
    expect((await ann.patch(`/v1/comments/${mine}`, { content: ' ' })).status).toBe(400)
  })
})

describe('deleting a comment', () => {
  it('that is held sends nothing, and is told of from then on', async () => {
    const id = await write('Never sent', { commentVisibility: 'public', metadata: { a: 1 } })
    const { status, body } = await ann.delete(`/v1/comments/${id}`)
    expect(status).toBe(200)
    expect(body.data).toMatchObject({ id, content: '', attachments: [], deletedAt: expect.any(String) })
    await carry()
    expect(mailed('Never sent')).toBe(0)
    expect(inThreads()).not.toContain('Never sent')
    expect((await ann.get(`/v1/comments/${id}`)).body.data.deletedAt).toBe(body.data.deletedAt)
    const listed = await ann.get('/v1/tickets/SUP-1/comments?limit=100')
    expect(listed.body.data.some((c: { id: string }) => c.id === id)).toBe(false)
    const again = await ann.delete(`/v1/comments/${id}`)
    expect([again.status, again.body.data.deletedAt]).toEqual([200, body.data.deletedAt])
    expect((await ann.patch(`/v1/comments/${id}`, { content: 'x' })).status).toBe(409)
  })

  it('that is out is honest about it at the desk', async () => {
    const id = await write('Out already')
    await carry()
    expect((await ann.delete(`/v1/comments/${id}`)).status).toBe(200)
    await carry()
    expect(inThreads()).toContain('deleted a message here, but the customer has it already')
    expect(atDesk('Out already')).toBe(0)
  })
})
