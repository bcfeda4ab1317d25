import { afterAll, beforeAll, expect, it } from 'vitest'
import { agentByHandle } from '../../../src/core/agents.ts'
import { setBaseRole } from '../../../src/core/permissions/roles.ts'
import { wordsOf } from '../../support/desk.ts'
import { type Program, programOf } from '../../support/program.ts'
import { startWorld, type World } from '../../support/world.ts'

let world: World
let ann: Program
let card: { ts: string }

beforeAll(async () => {
  world = await startWorld()
  ann = await programOf(world, world.ann)
  card = await world.openTicket()
})
afterAll(() => world?.close())

const namesIn = ({ body }: { body: { data: { name: string }[] } }) => body.data.map(t => t.name)

it('a tag is made, put into a group, called otherwise and removed', async () => {
  const made = await ann.post('/v1/tags', { name: ' VIP ', group: 'Customers' })
  expect(made.status).toBe(201)
  expect(made.body.data).toMatchObject({ name: 'VIP', group: 'Customers', tagType: 'ticket', color: null })
  const { id } = made.body.data
  expect((await ann.post('/v1/tags', { name: 'vip' })).body).toMatchObject({ statusCode: 409 })
  expect((await ann.get(`/v1/tags/${id}`)).body.data).toEqual(made.body.data)
  expect((await ann.get('/v1/tags/vip')).body.data).toEqual(made.body.data)
  expect((await ann.patch(`/v1/tags/${id}`, { name: 'Important' })).body.data).toMatchObject({
    name: 'Important',
    group: 'Customers',
  })
  expect((await ann.patch(`/v1/tags/${id}`, { group: null })).body.data.group).toBe(null)
  expect(namesIn(await ann.get('/v1/tags?limit=1'))).toEqual(['Important'])
  expect(namesIn(await ann.get('/v1/tags?limit=1&page=1'))).toEqual([])
  expect((await ann.delete(`/v1/tags/${id}`)).status).toBe(200)
  expect((await ann.get(`/v1/tags/${id}`)).status).toBe(404)
})

it('a ticket gets tags by name or id, and loses them; its card shows them', async () => {
  const path = '/v1/tickets/SUP-1/tags'
  expect(namesIn(await ann.put(path, { tags: ['late', 'parcel'] }))).toEqual(['late', 'parcel'])
  await world.slack.until(() => wordsOf(world.card(card.ts)).includes('parcel'))
  const { id } = (await ann.post('/v1/tags', { name: 'refund' })).body.data
  expect(namesIn(await ann.post(path, { tagIds: [id], tags: ['LATE'] }))).toEqual(['late', 'parcel', 'refund'])
  expect(namesIn(await ann.delete(`${path}?tags=late&tagIds=${id}`))).toEqual(['parcel'])
  expect(namesIn(await ann.delete(`${path}?tags=a&tags=parcel`))).toEqual([])
  await ann.put(path, { tags: ['kept'] })
  expect(namesIn(await ann.get(path))).toEqual(['kept'])
  expect((await ann.get('/v1/tickets/SUP-1')).body.data.tags).toEqual(['kept'])
  expect(namesIn(await ann.put(path, { tags: [] }))).toEqual([])
})

it('all that is wrong with tags is said in the words of the request', async () => {
  const fields = async (asked: ReturnType<Program['post']>) =>
    (await asked).body.errors.map((e: { field: string }) => e.field)
  expect(await fields(ann.post('/v1/tags', { name: ' ' }))).toEqual(['name'])
  expect(await fields(ann.post('/v1/tags', { name: 'x'.repeat(61) }))).toEqual(['name'])
  expect(await fields(ann.post('/v1/tags', { name: 1, group: 2 }))).toEqual(['name', 'group'])
  expect(await fields(ann.post('/v1/tickets/SUP-1/tags', {}))).toEqual(['tags'])
  expect(await fields(ann.delete('/v1/tickets/SUP-1/tags'))).toEqual(['tags'])
  expect(await fields(ann.post('/v1/tickets/SUP-1/tags', { tagIds: ['none'] }))).toEqual(['tagIds'])
  expect(await fields(ann.post('/v1/tickets/SUP-1/tags', { tags: ['x'.repeat(61)] }))).toEqual(['tags'])
  expect((await ann.get('/v1/tickets/SUP-99/tags')).status).toBe(404)
})

it('of ten at once one tag is made; ten tags at once are all on the ticket', async () => {
  const many = await Promise.all(Array.from({ length: 10 }, () => ann.post('/v1/tags', { name: 'At once' })))
  expect(many.map(m => m.status).sort()).toEqual([201, ...Array(9).fill(409)])
  await Promise.all(Array.from({ length: 10 }, (_, i) => ann.post('/v1/tickets/SUP-1/tags', { tags: [`t${i}`] })))
  expect(namesIn(await ann.get('/v1/tickets/SUP-1/tags'))).toHaveLength(10)
})

it('leads change tags; who may only look changes none, not even of a ticket', async () => {
  const { store } = world.overture
  const ben = await programOf(world, world.ben)
  const [by, him] = await store.read(q => Promise.all([agentByHandle(q, world.ann.id), agentByHandle(q, world.ben.id)]))
  await store.write(tx => setBaseRole(tx, by!.id, 'admin', by!))
  const { id } = (await ben.post('/v1/tags', { name: 'By Ben' })).body.data
  expect((await ben.post('/v1/tags', { name: 'Grouped', group: 'New' })).status).toBe(403)
  expect((await ben.patch(`/v1/tags/${id}`, { name: 'x' })).status).toBe(403)
  expect((await ben.delete(`/v1/tags/${id}`)).status).toBe(403)
  await store.write(tx => setBaseRole(tx, him!.id, 'viewer', by!))
  expect((await ben.post('/v1/tags', { name: 'By Ben again' })).status).toBe(403)
  expect((await ben.post('/v1/tickets/SUP-1/tags', { tags: ['x'] })).body.message).toContain('but not change, SUP-1')
  expect((await ben.put('/v1/tickets/SUP-1/tags', { tags: [] })).status).toBe(403)
  expect((await ben.get('/v1/tickets/SUP-1/tags')).status).toBe(200)
})
