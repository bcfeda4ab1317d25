import { afterAll, beforeAll, expect, it } from 'vitest'
import { hired } from '../../support/hired.ts'
import { type Program, programOf } from '../../support/program.ts'
import { startWorld, type World } from '../../support/world.ts'

let world: World
let ann: Program
let ben: Program

beforeAll(async () => {
  world = await startWorld()
  await hired(world)
  ann = await programOf(world, world.ann)
  ben = await programOf(world, world.ben)
})
afterAll(() => world?.close())

const toJane = { title: 'A parcel', requestorEmail: 'jane@acme.test', teamId: 'SUP', description: 'Where is it?' }
const fresh = async (more: object = {}) => (await ann.post('/v1/tickets', { ...toJane, ...more })).body.data
const grant = (role: 'viewer' | null, view?: 'own') =>
  world.overture.store.write(async tx => {
    await tx.q.updateTable('agents').set({ role }).where('email', '=', 'ben@tulip.test').execute()
    const all = { manage: 'all', transfer: 'all', export: 'all', download: 'all' }
    const value = JSON.stringify(view ? { agent: { ...all, view: 'own', manage: 'own' } } : {})
    await tx.q.deleteFrom('settings').where('name', '=', 'permissions').execute()
    await tx.q.insertInto('settings').values({ name: 'permissions', value }).execute()
  })

it('tickets are linked in either way of asking, once, and unlinked', async () => {
  const [a, b, c] = [await fresh(), await fresh(), await fresh()]
  for (const _ of [1, 2]) {
    const { status, body } = await ann.patch('/v1/tickets/link', {
      sourceTicketId: a.id,
      linkedTicketId: b.ticketIdentifier,
    })
    expect([status, body.data.id]).toEqual([200, a.id])
  }
  const linked = await ann.post(`/v1/tickets/${a.id}/links`, { linkedTicketId: c.id, type: 'blocks' })
  expect(linked.status).toBe(201)
  const { body } = await ann.get(`/v1/tickets/${a.ticketIdentifier}/links`)
  expect(body.data).toEqual(linked.body.data)
  expect(body.data).toMatchObject([
    { id: b.id, ticketIdentifier: b.ticketIdentifier, title: 'A parcel', status: 'Open', type: 'related' },
    { id: c.id, type: 'related' },
  ])
  const left = await ann.delete(`/v1/tickets/${a.id}/links/${b.id}`)
  expect(left.body.data).toMatchObject([{ id: c.id }])
  expect((await ann.delete(`/v1/tickets/${a.id}/links/${b.id}`)).status).toBe(200)
  const itself = await ann.post(`/v1/tickets/${a.id}/links`, { linkedTicketId: a.id })
  expect([itself.status, itself.body.errors[0].field]).toEqual([400, 'linkedTicketId'])
  const nothing = await ann.patch('/v1/tickets/link', { sourceTicketId: 'x', linkedTicketId: a.id })
  expect([nothing.status, nothing.body.errors[0].field]).toEqual([400, 'sourceTicketId'])
  expect((await ann.get('/v1/tickets/x/links')).status).toBe(404)
})

it('a ticket becomes part of another, and a new one is opened as a part', async () => {
  const [parent, child] = [await fresh(), await fresh()]
  const done = await ann.patch('/v1/tickets/sub-ticket', { parentTicketId: parent.id, subTicketId: child.id })
  expect([done.status, done.body.data.id]).toEqual([200, child.id])
  const opened = await ann.patch('/v1/tickets/sub-ticket', { parentTicketId: parent.id, title: 'Ask the carrier' })
  expect(opened.body.data).toMatchObject({
    title: 'Ask the carrier',
    requestorEmail: 'jane@acme.test',
    isPrivate: true,
  })
  const shut = { parentTicketId: parent.id, title: 'x', attachmentUrls: ['http://10.0.0.1/x'] }
  expect((await ann.patch('/v1/tickets/sub-ticket', shut)).body.errors[0].field).toMatch(/^attachmentUrls/)
  const { body } = await ann.get(`/v1/tickets/${parent.id}/links`)
  expect(body.data.map((l: { type: string; title: string }) => [l.type, l.title])).toEqual([
    ['child', 'A parcel'],
    ['child', 'Ask the carrier'],
  ])
  expect((await ann.get(`/v1/tickets/${child.id}/links`)).body.data).toMatchObject([{ id: parent.id, type: 'parent' }])
  const cycle = await ann.patch('/v1/tickets/sub-ticket', { parentTicketId: child.id, subTicketId: parent.id })
  expect([cycle.status, cycle.body.errors[0].field]).toEqual([409, 'parentTicketId'])
  expect((await ann.patch('/v1/tickets/sub-ticket', { parentTicketId: parent.id })).body.errors).toMatchObject([
    { field: 'title' },
  ])
})

