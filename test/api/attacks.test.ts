import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { agentByHandle } from '../../src/core/agents.ts'
import { forgottenAmong, keepHashes } from '../../src/core/erase/forgotten.ts'
import { setBaseRole } from '../../src/core/permissions/roles.ts'
import { type Program, programOf } from '../support/program.ts'
import { startWorld, type World } from '../support/world.ts'

let world: World
let ann: Program
beforeAll(async () => {
  world = await startWorld({ env: { API_PER_MINUTE: '100000', HOOKS_LOCAL: 'true' } })
  ann = await programOf(world, world.ann)
  await world.openTicket()
})
afterAll(() => world?.close())

describe('a request that is made to bring us down', () => {
  it('by a few words that are quoted so often that they become a book', async () => {
    const quoted = (depth: number): object =>
      depth
        ? { type: 'blockquote', content: [quoted(depth - 1)] }
        : { type: 'paragraph', content: [{ type: 'text', text: 'a\n'.repeat(10_000) }] }
    const contentJson = JSON.stringify(quoted(45))
    const contentHtml = `${'<blockquote>'.repeat(45)}${'a<br>'.repeat(10_000)}`
    const json = await ann.post('/v1/tickets/SUP-1/comment', { contentJson })
    expect(json).toMatchObject({ status: 400, body: { errors: [{ field: 'contentJson' }] } })
    const html = await ann.post('/v1/tickets/SUP-1/comment', { contentHtml })
    expect(html).toMatchObject({ status: 400, body: { errors: [{ field: 'contentHtml' }] } })
    expect((await ann.post('/v1/tickets/SUP-1/comment', { contentJson: JSON.stringify(quoted(5)) })).status).toBe(201)
  })

  it('by a name that all objects have means nothing', async () => {
    for (const name of ['constructor', '__proto__', 'toString']) {
      const field = { name: 'Plan', source: name, fieldType: 'text' }
      expect((await ann.post('/v1/custom-field', field)).body.errors[0].field).toBe('source')
      expect((await ann.get(`/v1/custom-field?source=${name}`)).status).toBe(400)
      expect((await ann.get(`/v1/search/tickets?filter_by=${name}:=x`)).status).toBe(400)
      const hook = { url: 'https://hooks.example.com/x', events: [name] }
      expect((await ann.post('/v1/webhooks', hook)).body.errors[0].field).toBe('events')
    }
    const { body } = await ann.patch('/platform/v1/tickets/SUP-1', { customFields: '{"constructor": "x"}' })
    expect(body.errors[0].field).toBe('constructor')
  })
})

describe('the key of somebody who may only look', () => {
  let eve: Program
  let files: Server
  let served = 0
  beforeAll(async () => {
    eve = await programOf(world, world.ben)
    const { store } = world.overture
    await store.write(async tx => {
      const [ann, ben] = [await agentByHandle(tx.q, world.ann.id), await agentByHandle(tx.q, world.ben.id)]
      await setBaseRole(tx, ann?.id ?? '', 'admin', { id: ann?.id ?? '' })
      await setBaseRole(tx, ben?.id ?? '', 'viewer', { id: ann?.id ?? '' })
    })
    files = createServer((_request, response) => {
      served++
      response.end('here')
    })
    await new Promise<void>(done => files.listen(0, '127.0.0.1', done))
  })
  afterAll(() => files?.close())

  it('has nothing fetched, and no file kept', async () => {
    const { port } = files.address() as AddressInfo
    const ticket = {
      title: 'Fetch it',
      requestorEmail: 'jane@acme.test',
      teamId: 'SUP',
      attachmentUrls: [`http://127.0.0.1:${port}/a.pdf`],
    }
    expect((await eve.post('/v1/tickets', ticket)).status).toBe(403)
    expect(served).toBe(0)
    const form = new FormData()
    form.append('file', new Blob(['x']), 'a.txt')
    expect((await eve.post('/v1/attachments', form)).status).toBe(403)
    const kept = await world.overture.store.read(q => q.selectFrom('uploads').select('id').execute())
    expect(kept).toEqual([])
    expect((await ann.post('/v1/tickets', ticket)).status).toBe(201)
    expect(served).toBe(1)
  })
})

describe('what a request was answered', () => {
  it('is remembered without the address of a webhook, its secret, and what its program calls it', async () => {
    const url = 'https://hooks.example.com/T01/very-secret'
    const key = { 'idempotency-key': 'jane@acme.test, welcome' }
    const first = await ann.post('/v1/webhooks', { url }, key)
    expect(first).toMatchObject({ status: 201, body: { data: { url, secret: expect.stringContaining('whsec_') } } })
    const { id, secret } = first.body.data
    const off = { 'idempotency-key': 'off' }
    await ann.patch(`/v1/webhooks/${id}`, { isActive: false }, off)
    await ann.post(`/v1/webhooks/${id}/rotate-secret`, undefined, { 'idempotency-key': 'rotate' })
    await ann.delete(`/v1/webhooks/${id}/old-secret`, { 'idempotency-key': 'old' })
    const kept = await world.overture.store.read(q => q.selectFrom('api_answers').selectAll().execute())
    expect(kept.length).toBeGreaterThanOrEqual(4)
    for (const word of ['very-secret', secret, 'whsec_', 'jane@acme.test, welcome', ann.key])
      expect(JSON.stringify(kept)).not.toContain(word)
    const again = await ann.post('/v1/webhooks', { url }, key)
    expect(again).toMatchObject({ status: 201, body: { data: { id, url, secret: null } } })
    expect((await ann.patch(`/v1/webhooks/${id}`, { isActive: false }, off)).body.data).toMatchObject({ url })
    await ann.delete(`/v1/webhooks/${id}`)
    expect((await ann.post('/v1/webhooks', { url }, key)).body.data).toMatchObject({ id, url: null })
  })
})

describe('whoever asked to be forgotten', () => {
  const ticket = { title: 'Hello', requestorEmail: 'gone@acme.test', teamId: 'SUP', description: 'It is me.' }
  const isForgotten = () =>
    world.overture.store.read(async q => (await forgottenAmong(q, world.overture.store.key, ['gone@acme.test'])).size)

  it('is written to again when somebody in charge says that they wrote, and by nobody else’s word', async () => {
    const { store } = world.overture
    const ben = await programOf(world, world.ben)
    await store.write(async tx => {
      const [lead, agent] = [await agentByHandle(tx.q, world.ann.id), await agentByHandle(tx.q, world.ben.id)]
      await setBaseRole(tx, lead?.id ?? '', 'admin', { id: lead?.id ?? '' })
      await setBaseRole(tx, agent?.id ?? '', 'agent', { id: lead?.id ?? '' })
      await keepHashes(tx, ['gone@acme.test'])
    })
    const { status, body } = await ben.post('/v1/tickets', ticket)
    expect(status).toBe(403)
    expect(body.message).toContain('asked to be forgotten')
    expect(await isForgotten()).toBe(1)
    expect((await ann.post('/v1/tickets', ticket)).status).toBe(201)
    expect(await isForgotten()).toBe(0)
    expect((await ben.post('/v1/tickets', ticket)).status).toBe(201)
  })
})
