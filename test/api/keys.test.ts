import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { programOf } from '../support/program.ts'
import { startWorld, type World } from '../support/world.ts'

const open: World[] = []
const begin = async (env: Record<string, string> = {}) => {
  const world = await startWorld({ env })
  open.push(world)
  await world.openTicket()
  return world
}
afterAll(() => Promise.all(open.map(world => world.close())))

const PATH = '/v1/tickets/SUP-1'
const forwarded = (by: string) => ({ 'x-forwarded-for': by })

describe('a key that is tied to a network', () => {
  let world: World
  beforeAll(async () => {
    world = await begin()
  })

  it('is used from where the proxy says that it is used', async () => {
    const program = await programOf(world, world.ann, { networks: ['203.0.113.0/24', '2001:db8::7'] })
    expect((await program.get(PATH)).status).toBe(401)
    expect((await program.get(PATH, forwarded('203.0.113.7'))).status).toBe(200)
    expect((await program.get(PATH, forwarded('::ffff:203.0.113.7'))).status).toBe(200)
    expect((await program.get(PATH, forwarded('2001:db8::7'))).status).toBe(200)
    expect((await program.get(PATH, forwarded('198.51.100.7'))).status).toBe(401)
  })

  it('believes no more than what the last proxy says itself', async () => {
    const program = await programOf(world, world.ann, { networks: ['203.0.113.7'] })
    expect((await program.get(PATH, forwarded('203.0.113.7, 198.51.100.9'))).status).toBe(401)
    expect((await program.get(PATH, forwarded('198.51.100.9, 203.0.113.7'))).status).toBe(200)
    expect((await program.get(PATH, forwarded('nowhere'))).status).toBe(401)
  })

  it('believes nobody where no proxy is trusted', async () => {
    const alone = await begin({ TRUSTED_PROXIES: 'none' })
    const elsewhere = await programOf(alone, alone.ann, { networks: ['203.0.113.7'] })
    expect((await elsewhere.get(PATH, forwarded('203.0.113.7'))).status).toBe(401)
    const here = await programOf(alone, alone.ann, { networks: ['127.0.0.1', '::1'] })
    expect((await here.get(PATH, forwarded('203.0.113.7'))).status).toBe(200)
  })
})

describe('a request', () => {
  it('is refused in the words of its face when it is no JSON, or too large', async () => {
    const world = open[0] as World
    const program = await programOf(world, world.ann, { header: 'authorization' })
    const path = '/api/platform/v1/conversations/SUP/create-ticket'
    const sent = (body: string, type = 'application/json') => program.post(path, body, { 'content-type': type })
    expect(await sent('subject=x', 'text/plain')).toMatchObject({ status: 415, body: { detail: expect.any(String) } })
    expect((await sent('subject=x', 'application/x-www-form-urlencoded')).status).toBe(415)
    for (const body of ['{', '', 'null', '[]', '"x"'])
      expect(await sent(body)).toMatchObject({ status: 422, body: { detail: [{ loc: ['body'] }] } })
    expect(await sent(JSON.stringify({ subject: 'x'.repeat(5_000_000) }))).toMatchObject({
      status: 413,
      body: { detail: expect.any(String) },
    })
  })

  it('may name things by long ids', async () => {
    const world = open[0] as World
    const program = await programOf(world, world.ann, { header: 'authorization' })
    const id = 'x'.repeat(255)
    const path = `/api/platform/v1/customers/SUP/create-customer/${id}`
    expect((await program.put(path, { email: 'long@acme.test' })).body.provided_unique_id).toBe(id)
    expect((await program.put(`${path}x`, { email: 'longer@acme.test' })).status).toBe(422)
  })
})
