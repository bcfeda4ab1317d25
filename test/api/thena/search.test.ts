import { afterAll, beforeAll, expect, it } from 'vitest'
import { hired } from '../../support/hired.ts'
import { type Program, programOf } from '../../support/program.ts'
import { startWorld, type World } from '../../support/world.ts'

let world: World
let ann: Program

beforeAll(async () => {
  world = await startWorld()
  await hired(world)
  ann = await programOf(world, world.ann)
  const fresh = (more: object) =>
    ann.post('/v1/tickets', { requestorEmail: 'Jane Doe <jane@acme.test>', teamId: 'SUP', ...more })
  await fresh({ title: 'A late parcel', description: 'Tulips, where are they?', priority: 'HIGH', tags: ['late'] })
  await fresh({
    title: 'An invoice',
    description: 'It is wrong.',
    status: 'IN_PROGRESS',
    assignedAgentEmail: 'ben@tulip.test',
  })
  await fresh({ title: 'Another parcel', description: 'It is broken.', requestorEmail: 'bob@globex.test' })
})
afterAll(() => world?.close())

const titles = async (query: string) => {
  const { status, body } = await ann.get(`/v1/search/tickets?${query}`)
  expect(status).toBe(200)
  return body.hits.map((h: { document: { title: string } }) => h.document.title)
}

it('tickets are found by their words, as a search engine answers', async () => {
  const { body } = await ann.get('/v1/search/tickets?q=tulips&query_by=title')
  expect(body).toMatchObject({
    facet_counts: [],
    found: 1,
    hits: [{ document: { title: 'A late parcel', ticketIdentifier: 'SUP-1' } }],
    page: 1,
    request_params: { q: 'tulips', per_page: 10, collection_name: 'tickets' },
    search_cutoff: false,
  })
  expect(await titles('q=parcel')).toEqual(['Another parcel', 'A late parcel'])
  expect(await titles('q=parcel&per_page=1&page=2')).toEqual(['A late parcel'])
  expect(await titles('q=nothing')).toEqual([])
  expect(await titles('')).toHaveLength(3)
})

it('tickets are found by what is chosen, too', async () => {
  const by = (filter: string) => titles(`filter_by=${encodeURIComponent(filter)}`)
  expect(await by('priorityId:=high')).toEqual(['A late parcel'])
  expect(await by('status:=`In progress` && teamId:=SUP')).toEqual(['An invoice'])
  expect(await by('assignedAgentId:=ben@tulip.test')).toEqual(['An invoice'])
  expect(await by('requestorEmail:[jane@acme.test,bob@globex.test] && statusId:=open')).toEqual([
    'Another parcel',
    'A late parcel',
  ])
  expect(await by('tags:=late')).toEqual(['A late parcel'])
  for (const wrong of ['x:=1', 'statusId:=x', 'teamId:=x', 'priority', 'tags:=[]', 'created_at:>5']) {
    const { status, body } = await ann.get(`/v1/search/tickets?filter_by=${encodeURIComponent(wrong)}`)
    expect([wrong, status, body.errors[0].field]).toEqual([wrong, 400, 'filter_by'])
  }
})

it('customers and companies are found, and nothing else', async () => {
  const { body } = await ann.get('/v1/search/customers?q=jane')
  expect(body).toMatchObject({
    found: 1,
    hits: [{ document: { name: 'Jane Doe', email: 'jane@acme.test', company: 'Acme' } }],
  })
  expect((await ann.get('/v1/search/accounts?q=glob')).body.hits).toMatchObject([{ document: { name: 'Globex' } }])
  expect((await ann.get('/v1/search/keys?q=x')).status).toBe(404)
  expect((await ann.get('/v1/search/tickets?page=101')).status).toBe(400)
})

it('nobody finds by a key what they may not see, or what it is not for', async () => {
  await world.overture.store.write(tx =>
    tx.q
      .insertInto('settings')
      .values({ name: 'permissions', value: JSON.stringify({ agent: { view: 'own', manage: 'own' } }) })
      .execute(),
  )
  const ben = await programOf(world, world.ben, { scopes: ['tickets:read'] })
  const { body } = await ben.get('/v1/search/tickets')
  expect([body.found, body.hits.map((h: { document: { title: string } }) => h.document.title)]).toEqual([
    1,
    ['An invoice'],
  ])
  expect((await ben.get('/v1/search/customers')).status).toBe(403)
})
