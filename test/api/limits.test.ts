import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Program, programOf, programWith } from '../support/program.ts'
import { startWorld, type World } from '../support/world.ts'

const TICKET = {
  title: 'A late parcel',
  requestorEmail: 'jane@acme.test',
  teamId: 'SUP',
  isPrivate: true,
  description: 'Where is it?',
}

let world: World
let ann: Program

describe('a request', () => {
  beforeAll(async () => {
    world = await startWorld()
    ann = await programOf(world, world.ann)
  })
  afterAll(() => world?.close())

  it('of a wrong shape is refused with all its faults at once, each by its name', async () => {
    const { status, body } = await ann.post('/v1/tickets', { title: 5, teamId: ['x'], isPrivate: 'yes', unheardOf: 1 })
    expect(status).toBe(400)
    const fields = body.errors.map((e: { field: string }) => e.field)
    expect(fields).toEqual(expect.arrayContaining(['title', 'teamId', 'isPrivate', 'requestorEmail']))
    expect(body.message).toContain(body.errors[0].message)
  })

  it('may say more than we know of', async () => {
    const { status, body } = await ann.post('/v1/tickets', { ...TICKET, unheardOf: { deep: [1] } })
    expect(status).toBe(201)
    expect(body.data).not.toHaveProperty('unheardOf')
  })

  it('that is no JSON is refused, and so is another kind of body', async () => {
    const cut = await ann.post('/v1/tickets', '{"title": ', { 'content-type': 'application/json' })
    expect([cut.status, cut.body.message]).toEqual([400, 'The body is no JSON that can be read.'])
    const other = await ann.post('/v1/tickets', 'title=x', { 'content-type': 'application/x-www-form-urlencoded' })
    expect(other).toMatchObject({ status: 415, body: { statusCode: 415, error: 'Unsupported Media Type' } })
    expect(other.body.message).toBe('Send JSON, and say so in the header Content-Type: application/json.')
  })

  it('that is too large is refused before it is read', async () => {
    const { status, body } = await ann.post('/v1/tickets', { ...TICKET, description: 'x'.repeat(5 * 1024 * 1024) })
    expect(status).toBe(413)
    expect([body.statusCode, body.message]).toEqual([
      413,
      'This is too large: a request has 4 MB at most, beside files.',
    ])
    const port = Number(new URL(world.overture.url).port)
    const head = await firstLine(port, [
      'POST /v1/tickets HTTP/1.1',
      'host: x',
      `x-api-key: ${ann.key}`,
      'content-type: application/json',
      'content-length: 99999999999',
      '',
      '{',
    ])
    expect(head).toContain('413')
  })

  it('by way of something that a program could poison others with changes nothing', async () => {
    const { status } = await ann.post(
      '/v1/tickets',
      `{"__proto__": {"polluted": 1}, ${JSON.stringify(TICKET).slice(1)}`,
      {
        'content-type': 'application/json',
      },
    )
    expect(status).toBe(400)
    expect({}).not.toHaveProperty('polluted')
  })

  it('for what is not there is told so in the words of its face', async () => {
    expect(await ann.get('/v1/nothing')).toMatchObject({ status: 404, body: { statusCode: 404, error: 'Not Found' } })
    expect(await ann.delete('/v1/tickets')).toMatchObject({ status: 404 })
  })

  it('that has the same key again is answered as before, and ten at once do it once', async () => {
    const ten = await Promise.all(
      Array.from({ length: 10 }, () =>
        ann.post('/v1/tickets', { ...TICKET, title: 'Once' }, { 'idempotency-key': 'a' }),
      ),
    )
    expect(new Set(ten.map(t => t.status))).toEqual(new Set([201]))
    expect(new Set(ten.map(t => JSON.stringify(t.body))).size).toBe(1)
    const rows = await world.overture.store.read(q =>
      q.selectFrom('tickets').select('id').where('subject', '=', 'Once').execute(),
    )
    expect(rows).toHaveLength(1)
    const other = await ann.post('/v1/tickets', { ...TICKET, title: 'Twice' }, { 'idempotency-key': 'a' })
    expect(other.status).toBe(409)
    const bens = await programOf(world, world.ben)
    const his = await bens.post('/v1/tickets', { ...TICKET, title: 'Once' }, { 'idempotency-key': 'a' })
    expect(his.body.data.id).not.toBe(ten[0]?.body.data.id) // somebody else's key is another one
  })
})

describe('a program that asks too often', () => {
  beforeAll(async () => {
    world = await startWorld({ env: { API_PER_MINUTE: '3' } })
    ann = await programOf(world, world.ann)
  })
  afterAll(() => world?.close())

  it('is told how it stands, and when to come again; others are not held up', async () => {
    const first = await ann.get('/v1/tickets/SUP-1')
    expect(first.headers.get('x-ratelimit-limit')).toBe('3')
    expect(first.headers.get('x-ratelimit-remaining')).toBe('2')
    const reset = Number(first.headers.get('x-ratelimit-reset'))
    expect(reset).toBeGreaterThan(1_700_000_000) // a moment, and not so many seconds
    await ann.get('/v1/tickets/SUP-1')
    await ann.get('/v1/tickets/SUP-1')
    const late = await ann.get('/v1/tickets/SUP-1')
    expect(late).toMatchObject({ status: 429, body: { statusCode: 429, error: 'Too Many Requests' } })
    expect(Number(late.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await (await programOf(world, world.ben)).get('/v1/tickets/SUP-1')).status).toBe(404)
  })

  it('for what its key does not reach is told so, and soon no more than that', async () => {
    const reader = await programOf(world, world.ann, { scopes: ['people:read'] })
    const answers: number[] = []
    for (let i = 0; i < 5; i++) answers.push((await reader.get('/v1/tickets/SUP-1')).status)
    expect(answers).toEqual([403, 403, 403, 429, 429])
  })

  it('without a key is soon told no more than that', async () => {
    const answers: number[] = []
    for (let i = 0; i < 62; i++)
      answers.push((await programWith(world, `ovt_guess${i}`).get('/v1/tickets/SUP-1')).status)
    expect(answers[0]).toBe(401)
    expect(answers.at(-1)).toBe(429)
  })
})

/** The first line that is answered to these. */
function firstLine(port: number, lines: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(lines.join('\r\n')))
    socket.on('data', bytes => {
      resolve(bytes.toString().split('\r\n')[0] as string)
      socket.destroy()
    })
    socket.on('error', reject)
  })
}