it('many are opened at once, each with its own fate', async () => {
  const tickets = [
    { ...toJane, title: 'One' },
    { ...toJane, title: 'Two', assignedAgentId: 'x' },
    { ...toJane, title: 'Three' },
  ]
  const once = { 'idempotency-key': 'in bulk' }
  const all = await Promise.all([1, 2, 3].map(() => ann.post('/v1/tickets/bulk', { tickets }, once)))
  for (const { status, body } of all) {
    expect(status).toBe(201)
    expect(body.data).toEqual([
      { id: expect.any(String), title: 'One' },
      { id: expect.any(String), title: 'Three' },
    ])
    expect(body.failed).toMatchObject([{ index: 1, title: 'Two', errors: [{ field: 'assignedAgentId' }] }])
  }
  expect(new Set(all.map(a => a.body.data[0].id)).size).toBe(1)
  expect((await ann.post('/v1/tickets/bulk', { tickets: [toJane] }, once)).status).toBe(409)
  const stopped = await ann.post('/v1/tickets/bulk', { tickets, options: { stopOnError: true } })
  expect([stopped.body.data.length, stopped.body.failed.length]).toEqual([1, 1])
  const none = await ann.post('/v1/tickets/bulk', { tickets: [tickets[1]] })
  expect([none.status, none.body.errors[0].field]).toEqual([400, 'tickets.0.assignedAgentId'])
  const types = await ann.post('/v1/tickets/bulk', { tickets: [{ title: 7 }] })
  expect(types.body.errors.map((e: { field: string }) => e.field)).toContain('tickets.0.title')
  expect((await ann.post('/v1/tickets/bulk', { tickets: [] })).status).toBe(400)
})

it('many are changed at once; what cannot be is told', async () => {
  const [a, b, secret] = [await fresh(), await fresh(), await fresh({ isPrivate: true })]
  const { status, body } = await ann.patch('/v1/tickets/bulk', {
    ticketIds: [a.id, b.ticketIdentifier, secret.id, 'x', a.id],
    ...{ statusId: 'on_hold', priorityId: 'low', typeId: 'T9', assignedAgentId: 'ben@tulip.test' },
  })
  expect(status).toBe(200)
  expect(body.data.updated).toEqual([
    { id: a.id, title: 'A parcel' },
    { id: b.id, title: 'A parcel' },
  ])
  expect(body.data.skipped).toMatchObject([
    { id: secret.id, reason: expect.stringContaining('is internal') },
    { id: 'x', reason: 'There is no ticket “x”.' },
  ])
  expect((await ann.get(`/v1/tickets/${a.id}`)).body.data).toMatchObject({
    status: 'On hold',
    priority: 'Low',
    typeId: 'T9',
    assignedAgentEmail: 'ben@tulip.test',
  })
  expect((await ann.get(`/v1/tickets/${secret.id}`)).body.data).toMatchObject({
    status: 'Internal',
    priority: 'Medium',
  })
})

it('tickets are listed, the newest first, by team and time, page by page or on from the last', async () => {
  const { body } = await ann.get('/v1/tickets?limit=3')
  const numbers = (data: { number: number }[]) => data.map(t => t.number)
  const [first = 0] = numbers(body.data)
  expect(numbers(body.data)).toEqual([first, first - 1, first - 2])
  expect(numbers((await ann.get('/v1/tickets?limit=3&page=1')).body.data)).toEqual([first - 3, first - 4, first - 5])
  expect(
    numbers((await ann.get(`/v1/tickets?limit=2&after=${body.data[2].id}&teamId=SUP&dateRange=1d`)).body.data),
  ).toEqual([first - 3, first - 4])
  const old = await fresh({ createdAt: '2024-01-01T00:00:00Z', title: 'Old' })
  expect((await ann.get('/v1/tickets?dateRange=3m')).body.data.map((t: { id: string }) => t.id)).not.toContain(old.id)
  expect((await ann.get('/v1/tickets')).body.data.at(-1).id).toBe(old.id)
  for (const [query, field] of [
    ['teamId=x', 'teamId'],
    ['dateRange=9y', 'dateRange'],
    ['page=-1', 'page'],
    ['limit=0', 'limit'],
    ['limit=1000000', 'limit'],
    ['page=999999', 'page'],
    ['after=x', 'after'],
  ]) {
    const refused = await ann.get(`/v1/tickets?${query}`)
    expect([query, refused.status, refused.body.errors[0].field]).toEqual([query, 400, field])
  }
})

it('nobody sees, links or lists by a key what they may not see in Slack', async () => {
  const [a, b] = [await fresh(), await fresh()]
  const own = await fresh({ assignedAgentId: 'ben@tulip.test' })
  expect((await ann.post(`/v1/tickets/${own.id}/links`, { linkedTicketId: a.id })).status).toBe(201)
  await grant(null, 'own')
  const listed = (await ben.get('/v1/tickets?limit=50')).body.data.map(
    (t: { assignedAgentEmail: string }) => t.assignedAgentEmail,
  )
  expect(new Set(listed)).toEqual(new Set(['ben@tulip.test']))
  expect((await ben.get(`/v1/tickets/${a.id}/links`)).status).toBe(403)
  expect((await ben.post(`/v1/tickets/${own.id}/links`, { linkedTicketId: b.id })).status).toBe(403)
  expect((await ben.patch('/v1/tickets/sub-ticket', { parentTicketId: a.id, subTicketId: own.id })).status).toBe(403)
  expect((await ben.get(`/v1/tickets/${own.id}/links`)).body.data).toEqual([])
  await grant('viewer')
  expect((await ben.post(`/v1/tickets/${a.id}/links`, { linkedTicketId: b.id })).status).toBe(403)
  expect((await ben.patch('/v1/tickets/link', { sourceTicketId: a.id, linkedTicketId: b.id })).status).toBe(403)
  expect((await ben.delete(`/v1/tickets/${own.id}/links/${a.id}`)).status).toBe(403)
  expect((await ben.patch('/v1/tickets/sub-ticket', { parentTicketId: a.id, title: 'x' })).status).toBe(403)
  expect((await ben.post('/v1/tickets/bulk', { tickets: [toJane] })).status).toBe(403)
  const { body } = await ben.patch('/v1/tickets/bulk', { ticketIds: [a.id], priorityId: 'low' })
  expect(body.data).toMatchObject({ updated: [], skipped: [{ id: a.id }] })
  await grant(null)
})
