import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Program, programOf } from '../support/program.ts'
import { startWorld, type World } from '../support/world.ts'

describe('a request that is refused', () => {
  let world: World
  let program: Program
  beforeAll(async () => {
    world = await startWorld()
    program = await programOf(world, world.ann)
  })
  afterAll(() => world?.close())

  it('says of each field what it must be, in words', async () => {
    const { status, body } = await program.post('/v1/tickets', {
      requestorEmail: 5,
      teamId: '',
      isPrivate: 'yes',
      source: 'x'.repeat(256),
      dueDate: 'tomorrow',
      tags: 'vip',
      proactiveChannels: ['email', 'fax'],
      customFields: { plan: { name: 'Gold' } },
      metadata: [],
    })
    expect(status).toBe(400)
    expect(
      Object.fromEntries(body.errors.map((e: { field: string; message: string }) => [e.field, e.message])),
    ).toEqual({
      title: 'This is needed.',
      requestorEmail: 'This must be text, not a number.',
      teamId: 'This must not be empty.',
      isPrivate: 'This must be true or false, not text.',
      source: 'This may have 255 characters at most.',
      dueDate: 'This must be a moment such as 2026-01-05T09:00:00Z.',
      tags: 'This must be a list, not text.',
      'proactiveChannels.1': 'This must be one of "email", "slack".',
      'customFields.plan': 'This must be text, a number, true or false, a list, or null.',
      metadata: 'This must be an object, not a list.',
    })
    expect(body.message).toContain('title: This is needed. requestorEmail: This must be text')
  })

  it('says what a query must be', async () => {
    const { body } = await program.get('/v1/tickets?page=x&limit=5000&dateRange=9y')
    expect(body.errors).toEqual([
      { field: 'dateRange', message: 'This must be one of "1d", "2d", "1w", "2w", "3w", "4w", "1m", "3m".' },
      { field: 'page', message: 'This must be a number.' },
      { field: 'limit', message: 'This may be 100 at most.' },
    ])
  })

  it('says so in the words of each face', async () => {
    const desk = await program.post('/platform/v1/proactive_chats', { message: 'Hello' })
    expect(desk.body).toMatchObject({ code: 400111, detail: expect.stringContaining('groupKey: This is needed.') })
    const proto = await program.post('/api/platform/v1/conversations/SUP/create-ticket', { customer_id: 5 })
    expect(proto.status).toBe(422)
    expect(proto.body.detail).toContainEqual({
      loc: ['body', 'subject'],
      msg: 'field required',
      type: 'value_error.missing',
    })
    expect(proto.body.detail).toContainEqual({
      loc: ['body', 'customer_id'],
      msg: 'This must be text, not a number.',
      type: 'value_error',
    })
  })
})
